"""Every callee of the end-to-end tests, as text: what comes of the call, and what holds in every one."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.calls import judge
from evaluation.cases import Case, load_cases
from evaluation.course import Course
from evaluation.orders import order_of
from orchestrator.domain.codes import ExceptionCode
from tests.unit.orchestrator.dialogue.simulated_calls import SimulatedCall
from tests.virtual_time import run

CASES = {case.name: case for case in load_cases(Path("tests/e2e/callees"))}
# Nothing is wrong with what these say: it is the line that is.
AS_TEXT = sorted(CASES.keys() - {"very_noisy"})


def played(case: Case) -> Course:
    return run(SimulatedCall(case).run())


def test_there_are_many_kinds_of_callees() -> None:
    assert len(CASES) >= 45


@pytest.mark.parametrize("name", AS_TEXT)
def test_callee(name: str) -> None:
    course = played(CASES[name])
    assert judge(CASES[name], course).faults == []
    assert course.result is not None
    if course.result["fail_code"] == ExceptionCode.WRONG_PERSON or not course.callee_turns:
        order = order_of(CASES[name].payload)
        told = " ".join(course.said)
        secrets = [order.person.birth_date, order.person.address.city, *(problem.content for problem in order.problems)]
        assert [secret for secret in secrets if secret in told] == []
