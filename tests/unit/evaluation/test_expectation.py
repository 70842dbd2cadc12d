"""What is expected of a call, and what is said when something else came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from evaluation.course import Course
from evaluation.expectation import Expectation, differences

RESULT = {
    "result": 2,
    "need_human": 2,
    "summary": "짧음",
    "new_vulnerabilities": {"risk_list": [{"content": "물", "n": 1}]},
}
COURSE = Course(
    ended=True,
    result=RESULT,
    states={"known_vulnerabilities.risks[0]": "not_reached", "questions[0]": "answered", "questions[1]": "refused"},
    said=["안녕하세요.", "지금 바로 일일구 번에 전화하세요."],
    callee_turns=3,
    alarms=["fire"],
)


def faults(course: Course = COURSE, **content: Any) -> list[str]:
    return Expectation.model_validate(content).faults(course)


def test_any_part_of_the_result() -> None:
    assert faults(result=2, new_vulnerabilities={"risk_list": [{"content": "물"}]}) == []
    assert faults(result=1, fail_code=0) == ["result: expected 1, got 2", "fail_code: is missing"]
    assert faults(new_vulnerabilities={"risk_list": []}) == [
        "new_vulnerabilities.risk_list: expected [], got [{'content': '물', 'n': 1}]"
    ]
    assert faults(new_vulnerabilities={"risk_list": [{"content": "불"}]}) == [
        "new_vulnerabilities.risk_list[0].content: expected '불', got '물'"
    ]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"states": {"questions[0]": "answered", "*": "refused", "known*": "not_reached"}}, []),
        ({"states": {"questions*": "answered"}}, ["states: questions[1]: expected answered, got refused"]),
        ({"states": {"questions[7]": "answered"}}, ["states: questions[7]: expected answered, got none"]),
        ({"said": ["일일구", "인공지능"]}, ["said: /인공지능/ was never said"]),
        ({"not_said": ["일일구", "생년월일"]}, ["not_said: /일일구/ was said"]),
        ({"summary": ["짧", "길"]}, ["summary: /길/ is not in it"]),
        ({"most_turns": 3}, []),
        ({"most_turns": 2}, ["most_turns: expected at most 2, got 3"]),
        ({"alarms": ["fire"]}, []),
        ({"alarms": []}, ["alarms: expected none, got fire"]),
        ({"alarms": ["fire", "violence"]}, ["alarms: expected fire, violence, got fire"]),
    ],
)
def test_what_happens_besides(own: dict[str, Any], said: list[str]) -> None:
    assert faults(expect=own) == said


def test_what_is_always_required() -> None:
    assert faults(replace(COURSE, ended=False)) == ["the call did not come to its end"]
    assert faults(replace(COURSE, breaches=["12100 at 3.2 s"])) == ["telephone network: 12100 at 3.2 s"]
    assert faults(replace(COURSE, result=None)) == ["no result was delivered"]
    assert faults(replace(COURSE, result=None), expect={"result": False}) == []


@pytest.mark.parametrize("own", [{"state": {}}, {"said": ["("]}, {"alarms": ["flood"]}, {"states": {"*": "done"}}])
def test_a_wrong_expectation_is_none(own: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Expectation.model_validate({"expect": own})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(json_values)
def test_everything_is_as_it_is(value: object) -> None:
    assert list(differences(value, value, "")) == []
