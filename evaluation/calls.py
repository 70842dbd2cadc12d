"""Whole simulated calls: who is called, what comes of it, and what all of them have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from evaluation.cases import Case
from evaluation.course import Course
from evaluation.orders import plan_of
from evaluation.scores import ratio
from orchestrator.dialogue.interview.course import most_turns
from orchestrator.domain.plan import Plan, StepKind

Place = Callable[[Case], Awaitable[Course]]


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What came of one case.

    Attributes:
        faults: what was not as it must be, a line each.
        subjects: how many questions and known problems there are.
        with_state: how many of them have a state.
        turns: how often the callee had the word.
        stuck: it did not come to its end.
    """

    name: str
    passed: bool
    faults: list[str]
    subjects: int
    with_state: int
    turns: int
    stuck: bool


@dataclass(frozen=True, slots=True)
class CallsReport:
    """What came of all cases.

    Attributes:
        passed: how many came out as they must.
        coverage: which share of all questions and known problems has a state.
        turns_per_call: of those in which somebody had the word.
        stuck: names of the cases that did not come to their end.
    """

    passed: int
    n: int
    coverage: float | None
    turns_per_call: float | None
    most_turns: int
    stuck: list[str]
    cases: list[CaseReport]


async def evaluate_calls(
    cases: Sequence[Case], place: Place, on_case: Callable[[CaseReport], None] = lambda _: None
) -> CallsReport:
    """Calls everybody, one after the other.

    Args:
        cases: who is called.
        place: places a call.
        on_case: told of each as soon as it is done.
    """
    reports = []
    for case in cases:
        reports.append(judge(case, await place(case)))
        on_case(reports[-1])
    return summed(reports)


def judge(case: Case, course: Course) -> CaseReport:
    """Returns what came of a case: as expected, and as every call must be."""
    plan = plan_of(case.payload)
    subjects = covered_subjects(plan)
    faults = case.expectation.faults(course)
    without = [subject for subject in subjects if subject not in course.states] if course.result is not None else []
    faults += [f"coverage: {subject} has no state" for subject in without]
    if course.callee_turns > most_turns(plan):
        faults.append(f"turns: {course.callee_turns}, and the plan allows {most_turns(plan)}")
    return CaseReport(
        name=case.name,
        passed=not faults,
        faults=faults,
        subjects=len(subjects),
        with_state=len(subjects) - len(without),
        turns=course.callee_turns,
        stuck=not course.ended,
    )


def covered_subjects(plan: Plan) -> list[str]:
    """Returns the subjects of all questions and known problems."""
    return [step.subject for step in plan.steps if step.kind in {StepKind.QUESTION, StepKind.PROBLEM}]


def summed(reports: Iterable[CaseReport]) -> CallsReport:
    """Returns what came of all cases together."""
    cases = list(reports)
    talked = [case.turns for case in cases if case.turns]
    return CallsReport(
        passed=sum(case.passed for case in cases),
        n=len(cases),
        coverage=ratio(sum(case.with_state for case in cases), [case.subjects for case in cases]),
        turns_per_call=round(mean(talked), 1) if talked else None,
        most_turns=max(talked, default=0),
        stuck=[case.name for case in cases if case.stuck],
        cases=cases,
    )
