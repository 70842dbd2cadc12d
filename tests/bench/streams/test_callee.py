from __future__ import annotations

import pytest

from tests.bench.streams.callee import FRAME_SECONDS, PATIENCE, Callee, Line
from tests.bench.streams.play_out import PlayOut
from tests.bench.streams.utterances import WAIT_A_MOMENT, number_in, speech

VOICE = speech()[:8000]


class Conversation:
    """Moves time on by frames, and notes when the callee speaks."""

    def __init__(self, *script: Line, greeted: bool = False) -> None:
        self.heard = PlayOut()
        self.callee = Callee(script, self.heard, greeted=greeted, begin=0.0)
        self.now = 0.0
        self.spoken = b""
        self.last_spoken = 0.0

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / FRAME_SECONDS)):
            self.now += FRAME_SECONDS
            frame = self.callee.frame(self.now)
            if frame is not None:
                self.spoken += frame
                self.last_spoken = self.now

    def agent_speaks(self) -> None:
        self.heard.audio(self.now, VOICE)

    def agent_is_silenced(self) -> None:
        self.heard.clear(self.now)
        self.callee.cleared(self.now)


def test_the_gap_lasts_from_the_last_sound_of_the_line_to_the_first_of_the_reply() -> None:
    talk = Conversation(Line(seconds=1.0, after=0.5))
    talk.pass_time(2.0)
    assert number_in(talk.spoken) == 0
    assert len(talk.spoken) == 8000
    said = talk.last_spoken
    talk.agent_speaks()
    began = talk.heard.voice_began
    talk.pass_time(0.1)
    assert began is not None
    assert talk.callee.heard.gaps == [pytest.approx(began - said)]
    talk.pass_time(2.0)
    assert talk.callee.done


def test_the_longest_silence_within_a_reply_is_noted() -> None:
    talk = Conversation(Line(seconds=1.0, after=0.5), Line(seconds=0.4, after=0.8))
    talk.pass_time(2.0)
    talk.agent_speaks()
    talk.pass_time(1.3)
    talk.agent_speaks()
    talk.pass_time(2.6)
    talk.agent_speaks()
    talk.pass_time(2.0)
    assert talk.callee.heard.pauses == [pytest.approx(0.3, abs=0.03), 0.0]


def test_the_callee_waits_until_the_agent_has_stopped() -> None:
    talk = Conversation(Line(after=0.5), greeted=True)
    talk.pass_time(1.0)
    talk.agent_speaks()
    talk.pass_time(1.4)
    assert not talk.spoken
    talk.pass_time(0.2)
    assert talk.spoken
    assert talk.callee.heard.gaps == []


def test_an_interruption_is_timed_from_its_first_sound_to_silence() -> None:
    talk = Conversation(Line(seconds=0.4), Line(WAIT_A_MOMENT, seconds=1.0, interrupts_after=0.3), Line(after=0.2))
    talk.pass_time(1.2)
    talk.agent_speaks()
    talk.pass_time(0.6)
    assert number_in(talk.spoken[-160 * 4 :]) == WAIT_A_MOMENT
    talk.agent_is_silenced()
    talk.pass_time(1.4)
    assert talk.callee.heard.yields == [pytest.approx(0.3, abs=0.05)]
    assert talk.callee.heard.unyielding == 0
    talk.agent_speaks()
    talk.pass_time(0.1)
    assert len(talk.callee.heard.gaps) == 2


def test_an_agent_who_talks_on_does_not_yield() -> None:
    talk = Conversation(Line(seconds=0.4), Line(WAIT_A_MOMENT, seconds=0.4, interrupts_after=0.3))
    talk.pass_time(1.2)
    talk.agent_speaks()
    talk.pass_time(1.5)
    assert talk.callee.heard.unyielding == 1
    assert talk.callee.heard.yields == []


def test_a_line_without_a_reply_is_lost_and_the_next_is_said() -> None:
    talk = Conversation(Line(seconds=1.0), Line(seconds=1.0))
    talk.pass_time(PATIENCE + 5.0)
    assert talk.callee.heard.lost == 1
    assert len(talk.spoken) == 16000


def test_a_reply_during_the_line_cuts_in() -> None:
    talk = Conversation(Line(seconds=1.0, after=0.0))
    talk.pass_time(0.5)
    talk.agent_speaks()
    talk.pass_time(2.0)
    assert talk.callee.heard.cut_ins == 1
    assert talk.callee.heard.gaps == []
