"""What is to be done: the backend's order and the plan made from it. Never changes once accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.domain.plan import Plan
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import FrequentQuestion, Question


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address."""

    state: str = ""
    city: str = ""
    address1: str = ""
    address2: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """The person to call.

    Attributes:
        person_id: the backend's id.
        phone: E.164.
        birth_date: `YYYY-MM-DD`, or empty.
    """

    person_id: str
    name: str
    phone: str
    gender: str = ""
    birth_date: str = ""
    address: Address = field(default_factory=Address)

    def named_in(self, text: str) -> bool:
        """Whether a text holds the person's name."""
        return bool(self.name) and self.name in text


class ConversationMode(StrEnum):
    """How callee and agent talk."""

    TURN_BY_TURN = "turn_by_turn"
    STREAM = "stream"


@dataclass(frozen=True, slots=True)
class Dialling:
    """How the call is made.

    Attributes:
        ring_timeout: seconds.
        time_limit: seconds.
        hand_over_phone: whom the person is put through to in danger, E.164; empty: as the service is set.
        mode: how callee and agent talk; None: as the service is set.
        line: where the call waits for its turn to be dialled: 0 first, 10 last.
    """

    ring_timeout: int = 40
    time_limit: int = 1800
    hand_over_phone: str = ""
    mode: ConversationMode | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Listening:
    """How patiently the person is listened to.

    Attributes:
        silence_timeout: seconds of silence that end a turn; None: as the service is set.
    """

    silence_timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """The whole order.

    Attributes:
        campaign_id: the campaign that ordered it; empty: none.
    """

    person: Person
    question_set_id: str
    session_index: int = 0
    account_id: str | None = None
    questions: tuple[Question, ...] = ()
    problems: tuple[Problem, ...] = ()
    frequent_questions: tuple[FrequentQuestion, ...] = ()
    dialling: Dialling = field(default_factory=Dialling)
    listening: Listening = field(default_factory=Listening)
    plan: Plan = field(default_factory=Plan)
    campaign_id: str = ""
