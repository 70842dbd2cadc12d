"""Reads an institution's file (TOML) over the default one, `orchestrator/institution.toml`, which explains the form."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from orchestrator.adapters.institution.schema import InstitutionFile, StepEntry
from orchestrator.dialogue.interview.institution import Institution, StepTemplate
from orchestrator.dialogue.interview.wording import DangerWords, Wording
from orchestrator.domain.codes import ResponseCode
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion


class InvalidInstitution(ValueError):
    """The file cannot be used; the message names the field at fault."""


def load_institution(path: Path | None = None, *, name: str = "") -> Institution:
    """Returns an institution's consultation.

    Args:
        path: its file; None: the default.
        name: its name, in place of the file's.

    Raises:
        InvalidInstitution: the file cannot be read, or a field in it is wrong.
    """
    content = _parsed(resources.files("orchestrator").joinpath("institution.toml").read_text("utf-8"))
    if path is not None:
        try:
            own = _parsed(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{path}: {type(error).__name__}"
            raise InvalidInstitution(msg) from None
        content = _over(content, own)
    if name:
        content["institution"] = name
    try:
        return _institution(InstitutionFile.model_validate(content))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        msg = f"{where}: {first['msg']}"
        raise InvalidInstitution(msg) from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInstitution(str(error)) from None


def _over(default: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Returns the default with an institution's own tables merged into it; lists and values are replaced."""
    merged = dict(default)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(default.get(key), dict)
        merged[key] = _over(default[key], value) if both else value
    return merged


def _institution(file: InstitutionFile) -> Institution:
    return Institution(
        wording=_wording(file),
        steps=tuple(map(_template, file.steps)),
        rounds=file.rounds,
        questions=tuple(
            FrequentQuestion(entry.question, entry.answer.replace("{institution}", file.institution))
            for entry in file.questions
        ),
    )


def _wording(file: InstitutionFile) -> Wording:
    missing = set(DangerKind) - set(file.dangers)
    if missing:
        msg = f"dangers: words are missing for {', '.join(sorted(missing))}"
        raise InvalidInstitution(msg)
    phrases = {key: _phrase(key, value) for key, value in file.wording.items()}
    dangers = {kind: DangerWords(danger.words, danger.after) for kind, danger in file.dangers.items()}
    greeting = file.greeting.replace("{institution}", file.institution)
    for key, value in phrases.items():
        expected = Wording.__annotations__.get(key)
        if expected not in {"str", "Asks"}:
            msg = f"wording.{key}: is no wording"
            raise InvalidInstitution(msg)
        if (expected == "Asks") is isinstance(value, str) or not value:
            msg = f"wording.{key}: must be {'a list of wordings' if expected == 'Asks' else 'one wording'}"
            raise InvalidInstitution(msg)
    return Wording(
        version=file.version,
        institution=file.institution,
        greeting=greeting,
        dangers=dangers,
        **phrases,  # type: ignore[arg-type]  # checked above: a string or a ladder, as each is declared
    )


def _phrase(key: str, value: str | list[str]) -> str | tuple[str, ...]:
    """Returns one wording, or several; one may stand where there may be several."""
    if isinstance(value, list):
        return tuple(value)
    return (value,) if Wording.__annotations__.get(key) == "Asks" and value else value


def _template(step: StepEntry) -> StepTemplate:
    answers = tuple(
        ExpectedAnswer(answer.text, tuple(ResponseCode(code.type, code.index) for code in answer.responses))
        for answer in step.expected_answers
    )
    levels = tuple(answer.level for answer in step.expected_answers if answer.level is not None)
    return StepTemplate(step.kind, step.asks, step.again, step.text, answers, levels, step.yes, step.no, step.keys)
