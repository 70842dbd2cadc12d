"""A thousand live calls, fifty at a time: whether the programs keep anything of those that are over.

Redis is to keep consultations for days, and grows; it is shown beside them.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import pytest

from tests.bench.streams.measurement import measure
from tests.bench.streams.programs import memory
from tests.bench.streams.systems import ours
from tests.bench.table import show
from tests.bench.test_streams import AGREE
from tests.chaos.slope import slope
from tests.running_programs import programs_in

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2, reason="needs two cores"),
]

AT_ONCE: Final = 50
ROUNDS: Final = 20
PROGRAMS: Final = ("gateway", "orchestrator", "redis")


def test_memory_over_a_thousand_calls(tmp_path: Path) -> None:
    held, failed = asyncio.run(_rounds(tmp_path))
    calls = [AT_ONCE * (number + 1) for number in range(ROUNDS)]
    rows = [
        (str(number), *(f"{each[name] / 1e6:.1f}" for name in PROGRAMS))
        for number, each in zip(calls, held, strict=True)
    ]
    show("What programs hold after so many calls, in MB", ("calls", *PROGRAMS), rows)
    for name in PROGRAMS:
        growth = slope(calls, [each[name] for each in held]).growth
        print(f"{name}: {growth / 1e6:+.1f} MB over the last two thirds")
    assert failed == 0


async def _rounds(folder: Path) -> tuple[list[dict[str, float]], int]:
    held: list[dict[str, float]] = []
    failed = 0
    async with ours(folder) as target:
        for _ in range(ROUNDS):
            measured = await measure(target, AT_ONCE, (AGREE,))
            failed += len(measured.figures.failures)
            held.append({name: float(memory((pid,))) for name, pid in programs_in(folder).items()})
    return held, failed
