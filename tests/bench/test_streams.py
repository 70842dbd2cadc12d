"""Live calls as the caller hears them: ours beside a minimal Pipecat bot, and a floor under both; one client for all.

What is measured has one core for itself; callees and engines share another. A run whose client was late is void.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from itertools import compress
from pathlib import Path

import pytest

from tests.bench.streams.callee import Line
from tests.bench.streams.engines import Delays
from tests.bench.streams.figures import milliseconds
from tests.bench.streams.measurement import COLUMNS, Measured, Target, measure
from tests.bench.streams.pipecat_environment import NoPipecat
from tests.bench.streams.systems import ours, pipecat, reference
from tests.bench.streams.utterances import AGREES, ASKS, COMPLAINS, INTERRUPTION_SECONDS, NOTHING, WAIT_A_MOMENT
from tests.bench.table import show

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2, reason="needs two cores"),
]

AGREE = Line()
INTERRUPT = Line(WAIT_A_MOMENT, seconds=INTERRUPTION_SECONDS, interrupts_after=0.8)
CAPACITY = (AGREE, AGREE, INTERRUPT, AGREE, AGREE, INTERRUPT, AGREE, AGREE)
CONSULTATION = (
    AGREE, AGREE, AGREE, AGREE, Line(COMPLAINS, 2.0), Line(ASKS, 2.4), AGREE, Line(NOTHING), INTERRUPT, AGREE,
)  # fmt: skip

ANSWERS_AND_QUESTIONS = (AGREE, Line(ASKS, 2.4), AGREE, Line(ASKS, 2.4))
# After which lines the gaps are told.
COMPARED = {"after an answer": (AGREES,), "after a question": (ASKS,), "of all": (AGREES, ASKS)}
# The ways to hide latency, and how each is switched off.
HIDING = {
    "all on": {},
    "nothing spoken ahead": {"SPEAK_AHEAD": "false"},
    "no thinking ahead": {"THINK_AHEAD": "false"},
    "answers said as a whole": {"SPEAK_WHILE_THINKING": "false"},
    "no shared speech": {"SHARED_SPEECH": "false"},
    "answers not opened": {"STREAM_OPENER_AFTER_SECONDS": "60"},
    "no filler": {"STREAM_FILLER_AFTER_SECONDS": "60"},
    "all off": {
        "SPEAK_AHEAD": "false",
        "THINK_AHEAD": "false",
        "SPEAK_WHILE_THINKING": "false",
        "SHARED_SPEECH": "false",
        "STREAM_OPENER_AFTER_SECONDS": "60",
        "STREAM_FILLER_AFTER_SECONDS": "60",
    },
}

System = Callable[[], AbstractAsyncContextManager[Target]]


async def _loads(system: System, script: tuple[Line, ...], *calls: int) -> list[Measured]:
    """Loads a system, step by step, until it can take no more."""
    measured = []
    async with system() as target:
        for number in calls:
            measured.append(await measure(target, number, script))
            figures = measured[-1].figures
            if figures.failures or figures.total("lost") > number:
                break
    return measured


def _print(title: str, *loaded: list[Measured], leave_out: str | None = None) -> None:
    kept = [column != leave_out for column in COLUMNS]
    rows = [tuple(compress(each.row(part[0]), kept)) for part in loaded for each in part]
    show(title, tuple(compress(COLUMNS, kept)), rows)
    for reason in sorted({failure for part in loaded for each in part for failure in each.figures.failures}):
        print(f"failed: {reason}")


def _most(measured: list[Measured]) -> tuple[str, str]:
    fitting = [each.calls for each in measured if each.tolerable]
    return measured[0].target.name, str(max(fitting, default=0))


def test_capacity_of_a_core(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    floor = asyncio.run(_loads(reference, CAPACITY, 1, 50, 100, 150, 200))
    own = asyncio.run(_loads(partial(ours, tmp_path / "ours"), CAPACITY, 1, 25, 50, 75, 100, 125, 150))
    try:
        other = asyncio.run(_loads(partial(pipecat, tmp_path), CAPACITY, 1, 10, 15, 20, 25, 30, 35))
    except NoPipecat as reason:
        print(f"no Pipecat here: {reason}")
        other = []
    loaded = [each for each in (floor, other, own) if each]
    _print("Live calls on one core, engines answering at once", *loaded)
    show("Calls a core: own share of a turn at p95 up to 100 ms, none lost", ("", "calls"), list(map(_most, loaded)))
    assert not any(each.figures.void for each in floor), "the client was late: nothing of this counts"


def test_a_consultation_with_engines_that_take_their_time(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    delays = Delays()
    measured = [asyncio.run(_loads(partial(ours, tmp_path / "ours", delays), CONSULTATION, 5))]
    try:
        measured.append(asyncio.run(_loads(partial(pipecat, tmp_path, delays), CONSULTATION, 5)))
    except NoPipecat as reason:
        print(f"no Pipecat here: {reason}")
    _print(
        f"A consultation: final words {delays.final * 1000:.0f} ms after the end of speech, first audio after "
        f"{delays.first_audio * 1000:.0f}, first token after {delays.first_token * 1000:.0f}",
        *measured,
        leave_out="own",
    )
    assert measured[0][0].figures.gaps, measured[0][0].figures.failures


def _gaps(measured: Measured, *lines: int) -> str:
    calls = measured.figures.calls
    return _percentiles(
        [gap for call in calls for gap, number in zip(call.gaps, call.numbers, strict=True) if number in lines]
    )


def _pauses(measured: Measured, line: int) -> str:
    calls = measured.figures.calls
    return _percentiles(
        [pause for call in calls for pause, number in zip(call.pauses, call.numbers, strict=True) if number == line]
    )


def _percentiles(seconds: Sequence[float]) -> str:
    return f"{milliseconds(seconds, 0.5)}/{milliseconds(seconds, 0.95)}" if seconds else "-"


def test_what_each_way_to_hide_latency_gives(tmp_path: Path) -> None:
    rows = []
    for name, settings in HIDING.items():
        (folder := tmp_path / name.replace(" ", "_")).mkdir()
        system = partial(ours, folder, Delays(), name, **settings)
        (measured,) = asyncio.run(_loads(system, ANSWERS_AND_QUESTIONS, 4))
        figures = measured.figures
        gaps = (_gaps(measured, *lines) for lines in COMPARED.values())
        rows.append((name, str(len(figures.gaps)), *gaps, _pauses(measured, ASKS)))
        assert figures.gaps, figures.failures
    show(
        "From the end of speech to the reply, p50/p95 in ms",
        ("", "turns", *COMPARED, "longest pause in an answer"),
        rows,
    )
