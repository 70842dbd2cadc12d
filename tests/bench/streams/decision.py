"""When an interruption is decided on at the earliest: the same detector and turn-taking as the system's, without it."""

from __future__ import annotations

from functools import cache

from orchestrator.adapters.listening.voice_activity import CascadedSpeechDetector
from orchestrator.dialogue.turn_taking.decisions import Hold
from orchestrator.dialogue.turn_taking.turn_taking import TurnTaking
from tests.bench.streams.utterances import FRAME, background, utterance

_FRAME_SECONDS = 0.02
_SAYING = "무엇을 도와 드릴까요?"


@cache
def decided_after(number: int, seconds: float) -> float:
    """Returns after how many seconds of an utterance its sound alone makes the agent hold its voice.

    Args:
        number: what is said.
        seconds: how long that takes.
    """
    detector, floor, now = CascadedSpeechDetector(), TurnTaking(at=0.0), 0.0
    floor.agent_started(_SAYING, False, at=now)
    line = background() + utterance(number, seconds)
    for start in range(0, len(line) - FRAME + 1, FRAME):
        now += _FRAME_SECONDS
        decisions = floor.frame(detector.feed(line[start : start + FRAME]), at=now)
        if any(isinstance(decision, Hold) for decision in decisions):
            return now - len(background()) / (FRAME / _FRAME_SECONDS)
    raise ValueError("the utterance is too short to be noticed")
