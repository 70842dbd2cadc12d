"""What the callee said, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.turn import Source


@dataclass(frozen=True, slots=True)
class Utterance:
    """The callee's turn, heard but not yet understood; silence and noise have no text."""

    text: str
    source: Source
    confidence: float | None = None


class Intent(StrEnum):
    """What the callee means."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    ANSWER = "answer"
    QUESTION = "question"
    REPEAT_PLEASE = "repeat_please"
    REFUSE_QUESTION = "refuse_question"
    REFUSE_CALL = "refuse_call"
    WANT_HUMAN = "want_human"
    WRONG_PERSON = "wrong_person"
    NO_INPUT = "no_input"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Understood:
    """The meaning of an utterance.

    Attributes:
        expected_answer: index of the open question's expected answer that it matches.
        confidence: how sure the match is, 0 to 1.
    """

    intent: Intent
    text: str = ""
    expected_answer: int | None = None
    confidence: float | None = None
