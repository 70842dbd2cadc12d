"""The plan of a consultation: what is asked, in order, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.question import ExpectedAnswer


class StepKind(StrEnum):
    """What kind of thing is asked, and so how an answer is read."""

    GOOD_TIME = "good_time"
    IDENTITY = "identity"
    PROBLEM = "problem"
    HUMAN_WANTED = "human_wanted"
    QUESTION = "question"
    ANYTHING_ELSE = "anything_else"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to ask.

    Attributes:
        subject: names it in transcript and findings.
        text: what it is about, without phrasing: the question's or the problem's text.
        asks: the wording of the first, second ... ask; as many as it may be asked.
        expected_answers: what an answer may mean.
    """

    kind: StepKind
    subject: str
    text: str
    asks: tuple[str, ...]
    expected_answers: tuple[ExpectedAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is asked in a consultation, in order, after the greeting."""

    greeting: str = ""
    steps: tuple[Step, ...] = ()
