"""How well the ends of turns are known, on made turns and on the tuned half."""

from __future__ import annotations

import pytest

from evaluation.halves import SETS
from evaluation.recorded_pauses import recorded_pauses, recorded_speech
from evaluation.turn_taking import Segment, Silence, TurnLine, evaluate_end_of_turn, read_turns, with_pauses
from orchestrator.dialogue.turn_taking.expected import Expected


def turn(*segments: tuple[str, int | None]) -> TurnLine:
    parts = tuple(Segment(text=text, pause_ms=pause) for text, pause in segments)
    return TurnLine(asked="", expected=Expected.OPEN, segments=parts, final=True)


def test_pauses_and_ends_are_counted() -> None:
    report = evaluate_end_of_turn(
        [turn(("무릎이 아파서", 400), ("병원에 갔어요", None)), turn(("네", 4900), ("아파요", None))]
    )
    assert (report.ends, report.pauses) == (2, 2)
    assert report.waited_through == 0.5
    assert report.waited_through_recorded == 1.0
    assert 0.3 < report.delay < 1.5


def test_recorded_pauses_stand_where_drawn_ones_did() -> None:
    silences = [Silence("그게", Expected.OPEN, 0.5), Silence("그게 아파요", Expected.OPEN, None)]
    assert [silence.pause for silence in with_pauses(silences, (0.3, 0.4))] == [0.3, 0.4, None]


def test_pauses_are_found_in_real_speech() -> None:
    assert len(recorded_speech()) == 6
    assert len(recorded_pauses()) == pytest.approx(20, abs=4)
    assert all(0.2 <= pause < 1.0 for pause in recorded_pauses())


def test_the_tuned_half_is_listened_to_as_it_must_be() -> None:
    report = evaluate_end_of_turn(read_turns(SETS / "tune" / "end_of_turn.jsonl"))
    assert report.waited_through >= 0.9
    assert report.delay <= 0.6
