"""The worker as a process: told to stop it finishes what it has and takes no more; killed, another one goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cli.ports import free_ports
from cli.probes import accepts
from orchestrator.adapters.docket.alarm_clock import DocketAlarmClock
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.consultation import Delivery, DeliveryState, State
from tests.fakes.consultations import brief, consultation
from tests.fakes.results_server import ScriptedBackend
from tests.fakes.waiting import until

pytestmark = pytest.mark.slow

DRAIN_SECONDS = 2.0
MARGIN = 3.0
"""Seconds that the end of a process may take beside what it waits for, on a busy machine."""
TAKEN_OVER = 7.0
"""Seconds after which another worker has taken what a dead one was doing: five of its lease, and a sweep."""


@asynccontextmanager
async def worker(redis_url: str, backend: ScriptedBackend) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker that is up."""
    (port,) = free_ports(1)
    environment = {
        "PATH": os.environ["PATH"],
        "ROLE": "worker",
        "REDIS_URL": redis_url,
        "SPRING_BOOT_URL": backend.result_url,
        "HEALTH_PORT": str(port),
        "EMBEDDINGS": "off",
        "DRAIN_SECONDS": str(DRAIN_SECONDS),
    }
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "orchestrator", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(20):
            while not await accepts("127.0.0.1", port):  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.05)
        yield program
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()


@asynccontextmanager
async def opened(redis_url: str) -> AsyncIterator[RedisConsultationStore]:
    """The store of a process that has things done by workers."""
    client, alarm_clock = open_client(redis_url), DocketAlarmClock(redis_url)
    store = RedisConsultationStore(client, SystemClock(), alarm_clock=alarm_clock)
    await store.prepare()
    await alarm_clock.open()
    yield store
    await alarm_clock.close()
    await store.close()
    await client.aclose()


async def delivery_due(store: RedisConsultationStore) -> str:
    record = replace(consultation(), state=State.COMPLETED, delivery=Delivery(DeliveryState.PENDING))
    await store.create(brief(), Change(record, due={DueKind.DELIVER: datetime.now(UTC)}, result=b"{}"))
    return record.consultation_id


async def stopped(program: asyncio.subprocess.Process, within: float) -> int:
    """Tells a worker to stop; returns its exit status."""
    program.send_signal(signal.SIGTERM)
    async with asyncio.timeout(within):
        return await program.wait()


async def test_told_to_stop_it_finishes_the_delivery_in_hand_and_takes_no_other(redis_url: str) -> None:
    async with ScriptedBackend(delay=1.0) as backend, opened(redis_url) as store:
        async with worker(redis_url, backend) as told:
            in_hand = await delivery_due(store)
            await until(lambda: len(backend.posted) == 1, seconds=10)
            stopping = asyncio.create_task(stopped(told, within=DRAIN_SECONDS + MARGIN))
            await asyncio.sleep(0.3)
            left = await delivery_due(store)
            assert await stopping == 0
        assert len(backend.posted) == 1
        assert (await store.get(in_hand)).delivery.state is DeliveryState.DELIVERED
        assert (await store.get(left)).delivery.state is DeliveryState.PENDING
        backend.delay = 0
        async with worker(redis_url, backend):
            await until(lambda: len(backend.posted) == 2, seconds=TAKEN_OVER)
    assert [each.headers["Idempotency-Key"] for each in backend.posted] == [f"result:{in_hand}", f"result:{left}"]


async def test_what_it_cannot_finish_in_time_it_leaves_to_another(redis_url: str) -> None:
    async with ScriptedBackend(delay=8.0) as backend, opened(redis_url) as store:
        async with worker(redis_url, backend) as told:
            consultation_id = await delivery_due(store)
            await until(lambda: len(backend.posted) == 1, seconds=10)
            assert await stopped(told, within=DRAIN_SECONDS + MARGIN) == 0
        assert (await store.get(consultation_id)).delivery.state is DeliveryState.PENDING
        backend.delay = 0
        async with worker(redis_url, backend):
            await until(lambda: len(backend.posted) == 2, seconds=TAKEN_OVER)
            await asyncio.sleep(0.5)
        assert (await store.get(consultation_id)).delivery.state is DeliveryState.DELIVERED
    assert len({each.headers["Idempotency-Key"] for each in backend.posted}) == 1


async def test_killed_it_is_replaced_within_seconds(redis_url: str) -> None:
    async with ScriptedBackend(delay=60.0) as backend, opened(redis_url) as store:
        async with worker(redis_url, backend) as killed:
            consultation_id = await delivery_due(store)
            await until(lambda: len(backend.posted) == 1, seconds=10)
            async with worker(redis_url, backend):
                backend.delay = 0
                killed.kill()
                died = time.monotonic()
                await until(lambda: len(backend.posted) == 2, seconds=TAKEN_OVER)
                assert time.monotonic() - died < TAKEN_OVER
                await asyncio.sleep(1.5)
        assert len(backend.posted) == 2
        assert (await store.get(consultation_id)).delivery.state is DeliveryState.DELIVERED


async def test_idle_it_ends_at_once(redis_url: str) -> None:
    async with ScriptedBackend() as backend, worker(redis_url, backend) as told:
        assert await stopped(told, within=MARGIN) == 0
