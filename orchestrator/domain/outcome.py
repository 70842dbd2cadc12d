"""What came of a consultation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
        level: questions with degrees: the degree that was understood.
        unasked: the answer came before the question was asked, or corrected an earlier one.
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
    level: int | None = None
    unasked: bool = False


class RecordingConsent(StrEnum):
    """Whether the person agreed to the recording."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    REFUSED = "refused"


class PartOfDay(StrEnum):
    """A part of a day, as people name it."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class CallBackWish:
    """When the person wants to be called again.

    Attributes:
        quote: the person's own words.
        turn_number: the turn they were said in.
        not_before: from when on, with zone; None: not understood.
        not_after: until when; None: not understood.
        part_of_day: the part of the day that was named.
    """

    quote: str
    turn_number: int
    not_before: datetime | None = None
    not_after: datetime | None = None
    part_of_day: PartOfDay | None = None


@dataclass(frozen=True, slots=True)
class NewProblem:
    """A difficulty that the person told of their own accord.

    Attributes:
        problem: what it is, in the person's words, with its codes.
        since_and_why: in the person's words; empty: not answered.
        urgency: 0 not urgent, 1 to be watched, 3 at once; None: not answered.
        daily_life: how far it hinders daily life, 0 to 4; None: not answered.
        help: who can help, 0 somebody who lives there to 4 nobody; None: not answered.
        grave: see `dialogue.summary.outcome_making`.
        turn_numbers: the turns it rests on.
    """

    problem: Problem
    since_and_why: str = ""
    urgency: int | None = None
    daily_life: int | None = None
    help: int | None = None
    grave: bool = False
    turn_numbers: tuple[int, ...] = ()


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
    call_back: CallBackWish | None = None
    new_problems: tuple[NewProblem, ...] = ()
    recording_consent: RecordingConsent = RecordingConsent.UNKNOWN
    identified: bool = False
    spoken_for: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of a summary, and the callee's turns it rests on.

    Attributes:
        text: without its citation.
        turn_numbers: empty only for what the service itself knows, such as how the call ended.
    """

    text: str
    turn_numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A consultation in a few Korean sentences, and who wrote them.

    Attributes:
        text: the claims, each followed by the turns it cites, and the labels the backend looks for.
        claims: the same, apart.
    """

    text: str
    source: Source
    claims: tuple[Claim, ...] = ()
