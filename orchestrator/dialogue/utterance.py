"""What the callee said, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.danger import DangerKind
from orchestrator.domain.turn import Layer, Source


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
    CALL_BACK_LATER = "call_back_later"
    DANGER = "danger"
    ABUSE = "abuse"
    BACKCHANNEL = "backchannel"
    MACHINE = "machine"
    CARRIER_NOTICE = "carrier_notice"
    NO_INPUT = "no_input"
    NO_MATCH = "no_match"
    PHONE_HANDED_ON = "phone_handed_on"


_NO_MEANING = {Intent.NO_INPUT, Intent.NO_MATCH, Intent.MACHINE, Intent.CARRIER_NOTICE}


@dataclass(frozen=True, slots=True)
class Aside:
    """What an utterance says besides answering the open step: the answer to another one.

    Attributes:
        subject: of the step it answers.
        quote: the part of the utterance that does.
        expected_answer: index of that step's expected answer that it matches.
        confidence: 0 to 1.
    """

    subject: str
    quote: str
    expected_answer: int | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Understood:
    """The meaning of an utterance.

    Attributes:
        expected_answer: index of the open question's expected answer that it matches.
        confidence: how sure the match is, 0 to 1.
        layer: what decided.
        danger: which danger, for `Intent.DANGER`.
        number: the number that was said.
        asides: answers to other steps in the same breath.
    """

    intent: Intent
    text: str = ""
    expected_answer: int | None = None
    confidence: float | None = None
    layer: Layer = Layer.RULES
    danger: DangerKind | None = None
    number: int | None = None
    asides: tuple[Aside, ...] = ()

    @property
    def by_a_person(self) -> bool:
        """Whether there is meaning in it that no machine says."""
        return self.intent not in _NO_MEANING or bool(self.asides)
