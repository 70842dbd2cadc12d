"""Makes the outcome of a consultation from its order and its progress. Pure: the rules of the code tables.

result: 0 if there is an exception, else 2 if a human is needed, else 1.

Known problems: said to be solved, or remaining (also when unclear or not reached: what nobody denied is still true).
Problems found: the risks and desires that matched answers stand for, and what the person told of their own accord.

New problems (backend contract, section 4): grave, so need_human 2, with urgency 3, or with daily life 4 together with
help 4. A risk with urgency 1 or more, daily life 3 or more, or help 3 or more; otherwise a desire. What was not
answered counts as not said.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from orchestrator.dialogue.interview.plan_making import problem_subjects
from orchestrator.dialogue.understanding.moments import read_moment
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseType, Result
from orchestrator.domain.korean_time import KOREA
from orchestrator.domain.outcome import CallBackWish, Finding, FindingState, NewProblem, Outcome
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.problem import Problem
from orchestrator.domain.progress import Progress

# Korea has had no summer time since 1988; the machine need not know time zones.
_COVERED = {StepKind.PROBLEM, StepKind.QUESTION}


def told_problems(brief: Brief, progress: Progress) -> tuple[NewProblem, ...]:
    """Returns what the person told of their own accord, round by round; which codes it falls under is not known yet."""
    return tuple(
        _told_problem(finding, progress)
        for step in brief.plan.steps
        if step.kind is StepKind.ANYTHING_ELSE
        and (finding := progress.finding(step.subject)) is not None
        and finding.state is FindingState.ANSWERED
    )


def make_outcome(
    brief: Brief,
    progress: Progress,
    *,
    new_problems: tuple[NewProblem, ...] = (),
    answered_at: datetime | None = None,
) -> Outcome:
    """Returns the outcome: a finding for every question and every known problem, and what they amount to.

    Args:
        brief: the order.
        progress: how far the interview came.
        new_problems: see `told_problems`, with their codes.
        answered_at: when the person answered: what "tomorrow" is relative to.
    """
    exception = _exception(progress)
    need_human = NeedHuman.GRAVE if any(new.grave for new in new_problems) else progress.need_human
    findings = tuple(
        progress.finding(step.subject) or _not_reached(step, progress.ask_count if place == progress.position else 0)
        for place, step in enumerate(brief.plan.steps)
        if step.kind in _COVERED
    )
    solved = {finding.subject for finding in findings if finding.solved}
    known = list(zip(problem_subjects(brief.problems), brief.problems, strict=True))
    found = (
        *(problem for finding in findings for problem in _problems_found(finding)),
        *(new.problem for new in new_problems),
    )
    remaining = tuple(problem for subject, problem in known if subject not in solved)
    return Outcome(
        result=_result(exception, need_human),
        exception=exception,
        need_human=need_human,
        findings=(*findings, *_told(brief, progress)),
        remaining=(*remaining, *found),
        solved=tuple(problem for subject, problem in known if subject in solved),
        found=found,
        call_back=_call_back(progress.call_back, answered_at),
        new_problems=new_problems,
        recording_consent=progress.consent,
        identified=progress.identified is True,
        spoken_for=progress.spoken_for,
    )


def _told_problem(told: Finding, progress: Progress) -> NewProblem:
    more = {
        kind: progress.finding(told.subject.replace(StepKind.ANYTHING_ELSE, kind))
        for kind in (StepKind.SINCE_AND_WHY, StepKind.URGENCY, StepKind.DAILY_LIFE, StepKind.HELP)
    }
    urgency, daily_life, help_ = (_level(more[kind]) for kind in (StepKind.URGENCY, StepKind.DAILY_LIFE, StepKind.HELP))
    since = more[StepKind.SINCE_AND_WHY]
    risk = (urgency or 0) >= 1 or (daily_life or 0) >= 3 or (help_ or 0) >= 3
    answered = [told, *(found for found in more.values() if found and found.state is FindingState.ANSWERED)]
    return NewProblem(
        problem=Problem(ResponseType.RISK if risk else ResponseType.DESIRE, (), told.quote),
        since_and_why=since.quote if since and since.state is FindingState.ANSWERED else "",
        urgency=urgency,
        daily_life=daily_life,
        help=help_,
        grave=urgency == 3 or (daily_life == 4 and help_ == 4),
        turn_numbers=tuple(sorted({found.turn_number for found in answered})),
    )


def _level(finding: Finding | None) -> int | None:
    return finding.level if finding is not None else None


def _told(brief: Brief, progress: Progress) -> tuple[Finding, ...]:
    """Returns the findings of what was told unasked, and asked about it, in the order of the plan."""
    rounds = (step for step in brief.plan.steps if step.kind not in _COVERED)
    return tuple(found for step in rounds if (found := progress.finding(step.subject)) is not None)


def _exception(progress: Progress) -> ExceptionCode:
    """A call that ended before the goodbye was cut off, whichever of its last two reports came first."""
    if progress.exception is ExceptionCode.NONE and not progress.over:
        return ExceptionCode.DISCONNECTED
    return progress.exception


def _not_reached(step: Step, asked: int) -> Finding:
    return Finding(step.subject, step.text, FindingState.NOT_REACHED, ask_count=asked)


def _problems_found(finding: Finding) -> list[Problem]:
    content = f"{finding.text} - {finding.quote}" if finding.quote else finding.text
    found = []
    for table in (ResponseType.RISK, ResponseType.DESIRE):
        codes = tuple(response.index for response in finding.responses if response.type is table)
        if codes:
            found.append(Problem(table, codes, content))
    return found


def _call_back(wish: CallBackWish | None, answered_at: datetime | None) -> CallBackWish | None:
    if wish is None or answered_at is None:
        return wish
    meant = read_moment(wish.quote, answered_at.astimezone(KOREA))
    if meant is None:
        return wish
    return replace(wish, not_before=meant.not_before, not_after=meant.not_after, part_of_day=meant.part_of_day)


def _result(exception: ExceptionCode, need_human: NeedHuman) -> Result:
    if exception is not ExceptionCode.NONE:
        return Result.NOT_POSSIBLE
    return Result.FINE if need_human is NeedHuman.NO else Result.IN_DEPTH_NEEDED
