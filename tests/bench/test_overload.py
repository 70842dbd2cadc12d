"""More calls in real time than fit on a core: those that are admitted do not suffer, the others go turn by turn."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.bench.streams.figures import milliseconds
from tests.bench.streams.measurement import Measured, measure
from tests.bench.streams.systems import ours
from tests.bench.table import show
from tests.bench.test_streams import AGREE, INTERRUPT

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2, reason="needs two cores"),
]

SCRIPT = (AGREE, AGREE, INTERRUPT, AGREE)
# Calls, and the seconds in which all of them are answered: a cold start with as many as one core takes; too many.
OFFERED = ((40, 1.0), (250, 10.0))
# Of the calls in real time, none is refused for their number here: the measured load alone decides.
NO_FIXED_LIMIT = {"MOST_STREAMS": "1000"}


def test_more_calls_than_fit(tmp_path: Path) -> None:
    measured = [asyncio.run(_offered(_folder(tmp_path, calls), calls, seconds)) for calls, seconds in OFFERED]
    columns = ("offered", "within", "streams", "turn by turn", "failed", "gap p50/p95", "own p95", "core")
    show(
        "More calls than fit on a core", columns, [_row(each, OFFERED[place][1]) for place, each in enumerate(measured)]
    )
    for each in measured:
        assert not each.figures.void, "the client was late: nothing of this counts"
        assert not _failed(each)
        assert _streams(each)


async def _offered(folder: Path, calls: int, seconds: float) -> Measured:
    async with ours(folder, **NO_FIXED_LIMIT) as target:
        return await measure(target, calls, SCRIPT, ramp=seconds, insists=False)


def _folder(parent: Path, calls: int) -> Path:
    folder = parent / str(calls)
    folder.mkdir()
    return folder


def _row(each: Measured, seconds: float) -> tuple[str, ...]:
    gaps = each.figures.gaps
    return (
        str(each.calls),
        f"{seconds:g} s",
        str(_streams(each)),
        str(_turn_by_turn(each)),
        str(len(_failed(each))),
        f"{milliseconds(gaps, 0.5)}/{milliseconds(gaps, 0.95)}",
        milliseconds(each.own, 0.95),
        f"{each.core:.2f}",
    )


def _turn_by_turn(each: Measured) -> int:
    return sum(failure.startswith("TurnByTurn") for failure in each.figures.failures)


def _failed(each: Measured) -> list[str]:
    return [failure for failure in each.figures.failures if not failure.startswith("TurnByTurn")]


def _streams(each: Measured) -> int:
    return each.calls - len(each.figures.failures)
