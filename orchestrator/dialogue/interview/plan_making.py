"""Makes the plan of a consultation from what the backend orders and what the institution asks.

Called when a consultation is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from orchestrator.dialogue.interview.institution import Institution, StepTemplate
from orchestrator.dialogue.interview.reported_speech import reported
from orchestrator.dialogue.interview.wording import Asks, Wording
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ResponseType
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import ExpectedAnswer, Question

# The keys 1 to 4 for the first expected answers: more than four is more than an ear keeps.
_KEYS = ("일 번", "이 번", "삼 번", "사 번")
# What a question begins with and does without when it is asked again.
_LEAD_IN = re.compile(r"^(?:(?:어르신|선생님|혹시|요즘은?|최근에?|그럼|그러면|지금|평소에?|저기|네|아)[,\s]+)+")
_PLACE = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*")


def make_plan(brief: Brief, institution: Institution) -> Plan:
    """Returns what is asked in a consultation: the institution's steps, filled in with the backend's order."""
    wording = institution.wording
    last = [place for place, step in enumerate(institution.steps) if step.kind is StepKind.ANYTHING_ELSE]
    end = last[0] if last else len(institution.steps)
    own = [template for template in institution.steps if template.kind is StepKind.QUESTION and template.text]
    steps: list[Step] = []
    for template in institution.steps[:end]:
        if template.text:
            steps.append(_own_question(template, own.index(template), wording))
        else:
            steps += _steps(template, brief, wording)
    for round_ in range(institution.rounds):
        steps += [_round_step(template, round_) for template in institution.steps[end:]]
    return Plan(wording.greeting, tuple(steps), wording.version)


def _steps(template: StepTemplate, brief: Brief, wording: Wording) -> Iterator[Step]:
    match template.kind:
        case StepKind.IDENTITY:
            yield _step(template, template.kind.value, brief.person.name, name=brief.person.name)
        case StepKind.BIRTH_DATE:
            if _is_date(brief.person.birth_date):
                yield _step(template, template.kind.value, brief.person.birth_date)
        case StepKind.PROBLEM:
            yield from _problem_steps(template, brief.problems)
        case StepKind.HUMAN_WANTED:
            if brief.problems:
                yield _step(template, template.kind.value)
        case StepKind.QUESTION:
            for index, question in enumerate(brief.questions):
                yield _question_step(template, f"questions[{index}]", question, wording)
        case _:
            yield _step(template, template.kind.value)


def _step(template: StepTemplate, subject: str, text: str = "", **values: str) -> Step:
    return Step(
        template.kind,
        subject,
        text,
        _filled(template.asks, **values),
        template.expected_answers,
        template.levels,
        template.yes,
        template.no,
        template.keys,
    )


def _own_question(template: StepTemplate, index: int, wording: Wording) -> Step:
    question = Question(template.text, template.expected_answers)
    return _question_step(template, f"own_questions[{index}]", question, wording)


def _problem_steps(template: StepTemplate, problems: tuple[Problem, ...]) -> Iterator[Step]:
    for subject, problem in zip(problem_subjects(problems), problems, strict=True):
        content = problem.content.rstrip(" .")
        yield _step(template, subject, problem.content, content=content, reported=reported(content))


def _question_step(template: StepTemplate, subject: str, question: Question, wording: Wording) -> Step:
    text = question.text.strip()
    options = spoken_options(question.expected_answers, wording)
    asks = _filled(template.asks, text=text, short=shorter(text), options=options)
    return Step(StepKind.QUESTION, subject, question.text, asks, question.expected_answers)


def _round_step(template: StepTemplate, round_: int) -> Step:
    asks = template.again if round_ and template.again else template.asks
    return Step(
        template.kind,
        f"{template.kind}[{round_}]",
        "",
        asks,
        template.expected_answers,
        template.levels,
        template.yes,
        template.no,
        template.keys,
    )


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def problem_subjects(problems: Sequence[Problem]) -> list[str]:
    """Returns what known problems are called in plan, transcript and findings, each table counted by itself."""
    seen = {ResponseType.RISK: 0, ResponseType.DESIRE: 0}
    subjects = []
    for problem in problems:
        table = "risks" if problem.type is ResponseType.RISK else "desires"
        subjects.append(f"known_vulnerabilities.{table}[{seen[problem.type]}]")
        seen[problem.type] += 1
    return subjects


def shorter(question: str) -> str:
    """Returns a question without what comes before it: its last sentence, without the words it begins with."""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(question) if sentence.strip()]
    last = sentences[-1] if sentences else question
    return _LEAD_IN.sub("", last) or last


def spoken_options(expected: tuple[ExpectedAnswer, ...], wording: Wording) -> str:
    """Returns the expected answers with the keys that stand for them, as it is said; few, for the ear."""
    if not expected:
        return wording.open_answer
    named = [f"'{answer.text.rstrip(' .')}', {key}" for answer, key in zip(expected, _KEYS, strict=False)]
    return wording.options.replace("{options}", ", ".join(named))


def _filled(asks: Asks, **values: str) -> Asks:
    """Returns wordings with their places filled in, once: what others wrote is no wording."""
    return tuple(_PLACE.sub(lambda place: values.get(place[1], place[0]), ask) for ask in asks)
