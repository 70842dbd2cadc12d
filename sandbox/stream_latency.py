"""How a callee on a stream lives through the agent's turns: how long they wait, and how long they are talked over.

Only what can be heard counts: from the callee's last sound to the agent's first, silence and faint noise left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sandbox.latency import TurnLatency
from sandbox.twilio.journal import Journal
from sandbox.twilio.playout import FRAME_SECONDS

Spans = Sequence[Sequence[float]]

_CUT_S: Final = 0.1
"""After so many seconds of silence a `clear` has not cut anything any more."""


@dataclass(frozen=True, kw_only=True)
class Interruption:
    """Measures one time at which the agent stopped because the callee spoke, in phone seconds since the answer.

    Attributes:
        began_s: the callee's first sound.
        silenced_s: when the agent was silent in the callee's ear.
        talked_over_phone_s: between the two.
    """

    began_s: float
    silenced_s: float
    talked_over_phone_s: float


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Sums up measurements: how many, and which value half, and 95 of 100, do not exceed; None without any."""

    count: int
    p50: float | None
    p95: float | None


def spread(values: Sequence[float]) -> Spread:
    """Sums up measurements (nearest rank)."""
    ordered = sorted(values)
    p50, p95 = (ordered[math.ceil(share * len(ordered)) - 1] if ordered else None for share in (0.5, 0.95))
    return Spread(count=len(ordered), p50=p50, p95=p95)


def stream_latencies(journal: Journal) -> list[TurnLatency]:
    """Measures the turns on all streams of a call; where the agent did not answer, or spoke all the while, is none.

    Args:
        journal: of that call only.
    """
    turns = []
    for outcome in _streams(journal):
        said: Spans = outcome["said_s"]
        for number, (began, ended) in enumerate(said):
            until = said[number + 1][0] if number + 1 < len(said) else math.inf
            answered = _answer(began, ended, until, outcome["audio_s"])
            broke_in = sum(began < start < ended for start, _ in outcome["audio_s"])
            if answered is not None:
                turns.append(_turn(ended, answered, broke_in))
    return turns


def interruptions(journal: Journal) -> list[Interruption]:
    """Measures how soon the agent was silent where the callee broke in.

    Args:
        journal: of that call only.
    """
    found = []
    for outcome in _streams(journal):
        for began, _ in outcome["said_s"]:
            silenced = _silenced(began, outcome["audio_s"], outcome["cleared_s"])
            if silenced is not None:
                seconds = round(silenced - began, 3)
                found.append(Interruption(began_s=began, silenced_s=silenced, talked_over_phone_s=seconds))
    return found


def _streams(journal: Journal) -> list[dict[str, Any]]:
    return [verb.outcome for verb in journal.verbs if verb.verb == "Connect" and "said_s" in verb.outcome]


def _turn(ended: float, answered: float, broke_in: int) -> TurnLatency:
    return TurnLatency(
        turn=0, end_of_speech_s=ended, end_of_recording_s=ended, first_audio_s=answered,
        gap_phone_s=round(answered - ended, 3), silence_wait_phone_s=0.0, server_real_ms=0.0, webhook_real_ms=0.0,
        audio_fetch_real_ms=0.0, mode="stream", agent_broke_in=broke_in,
    )  # fmt: skip


def _answer(began: float, ended: float, until: float, agent: Spans) -> float | None:
    """Returns when the agent began to say what the callee heard after their own words; None: nothing new."""
    if any(start <= began and end >= ended for start, end in agent):
        return None
    return next((start for start, end in agent if began < start < until and end > ended), None)


def _silenced(began: float, agent: Spans, cleared: Sequence[float]) -> float | None:
    """Returns when the agent, who was speaking when the callee began, was cut off; None: they were not.

    After a `clear` the frame on its way is heard to its end; that the agent goes on soon after it does not matter.
    """
    for start, end in agent:
        if start <= began < end:
            return next((min(end, round(at + FRAME_SECONDS, 3)) for at in cleared if began <= at <= end + _CUT_S), None)
    return None
