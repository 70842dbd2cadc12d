"""Makes the plan of a consultation from what the backend orders. Called when a consultation is accepted."""

from __future__ import annotations

from orchestrator.dialogue.wording import Asks, Wording
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ResponseType
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import Question

ANYTHING_ELSE_ROUNDS = 3


def make_plan(brief: Brief, wording: Wording) -> Plan:
    """Returns what is asked in a consultation: one step a known problem and a question, in the backend's order."""
    steps = [
        Step(StepKind.GOOD_TIME, "good_time", "", wording.good_time),
        Step(StepKind.IDENTITY, "identity", brief.person.name, _filled(wording.identity, name=brief.person.name)),
        *_problem_steps(brief.problems, wording),
        *(_question_step(index, question, wording) for index, question in enumerate(brief.questions)),
        *_anything_else_steps(wording),
    ]
    return Plan(wording.greeting.format(institution=wording.institution), tuple(steps))


def _problem_steps(problems: tuple[Problem, ...], wording: Wording) -> list[Step]:
    if not problems:
        return []
    seen = {ResponseType.RISK: 0, ResponseType.DESIRE: 0}
    steps = []
    for problem in problems:
        table = "risks" if problem.type is ResponseType.RISK else "desires"
        subject = f"known_vulnerabilities.{table}[{seen[problem.type]}]"
        seen[problem.type] += 1
        content = problem.content.rstrip(" .")
        steps.append(Step(StepKind.PROBLEM, subject, problem.content, _filled(wording.problem, content=content)))
    return [*steps, Step(StepKind.HUMAN_WANTED, "human_wanted", "", wording.human_wanted)]


def _question_step(index: int, question: Question, wording: Wording) -> Step:
    text = question.text.strip()
    first, second, third = _filled(wording.question, text=text)
    if examples := [answer.text for answer in question.expected_answers[:2]]:
        spoken = ", 또는 ".join(f"'{example}'" for example in examples)
        third = wording.question_examples.format(text=text, examples=spoken)
    return Step(
        StepKind.QUESTION, f"questions[{index}]", question.text, (first, second, third), question.expected_answers
    )


def _anything_else_steps(wording: Wording) -> list[Step]:
    return [
        Step(
            StepKind.ANYTHING_ELSE,
            f"anything_else[{round_}]",
            "",
            wording.anything_else if round_ == 0 else wording.anything_else_again,
        )
        for round_ in range(ANYTHING_ELSE_ROUNDS)
    ]


def _filled(asks: Asks, **values: str) -> Asks:
    return tuple(ask.format(**values) for ask in asks)
