"""Labelled sets on disk, and what is said of wrong ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.lines import FaqLine, IntentLine, MatchingLine, UnusableFile, read_faq, read_lines, read_stored

INTENT = {"context": "식사는 하셨어요?", "text": "네", "label": {"intent": "yes"}}
MATCHING = {"question": "식사는요?", "expected": ["잘 먹어요", "못 먹어요"], "text": "잘 먹지", "label": 0}


def written(folder: Path, *lines: object) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def complaint(path: Path, kind: type) -> str:
    with pytest.raises(UnusableFile) as raised:
        read_lines(path, kind)
    assert "\n" not in str(raised.value)
    return str(raised.value).removeprefix(str(path))


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    danger = {"context": "", "text": "불이야", "label": {"intent": "danger", "danger_kind": "fire"}}
    number = {"context": "몇 번요?", "text": "두 번", "label": {"intent": "answer", "number": 2}, "note": "ours"}
    lines = read_lines(written(tmp_path, INTENT, "", danger, number), IntentLine)
    assert [line.number for line in lines] == [1, 3, 4]
    assert lines[1].entry.label.danger_kind == "fire"
    assert lines[2].entry.label.number == 2


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ("{", IntentLine, ":2: Invalid JSON: EOF while parsing an object at line 1 column 1"),
        (INTENT | {"text": 3}, IntentLine, ":2: text: Input should be a valid string"),
        (INTENT | {"label": {"intent": "maybe"}}, IntentLine, ":2: label.intent: Input should be 'yes', 'no', "),
        (INTENT | {"label": {"intent": "no", "danger_kind": "fire"}}, IntentLine, ":2: label: danger_kind stands only"),
        ({"text": "네"}, IntentLine, ":2: context: Field required"),
        (MATCHING | {"label": 2}, MatchingLine, ":2: label must be below 2, or null"),
        (MATCHING | {"expected": []}, MatchingLine, ":2: expected: List should have at least 1 item"),
        (MATCHING | {"label": -1}, MatchingLine, ":2: label: Input should be greater than or equal to 0"),
        ({"group": 1.5, "text": "", "label": None}, FaqLine, ":2: group: Input should be a valid string"),
    ],
)
def test_a_wrong_line_is_named(line: object, kind: type, said: str, tmp_path: Path) -> None:
    good = {IntentLine: INTENT, MatchingLine: MATCHING, FaqLine: {"group": 1, "text": "네", "label": None}}[kind]
    assert complaint(written(tmp_path, good, line), kind).startswith(said)


def test_files_that_are_none(tmp_path: Path) -> None:
    assert complaint(tmp_path / "nowhere", IntentLine) == ": No such file or directory"
    assert complaint(written(tmp_path, "", ""), IntentLine) == ": has no lines"
    path = tmp_path / "old.jsonl"
    path.write_bytes("안녕".encode("euc-kr"))
    assert complaint(path, IntentLine) == ": is not UTF-8"


def test_groups_may_be_numbers(tmp_path: Path) -> None:
    stored_file = tmp_path / "stored.json"
    stored_file.write_text(json.dumps({"1": [{"q": "누구세요?", "a": "상담원이에요."}]}), "utf-8")
    stored = read_stored(stored_file)
    lines = read_faq(stored, written(tmp_path, {"group": 1, "text": "누구요", "label": 0}))
    assert lines[0].entry.group == "1"
    for wrong, said in (
        ({"group": 2}, "group: has no stored questions"),
        ({"label": 1}, "label: must be below 1, or null"),
    ):
        with pytest.raises(UnusableFile, match=f"set.jsonl:1: {said}"):
            read_faq(stored, written(tmp_path, {"group": 1, "text": "누구요", "label": 0} | wrong))


def test_stored_questions_of_another_form(tmp_path: Path) -> None:
    path = tmp_path / "stored.json"
    path.write_text(json.dumps({"1": [{"q": "누구세요?"}]}), "utf-8")
    with pytest.raises(UnusableFile, match=r"stored\.json: 1\.0\.a: Field required"):
        read_stored(path)
