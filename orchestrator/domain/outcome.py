"""What came of a consultation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseCode, Result
from orchestrator.domain.problem import Problem
from orchestrator.domain.turn import Source


class FindingState(StrEnum):
    """What became of a question or a known problem."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one question or known problem.

    Attributes:
        subject: `questions[0]`, `known_vulnerabilities.risks[1]` ...
        text: what was asked about.
        quote: the person's own words.
        turn_number: the turn they were said in; 0 if there is none.
        confidence: how sure the match is, 0 to 1.
        expected_answer: index of the matched expected answer.
        responses: what the answer means.
        ask_count: how often it was asked.
        solved: known problems: whether it is solved; None while unknown, and for questions.
    """

    subject: str
    text: str
    state: FindingState
    quote: str = ""
    turn_number: int = 0
    confidence: float | None = None
    expected_answer: int | None = None
    responses: tuple[ResponseCode, ...] = ()
    ask_count: int = 0
    solved: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The typed result of a consultation."""

    result: Result
    exception: ExceptionCode
    need_human: NeedHuman
    findings: tuple[Finding, ...]
    remaining: tuple[Problem, ...]
    solved: tuple[Problem, ...]
    found: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A consultation in a few Korean sentences, and who wrote them."""

    text: str
    source: Source
