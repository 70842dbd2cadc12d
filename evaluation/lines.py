"""Labelled sets as they lie on disk: one JSON object a line (`LABELS.md` says what the labels mean)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from orchestrator.domain.danger import DangerKind

Label = Literal[
    "yes", "no", "unsure", "answer", "question", "repeat_please", "refuse_question", "refuse_call", "want_human",
    "wrong_person", "call_back_later", "danger", "abuse", "nonsense", "backchannel",
]  # fmt: skip
LABELS: tuple[str, ...] = get_args(Label)


class UnusableFile(ValueError):
    """A file cannot be used; the message is one line that names the file, the line and the field at fault."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class IntentLabel(_Entry):
    """What an utterance means."""

    intent: Label
    danger_kind: DangerKind | None = None
    number: int | None = None

    @model_validator(mode="after")
    def _kind_of_a_danger(self) -> Self:
        if self.danger_kind is not None and self.intent != "danger":
            msg = "danger_kind stands only with the intent danger"
            raise ValueError(msg)
        return self


class IntentLine(_Entry):
    """An utterance, what the agent had said before it, and what it means."""

    context: str
    text: str
    label: IntentLabel


class MatchingLine(_Entry):
    """An utterance in answer to a question, and which expected answer it means; None: none of them."""

    question: str
    expected: Annotated[list[str], Field(min_length=1)]
    text: str
    label: Annotated[int, Field(ge=0)] | None

    @model_validator(mode="after")
    def _label_is_one_of_them(self) -> Self:
        if self.label is not None and self.label >= len(self.expected):
            msg = f"label must be below {len(self.expected)}, or null"
            raise ValueError(msg)
        return self


class StoredAnswer(_Entry):
    """A question that is answered from store."""

    q: str
    a: str


class FaqLine(_Entry):
    """A question of a callee, and which of its group's stored questions it is; None: none of them."""

    group: Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
    text: str
    label: Annotated[int, Field(ge=0)] | None


Stored = Mapping[str, Sequence[StoredAnswer]]
LineType = TypeVar("LineType", bound=_Entry)
_STORED: TypeAdapter[dict[str, list[StoredAnswer]]] = TypeAdapter(dict[str, list[StoredAnswer]])


@dataclass(frozen=True, slots=True)
class Numbered(Generic[LineType]):
    """An entry and the number of its line in the file, from 1."""

    number: int
    entry: LineType


def read_lines(path: Path, kind: type[LineType]) -> list[Numbered[LineType]]:
    """Reads a labelled set; empty lines are left out.

    Raises:
        UnusableFile: it cannot be read, has no lines, or a line is wrong.
    """
    entries = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entries.append(Numbered(number, kind.model_validate_json(line)))
        except ValidationError as error:
            raise UnusableFile(f"{path}:{number}: {first_fault(error)}") from None
    if not entries:
        raise UnusableFile(f"{path}: has no lines")
    return entries


def read_stored(path: Path) -> Stored:
    """Reads stored questions and answers, by group.

    Raises:
        UnusableFile: it cannot be read, or is of another form.
    """
    try:
        return _STORED.validate_json(_text(path), strict=True)
    except ValidationError as error:
        raise UnusableFile(f"{path}: {first_fault(error)}") from None


def read_faq(stored: Stored, path: Path) -> list[Numbered[FaqLine]]:
    """Reads questions of callees whose groups and labels fit what is stored.

    Raises:
        UnusableFile: as `read_lines`, or a group or a label is not among the stored ones.
    """
    lines = read_lines(path, FaqLine)
    for line in lines:
        group = stored.get(line.entry.group)
        if group is None:
            raise UnusableFile(f"{path}:{line.number}: group: has no stored questions")
        if line.entry.label is not None and line.entry.label >= len(group):
            raise UnusableFile(f"{path}:{line.number}: label: must be below {len(group)}, or null")
    return lines


def first_fault(error: ValidationError) -> str:
    """Returns what is wrong, as one line: the path of the first field at fault, and what is expected of it."""
    fault: Mapping[str, Any] = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(map(str, fault["loc"]))
    what = str(fault["msg"]).removeprefix("Value error, ").replace("\n", " ")
    return f"{where}: {what}" if where else what


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnusableFile(f"{path}: is not UTF-8") from None
