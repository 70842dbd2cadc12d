"""What a process measures of itself, told once a period and shown."""

from __future__ import annotations

import asyncio
import time

from prometheus_client import CollectorRegistry

from orchestrator.adapters.process_load import ProcessLoad
from orchestrator.dialogue.call.admission import Load, Newcomer


async def test_a_loop_that_is_held_up_is_late_and_busy() -> None:
    registry = CollectorRegistry()
    measured: list[Load] = []
    load = ProcessLoad(registry)
    load.watch(lambda: True, measured.append)
    async with load:
        until = time.monotonic() + 5.0
        while not (measured and measured[-1].lag) and time.monotonic() < until:
            began = time.thread_time()
            while time.thread_time() < began + 0.15:
                pass
            await asyncio.sleep(0.001)
    assert measured[-1].lag > 0.05
    assert 0 < measured[-1].busy <= 1
    assert registry.get_sample_value("calling_full") == 1
    assert registry.get_sample_value("calling_loop_busy_ratio") == measured[-1].busy
    assert registry.get_sample_value("calling_loop_lag_seconds_count")


async def test_newcomers_are_counted() -> None:
    registry = CollectorRegistry()
    load = ProcessLoad(registry)
    load.decided(Newcomer.STREAM, False)
    load.decided(Newcomer.CALL, False)
    load.decided(Newcomer.CALL, True)

    def count(kind: str, outcome: str) -> float | None:
        return registry.get_sample_value("calling_newcomers_total", {"kind": kind, "outcome": outcome})

    assert (count("stream", "refused"), count("call", "put_off"), count("call", "taken")) == (1, 1, 1)
