"""Cases of simulated calls as they lie on disk (`CALLS.md` describes the files)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evaluation.expectation import Expectation
from evaluation.lines import UnusableFile, first_fault
from sandbox.payloads import example_payload
from sandbox.script import Script, ScriptError, load_script

TABLE = "expected.toml"


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody who is called, and what must come of it.

    Attributes:
        payload: the body of `POST /api/receive`.
    """

    name: str
    payload: bytes
    callee: Script
    expectation: Expectation


def load_cases(folder: Path) -> list[Case]:
    """Reads all cases of a folder, by name: those of its table, and those in folders of their own.

    Raises:
        UnusableFile: there are none, or a file of one is missing or wrong.
    """
    if not folder.is_dir():
        raise UnusableFile(f"{folder}: is no folder")
    cases = [*_of_the_table(folder), *(_of_a_folder(path.parent) for path in folder.glob("*/callee.json"))]
    if not cases:
        raise UnusableFile(f"{folder}: has no case: no {TABLE}, and no folder with a callee.json")
    return sorted(cases, key=lambda case: case.name)


def _of_a_folder(folder: Path) -> Case:
    payload = folder / "payload.json"
    content = _json(folder / "expect.json")
    body = _read(payload) if payload.exists() else example_payload()
    return Case(folder.name, body, _callee(folder / "callee.json"), _expectation(folder / "expect.json", content))


def _of_the_table(folder: Path) -> Iterator[Case]:
    path = folder / TABLE
    if not path.exists():
        return
    try:
        table = tomllib.loads(_read(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableFile(f"{path}: {error}") from None
    without = {callee.stem for callee in folder.glob("*.json")} - table.keys()
    if without:
        raise UnusableFile(f"{path}: {min(without)}: is missing")
    for name, content in table.items():
        callee = _callee(folder / f"{name}.json")
        yield Case(name, _payload_with(content), callee, _expectation(path, content, name))


def _payload_with(content: Mapping[str, Any]) -> bytes:
    """Returns the example payload, with fields of a case's own in place of the example's."""
    return json.dumps({**json.loads(example_payload()), **content.get("payload", {})}, ensure_ascii=False).encode()


def _expectation(path: Path, content: object, name: str = "") -> Expectation:
    try:
        return Expectation.model_validate(content)
    except ValidationError as error:
        raise UnusableFile(f"{path}: {name}{'.' if name else ''}{first_fault(error)}") from None


def _callee(path: Path) -> Script:
    try:
        return load_script(path)
    except ScriptError as error:
        raise UnusableFile(str(error)) from None


def _json(path: Path) -> object:
    try:
        return json.loads(_read(path))
    except ValueError as error:
        raise UnusableFile(f"{path}: is no JSON: {error}") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from None
