"""How an exchange is written down as turns, and what of them was proven to be heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.dialogue.hearing import Heard
from orchestrator.dialogue.interview import Saying
from orchestrator.domain.turn import Speaker, Timings, Turn


def callee_turn(number: int, heard: Heard, subject: str, matching_ms: float, now: datetime) -> Turn:
    """Returns the callee's turn, with what it cost to understand it."""
    timings = Timings(heard.recording_ms, heard.speech_to_text_ms, matching_ms)
    utterance = heard.utterance
    return Turn(number, Speaker.CALLEE, utterance.text, utterance.source, now, subject, utterance.confidence, timings)


def agent_turns(
    first: int, sayings: Sequence[Saying], costs: Sequence[float | None], total_ms: float, now: datetime
) -> list[Turn]:
    """Returns the agent's turns, one a saying.

    Args:
        first: number of the first.
        sayings: what is said.
        costs: milliseconds that each took to synthesise; None: unknown.
        total_ms: milliseconds of the whole exchange; stands in the last turn.
        now: when.
    """
    last = len(sayings) - 1
    return [
        Turn(
            number=first + index,
            speaker=Speaker.AGENT,
            text=saying.text,
            source=saying.source,
            created_at=now,
            subject=saying.subject,
            timings=Timings(
                language_model=saying.language_model_ms,
                text_to_speech=cost,
                total=total_ms if index == last else None,
            ),
        )
        for index, (saying, cost) in enumerate(zip(sayings, costs, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class Transcript:
    """Turns, and how far into them the telephone network proved that the callee heard.

    Attributes:
        turns: in order.
        heard_through: number of the last agent's turn that was played to its end.
    """

    turns: tuple[Turn, ...]
    heard_through: int

    def heard(self, turn: Turn) -> str:
        """Returns what of an agent's turn was proven to be played: turn by turn, all or nothing."""
        return turn.text if turn.speaker is Speaker.AGENT and turn.number <= self.heard_through else ""
