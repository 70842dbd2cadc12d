"""Cases of simulated calls on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.calls import evaluate_calls, summed
from evaluation.cases import Case, load_cases
from evaluation.course import Course, course_of
from evaluation.lines import UnusableFile
from sandbox.payloads import example_payload
from sandbox.report import Report

STATES = {f"questions[{index}]": "answered" for index in range(5)} | {
    "known_vulnerabilities.risks[0]": "answered",
    "known_vulnerabilities.desires[0]": "answered",
}
COURSE = Course(ended=True, result={"result": 1}, states=STATES, said=["안녕하세요."], callee_turns=9, alarms=[])


def a_folder(path: Path, **files: object) -> None:
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (path / name.replace("_", ".")).write_text(text, "utf-8")


def test_a_case_is_a_folder(tmp_path: Path) -> None:
    payload = json.loads(example_payload()) | {"name": "홍길동"}
    a_folder(tmp_path / "b", callee_json={"otherwise": "네."}, expect_json={"result": 1}, payload_json=payload)
    a_folder(tmp_path / "a", callee_json={"answers": "busy"}, expect_json={"fail_code": 6})
    first, second = load_cases(tmp_path)
    assert (first.name, first.callee.answers, first.payload) == ("a", "busy", example_payload())
    assert (second.name, json.loads(second.payload)["name"]) == ("b", "홍길동")


def test_callees_side_by_side_have_a_table(tmp_path: Path) -> None:
    table = '[shy]\nresult = 1\nexpect.alarms = []\npayload = { name = "홍길동" }\n'
    a_folder(tmp_path, shy_json={"otherwise": "네."}, expected_toml=table)
    (case,) = load_cases(tmp_path)
    assert case.name == "shy"
    assert json.loads(case.payload) == json.loads(example_payload()) | {"name": "홍길동"}
    assert case.expectation.faults(COURSE) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "has no case"),
        ({"x/callee.json": "{}"}, "x/expect.json: No such file or directory"),
        ({"x/callee.json": '{"say": 1}', "x/expect.json": "{}"}, "x/callee.json: say: "),
        ({"x/callee.json": "{}", "x/expect.json": "{"}, "x/expect.json: is no JSON: "),
        ({"x/callee.json": "{}", "x/expect.json": "[]"}, "x/expect.json: "),
        ({"x/callee.json": "{}", "x/expect.json": '{"expect": {"a": 1}}'}, "x/expect.json: expect.a: Extra inputs"),
        ({"expected.toml": "[shy"}, "expected.toml: "),
        ({"expected.toml": "[shy]"}, "shy.json: No such file or directory"),
        ({"expected.toml": "", "shy.json": "{}"}, "expected.toml: shy: is missing"),
        ({"expected.toml": "[shy]\nexpect.a = 1", "shy.json": "{}"}, "expected.toml: shy.expect.a: Extra inputs"),
    ],
)
def test_a_wrong_file_is_named(files: dict[str, str], said: str, tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(UnusableFile, match=said.replace("[", r"\[")) as raised:
        load_cases(tmp_path)
    assert str(raised.value).startswith(str(tmp_path))


def the_cases(tmp_path: Path, *names: str) -> list[Case]:
    for name in names:
        a_folder(tmp_path / name, callee_json={}, expect_json={"result": 1})
    return load_cases(tmp_path)


async def test_all_calls_together(tmp_path: Path) -> None:
    missing = {subject: state for subject, state in STATES.items() if subject != "questions[4]"}
    courses = {
        "fine": COURSE,
        "forgets": Course(ended=True, result={"result": 1}, states=missing, said=[], callee_turns=12, alarms=[]),
        "stuck": Course(ended=False, result=None, states={}, said=[], callee_turns=9999, alarms=[]),
    }

    async def place(case: Case) -> Course:
        return courses[case.name]

    told: list[str] = []
    report = await evaluate_calls(the_cases(tmp_path, *courses), place, lambda case: told.append(case.name))

    assert told == ["fine", "forgets", "stuck"]
    assert (report.passed, report.n, report.stuck, report.most_turns) == (1, 3, ["stuck"], 9999)
    assert report.coverage == round(20 / 21, 4)
    faults = {case.name: case.faults for case in report.cases}
    assert faults["fine"] == []
    assert faults["forgets"] == ["coverage: questions[4] has no state"]
    assert "the call did not come to its end" in faults["stuck"]
    assert faults["stuck"][-1].startswith("turns: 9999, and the plan allows ")


def test_no_calls_have_no_figures() -> None:
    report = summed([])
    assert (report.coverage, report.turns_per_call, report.most_turns) == (None, None, 0)


def test_the_course_of_a_call_in_the_sandbox() -> None:
    report = Report(
        ended=True,
        consultation={"alarms": [{"danger_kind": "fire"}]},
        transcript=[{"speaker": "agent", "text": "안녕하세요."}, {"speaker": "callee", "text": "불이야"}],
        result={"result": 2},
        deliveries=[],
        alarms=[],
        twilio={"errors": ["12100"]},
        latency=[],
        audio={},
    )
    summary = {"outcome": {"findings": [{"subject": "questions[0]", "state": "not_reached"}]}}
    assert course_of(report, summary) == Course(
        ended=True,
        result={"result": 2},
        states={"questions[0]": "not_reached"},
        said=["안녕하세요."],
        callee_turns=1,
        alarms=["fire"],
        breaches=["12100"],
    )
    assert course_of(report, None).states == {}
