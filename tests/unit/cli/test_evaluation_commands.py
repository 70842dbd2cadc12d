"""What a person at the terminal, or another program, gets from `eval`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import evaluation_commands, main
from evaluation import layers, report
from evaluation.calls import CaseReport, summed
from evaluation.cases import Case

INTENTS = [
    {"context": "식사는 하셨어요?", "text": "네", "label": {"intent": "yes"}},
    {"context": "식사는 하셨어요?", "text": "불이 났어요", "label": {"intent": "danger", "danger_kind": "fire"}},
    {"context": "식사는 하셨어요?", "text": "아니요", "label": {"intent": "abuse"}},
]
MATCHING = [{"question": "식사는 하세요?", "expected": ["잘 먹어요", "못 먹어요"], "text": "잘 먹어요", "label": 0}]
STORED = {"1": [{"q": "도시락은 언제 와요?", "a": "월요일에요."}]}
FAQ = [{"group": 1, "text": "도시락은 언제 와요?", "label": 0}, {"group": 1, "text": "눈이 오나요?", "label": None}]
TURNS = [
    {
        "asked": "어디가 아프세요?",
        "expected": "open",
        "segments": [{"text": "무릎이 아파서", "pause_ms": 400}, {"text": "병원에 갔어요"}],
        "final": True,
    }
]
PASSED = CaseReport("shy", passed=True, faults=[], subjects=7, with_state=7, turns=9, stuck=False)
FAILED = CaseReport(
    "loud", passed=False, faults=["result: expected 1, got 0"], subjects=7, with_state=7, turns=3, stuck=False
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(layers, "installed", lambda: False)
    for name, lines in (("intents", INTENTS), ("matching", MATCHING), ("faq", FAQ), ("end_of_turn", TURNS)):
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        for folder in (tmp_path, tmp_path / "sets" / "report", tmp_path / "sets" / "tune"):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.jsonl").write_text(text, "utf-8")
    for folder in (tmp_path, tmp_path / "sets"):
        (folder / "stored.json").write_text(json.dumps(STORED, ensure_ascii=False), "utf-8")
    monkeypatch.setattr(evaluation_commands, "SETS", tmp_path / "sets")
    monkeypatch.setattr(report, "paraphrases", lambda **_: [])
    monkeypatch.setattr(report, "pairs", lambda **_: [])


def evaluated(*words: str) -> Result:
    return CliRunner().invoke(main.app, ["eval", *words])


def as_json(*words: str) -> dict[str, Any]:
    result = evaluated(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_intents() -> None:
    found = as_json("intents", "intents.jsonl")
    assert found["accuracy"] == 0.6667
    assert found["intents"]["danger"] == {"recall": 1.0, "precision": 1.0, "n": 1}
    assert [error["line"] for error in found["errors"]] == [3]


def test_matching_and_stored_questions() -> None:
    assert as_json("matching", "matching.jsonl")["accuracy"] == 1.0
    found = as_json("faq", "stored.json", "faq.jsonl")
    assert (found["accuracy@1"], found["out_of_scope_auc"]) == (1.0, 1.0)


def test_everything_but_the_calls() -> None:
    found = as_json("--quick")
    assert found["encoder"] is None
    assert found["calls"] is None
    assert found["reported"] == found["tuned"]
    assert found["reported"]["end_of_turn"]["waited_through"] == 1.0
    table = evaluated("--quick").stdout
    assert "without the extra [embeddings]" in table
    assert "danger: recall" in table
    assert "pauses waited through" in table


def one_callee() -> None:
    Path("folder", "shy").mkdir(parents=True)
    for name in ("callee", "expect"):
        Path("folder", "shy", f"{name}.json").write_text("{}")


@pytest.mark.parametrize(("mode", "asked_for"), [("stream", "stream"), ("record", "turn_by_turn"), (None, None)])
def test_callees_are_called_in_the_mode_that_is_named(
    mode: str | None, asked_for: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[tuple[str | None, float]] = []

    async def calls(cases: list[Case], _: object, *, speed: float) -> object:
        called.extend((json.loads(case.payload).get("conversation_mode"), speed) for case in cases)
        return summed([PASSED])

    monkeypatch.setattr(evaluation_commands, "_calls", calls)
    one_callee()
    assert evaluated("calls", "folder", *(["--mode", mode] if mode else [])).exit_code == 0
    assert called == [(asked_for, evaluation_commands.STREAM_SPEED if mode == "stream" else evaluation_commands.SPEED)]


@pytest.mark.parametrize(("cases", "status"), [([PASSED], 0), ([PASSED, FAILED], 1)])
def test_calls_that_went_wrong_end_with_status_1(
    cases: list[CaseReport], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def calls(*_: object, speed: float) -> object:
        return summed(cases)

    monkeypatch.setattr(evaluation_commands, "_calls", calls)
    one_callee()
    for words in (["calls", "folder"], ["calls", "folder", "--json"]):
        result = evaluated(*words)
        assert result.exit_code == status
        assert ("result: expected 1, got 0" in result.stdout) == (FAILED in cases)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["intents", "matching.jsonl"], "matching.jsonl:1: context: Field required"),
        (["matching", "nowhere.jsonl"], "nowhere.jsonl: No such file or directory"),
        (["faq", "intents.jsonl", "faq.jsonl"], "intents.jsonl: Invalid JSON: "),
        (["calls", "sets"], "sets: has no case: no expected.toml, and no folder with a callee.json"),
        (["calls", "intents.jsonl"], "intents.jsonl: is no folder"),
        (["--json", "intents", "intents.jsonl"], "put options after the command: eval intents ..."),
    ],
)
def test_what_cannot_be_used_is_one_line(words: list[str], line: str) -> None:
    result = evaluated(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"calling-orchestrator: {line}")
    assert result.stderr.count("\n") == 1
