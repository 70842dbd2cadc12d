"""The form of an institution's file: what may stand in it, and what makes sense (`orchestrator/institution.toml`)."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from orchestrator.dialogue.interview.wording import After
from orchestrator.domain.codes import TABLE_SIZES, ResponseType
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.plan import StepKind

_Words = Annotated[str, Field(min_length=1, max_length=500)]
_Ladder = Annotated[tuple[_Words, ...], Field(min_length=1, max_length=3)]

_WITH_LEVELS = {StepKind.URGENCY: {0, 1, 3}, StepKind.DAILY_LIFE: set(range(5)), StepKind.HELP: set(range(5))}
_AFTER_ANYTHING_ELSE = {StepKind.SINCE_AND_WHY, *_WITH_LEVELS}
_FILLED_IN = {
    StepKind.IDENTITY: {"name"},
    StepKind.PROBLEM: {"content", "reported"},
    StepKind.QUESTION: {"text", "short", "options"},
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseEntry(_Part):
    """What an answer means."""

    type: ResponseType
    index: int

    @model_validator(mode="after")
    def _in_table(self) -> Self:
        if not 1 <= self.index <= TABLE_SIZES[self.type]:
            msg = f"index must be 1 to {TABLE_SIZES[self.type]} in table {int(self.type)}"
            raise ValueError(msg)
        return self


class AnswerEntry(_Part):
    """An answer that means something, or a degree."""

    text: _Words
    responses: tuple[ResponseEntry, ...] = ()
    level: int | None = None


class StepEntry(_Part):
    """A step; `dialogue.institution.StepTemplate` says what the fields are for."""

    kind: StepKind
    asks: _Ladder
    again: tuple[_Words, ...] = Field(default=(), max_length=3)
    text: str = Field(default="", max_length=500)
    expected_answers: tuple[AnswerEntry, ...] = Field(default=(), max_length=9)
    yes: int | None = Field(default=None, ge=0)
    no: int | None = Field(default=None, ge=0)
    keys: int = Field(default=0, ge=0, le=16)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for words in (*self.asks, *self.again):
            _check_places(words, _FILLED_IN.get(self.kind, set()))
        allowed = _WITH_LEVELS.get(self.kind)
        if allowed is not None and {answer.level for answer in self.expected_answers} - allowed:
            msg = f"each expected answer needs a level out of {sorted(allowed)}"
            raise ValueError(msg)
        if allowed is not None and not self.expected_answers:
            msg = "needs expected_answers with a level each"
            raise ValueError(msg)
        if max(self.yes or 0, self.no or 0) >= max(len(self.expected_answers), 1):
            msg = "yes and no must be indices of expected_answers, from 0"
            raise ValueError(msg)
        return self


class DangerEntry(_Part):
    """What a person in danger is told."""

    words: _Words
    after: After


class QuestionEntry(_Part):
    """What callees may ask, and what is answered."""

    question: _Words
    answer: _Words


class InstitutionFile(_Part):
    """The whole file."""

    version: str = Field(min_length=1, max_length=50)
    institution: str = Field(min_length=1, max_length=100)
    greeting: _Words
    rounds: int = Field(ge=0, le=5)
    steps: tuple[StepEntry, ...] = Field(min_length=1)
    wording: dict[str, str | list[str]]
    dangers: dict[DangerKind, DangerEntry]
    questions: tuple[QuestionEntry, ...] = ()

    @field_validator("greeting")
    @classmethod
    def _says_that_it_is_a_machine(cls, greeting: str) -> str:
        _check_places(greeting, {"institution"})
        if "인공지능" not in greeting and "AI" not in greeting:
            msg = "must say that an AI (인공지능) speaks"
            raise ValueError(msg)
        return greeting

    @field_validator("steps")
    @classmethod
    def _in_an_order_that_works(cls, steps: tuple[StepEntry, ...]) -> tuple[StepEntry, ...]:
        kinds = [step.kind for step in steps]
        tail = kinds[kinds.index(StepKind.ANYTHING_ELSE) + 1 :] if StepKind.ANYTHING_ELSE in kinds else []
        if set(tail) - _AFTER_ANYTHING_ELSE or set(kinds[: len(kinds) - len(tail)]) & _AFTER_ANYTHING_ELSE:
            names = ", ".join(sorted(_AFTER_ANYTHING_ELSE))
            msg = f"{names} stand after anything_else, and nothing else does"
            raise ValueError(msg)
        if StepKind.IDENTITY not in kinds:
            msg = "there must be an identity step: nothing is told to somebody unknown"
            raise ValueError(msg)
        if StepKind.PROBLEM in kinds and kinds.index(StepKind.PROBLEM) < kinds.index(StepKind.IDENTITY):
            msg = "problem must come after identity"
            raise ValueError(msg)
        own = {StepKind.QUESTION}
        doubled = {kind for kind in kinds if kinds.count(kind) > 1 and kind not in own}
        if doubled:
            msg = f"only question may occur more than once, not {', '.join(sorted(doubled))}"
            raise ValueError(msg)
        return steps


def _check_places(words: str, allowed: set[str]) -> None:
    """Raises ValueError if words have a place that nothing is filled into."""
    places = {name for _, name, _, _ in Formatter().parse(words) if name is not None}
    if places - allowed:
        msg = f"{{{'}, {'.join(sorted(places - allowed))}}} has no meaning here"
        raise ValueError(msg)
