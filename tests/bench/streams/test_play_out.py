from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import mulaw
from tests.bench.streams.play_out import PlayOut
from tests.bench.streams.utterances import speech

VOICE = speech()[:8000]
SILENCE = bytes([mulaw.SILENCE]) * 800


def test_voice_is_heard_when_it_is_played_and_not_when_it_arrives() -> None:
    heard = PlayOut()
    heard.audio(10.0, SILENCE * 10)
    heard.audio(10.2, VOICE)
    assert heard.voice_began == pytest.approx(11.0, abs=0.01)
    assert heard.voice_ended == pytest.approx(12.0, abs=0.01)
    assert heard.until == pytest.approx(12.0)


def test_clear_silences_at_once_and_reaches_all_marks() -> None:
    heard = PlayOut()
    heard.audio(0.0, VOICE)
    heard.mark(0.0, "a")
    assert heard.reached(0.5) == []
    heard.clear(0.5)
    assert (heard.until, heard.voice_ended) == (0.5, 0.5)
    assert heard.reached(0.5) == ["a"]


def test_a_mark_with_nothing_queued_is_reached_at_once() -> None:
    heard = PlayOut()
    heard.mark(3.0, "a")
    assert heard.reached(3.0) == ["a"]


def test_a_hole_in_the_voice_is_a_stutter_and_a_pause_is_none() -> None:
    heard = PlayOut()
    heard.audio(0.0, VOICE)
    heard.audio(0.9, VOICE)
    heard.audio(2.1, VOICE)
    assert heard.stutters == 1
    heard.audio(5.0, VOICE)
    assert heard.stutters == 1
    assert heard.pause == pytest.approx(1.9, abs=0.01)
    heard.expect()
    assert heard.pause == 0.0


def test_voice_that_was_cleared_before_it_was_played_was_not_heard() -> None:
    heard = PlayOut()
    heard.audio(0.0, SILENCE * 10)
    heard.audio(0.0, VOICE)
    heard.clear(0.5)
    assert heard.voice_began is None


@given(st.lists(st.tuples(st.sampled_from(["audio", "mark", "clear"]), st.floats(0, 1)), max_size=40))
def test_a_mark_never_comes_before_what_was_queued_before_it_unless_cleared(doings: list[tuple[str, float]]) -> None:
    heard, now = PlayOut(), 0.0
    due: dict[str, float] = {}
    for number, (doing, wait) in enumerate(doings):
        now += wait
        for name in heard.reached(now):
            assert due.pop(name) <= now
        match doing:
            case "audio":
                heard.audio(now, VOICE[: 160 * (number + 1)])
            case "mark":
                heard.mark(now, str(number))
                due[str(number)] = heard.until
            case "clear":
                heard.clear(now)
                due = dict.fromkeys(due, 0.0)
    assert len(heard.reached(now + 1000)) == len(due)
