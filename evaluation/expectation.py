"""What is expected of a simulated call, and what differs (`CALLS.md` describes the file)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from evaluation.course import Course
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import FindingState


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        msg = f"is no regular expression: {error}"
        raise ValueError(msg) from None
    return text


Patterns = tuple[Annotated[str, AfterValidator(_pattern)], ...]


class Expect(BaseModel):
    """What is expected besides the delivered result.

    Attributes:
        states: what becomes of questions and known problems, by subject; with a star at its end a name stands for all
            that begin so and are not named more closely.
        said: regular expressions; each is found in something that the agent says.
        not_said: none of these is.
        summary: each is found in the delivered summary.
        most_turns: how often the callee has the word at most; None: as often as the plan allows.
        alarms: which dangers are noticed, no others; None: whatever.
        result: whether there is one at all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    states: Mapping[str, FindingState] = Field(default_factory=dict)
    said: Patterns = ()
    not_said: Patterns = ()
    summary: Patterns = ()
    most_turns: int | None = None
    alarms: tuple[DangerKind, ...] | None = None
    result: bool = True


class Expectation(BaseModel):
    """An `expect.json`.

    Attributes:
        result: fields of the delivered result, or a part of them.
        expect: what is expected besides.
    """

    model_config = ConfigDict(frozen=True)

    result: Mapping[str, Any]
    expect: Expect = Expect()

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, content: object) -> object:
        """Takes the own keys from among the fields of the result."""
        if not isinstance(content, Mapping):
            return content
        fields = {key: value for key, value in content.items() if key not in {"expect", "payload", "description"}}
        return {"result": fields, **{key: content[key] for key in ("expect",) if key in content}}

    def faults(self, course: Course) -> list[str]:
        """Returns what of a call is not as expected, a line each; none: it is all right."""
        return [*self._of_the_result(course), *self._of_the_words(course), *self._of_the_course(course)]

    def _of_the_result(self, course: Course) -> Iterator[str]:
        if course.result is None:
            if self.expect.result:
                yield "no result was delivered"
            return
        for field, expected in self.result.items():
            yield from differences(expected, course.result.get(field, _MISSING), field)
        summary = str(course.result.get("summary", ""))
        yield from (f"summary: /{pattern}/ is not in it" for pattern in _missing(self.expect.summary, [summary]))

    def _of_the_words(self, course: Course) -> Iterator[str]:
        yield from (f"said: /{pattern}/ was never said" for pattern in _missing(self.expect.said, course.said))
        unsaid = set(_missing(self.expect.not_said, course.said))
        yield from (f"not_said: /{pattern}/ was said" for pattern in self.expect.not_said if pattern not in unsaid)

    def _of_the_course(self, course: Course) -> Iterator[str]:
        if not course.ended:
            yield "the call did not come to its end"
        yield from (f"telephone network: {breach}" for breach in course.breaches)
        yield from _of_the_states(self.expect.states, course.states)
        if self.expect.most_turns is not None and course.callee_turns > self.expect.most_turns:
            yield f"most_turns: expected at most {self.expect.most_turns}, got {course.callee_turns}"
        if self.expect.alarms is not None and set(course.alarms) != set(self.expect.alarms):
            expected = ", ".join(self.expect.alarms) or "none"
            yield f"alarms: expected {expected}, got {', '.join(course.alarms) or 'none'}"


_MISSING = object()


def differences(expected: object, got: object, path: str) -> Iterator[str]:
    """Yields where a value is not as expected: objects may have more fields, lists must have the same length."""
    if got is _MISSING:
        yield f"{path}: is missing"
    elif isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            yield from differences(value, got.get(key, _MISSING), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for index, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif expected != got:
        yield f"{path}: expected {expected!r}, got {got!r}"


def _of_the_states(expected: Mapping[str, FindingState], got: Mapping[str, str]) -> Iterator[str]:
    for subject in sorted({*got, *(name for name in expected if not name.endswith("*"))}):
        names = [name for name in expected if name == subject or (name[-1:] == "*" and subject.startswith(name[:-1]))]
        if names and got.get(subject) != (state := expected[max(names, key=len)]):
            yield f"states: {subject}: expected {state}, got {got.get(subject, 'none')}"


def _missing(patterns: Sequence[str], texts: Sequence[str]) -> list[str]:
    return [pattern for pattern in patterns if not any(re.search(pattern, text) for text in texts)]
