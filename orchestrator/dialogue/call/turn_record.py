"""How an exchange is written down as turns, and what of them was proven to be heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.dialogue.call.hearing import Heard
from orchestrator.dialogue.move import Saying
from orchestrator.dialogue.utterance import Understood
from orchestrator.domain.playout import HeardPart
from orchestrator.domain.turn import Source, Speaker, Timings, Turn, Understanding

# The subject of turns that ask to wait for an answer.
FILLER = "filler"


def callee_turn(
    number: int, heard: Heard, subject: str, *, matching_ms: float, now: datetime, understood: Understood | None
) -> Turn:
    """Returns the callee's turn, with what was made of it and what that cost."""
    timings = Timings(heard.recording_ms, heard.speech_to_text_ms, matching_ms, end_of_turn=heard.end_of_turn_ms)
    utterance = heard.utterance
    return Turn(
        number,
        Speaker.CALLEE,
        utterance.text,
        utterance.source,
        now,
        subject,
        utterance.confidence,
        timings,
        _understanding(understood) if understood is not None and utterance.text else None,
    )


def _understanding(understood: Understood) -> Understanding:
    return Understanding(
        intent=understood.intent,
        layer=understood.layer,
        confidence=understood.confidence,
        expected_answer=understood.expected_answer,
        danger=understood.danger,
        number=understood.number,
    )


def agent_turns(
    first: int,
    sayings: Sequence[Saying],
    costs: Sequence[float | None],
    *,
    total_ms: float,
    now: datetime,
    wording_version: str,
) -> list[Turn]:
    """Returns the agent's turns, one a saying.

    Args:
        first: number of the first.
        sayings: what is said.
        costs: milliseconds that each took to synthesise; None: unknown.
        total_ms: milliseconds of the whole exchange; stands in the last turn.
        now: when.
        wording_version: of the institution's words.
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
            language_model_use=saying.language_model_use,
            wording_version=wording_version if saying.source is Source.INTERVIEW else "",
        )
        for index, (saying, cost) in enumerate(zip(sayings, costs, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class Transcript:
    """Turns, and how far into them the telephone network proved that the callee heard.

    Attributes:
        turns: in order.
        heard_through: number of the last agent's turn that was played to its end.
        heard_parts: agent's turns of which only a beginning was.
    """

    turns: tuple[Turn, ...]
    heard_through: int
    heard_parts: tuple[HeardPart, ...] = ()

    def heard(self, turn: Turn) -> str:
        """Returns what of an agent's turn was proven to be played: always its beginning, nothing, or all of it.

        Of fillers nothing is: they are said while a turn is worked on, and no account is kept of how far they got.
        """
        if turn.speaker is not Speaker.AGENT or turn.subject == FILLER:
            return ""
        for part in self.heard_parts:
            if part.turn_number == turn.number:
                return turn.text[: part.characters].rstrip()
        return turn.text if turn.number <= self.heard_through else ""


def as_heard(turns: Sequence[Turn], parts: Sequence[HeardPart]) -> tuple[Turn, ...]:
    """Returns a conversation as the callee knows it: without fillers, and agent's turns end where they were cut."""
    heard = {part.turn_number: part.characters for part in parts}
    cut = (
        replace(turn, text=turn.text[: heard[turn.number]].rstrip()) if turn.number in heard else turn for turn in turns
    )
    return tuple(turn for turn in cut if turn.speaker is Speaker.CALLEE or (turn.text and turn.subject != FILLER))
