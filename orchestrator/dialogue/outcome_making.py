"""Makes the outcome of a consultation from its order and its progress. Pure: the rules of the code tables.

result: 0 if there is an exception, else 2 if a human is needed, else 1. Known problems: said to be solved, or remaining
(also when unclear or not reached: what nobody denied is still true). Problems found: the risks and desires that matched
answers stand for.
"""

from __future__ import annotations

from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseType, Result
from orchestrator.domain.outcome import Finding, FindingState, Outcome
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.problem import Problem
from orchestrator.domain.progress import Progress

_COVERED = {StepKind.PROBLEM, StepKind.QUESTION}


def make_outcome(brief: Brief, progress: Progress) -> Outcome:
    """Returns the outcome: a finding for every question and every known problem, and what they amount to."""
    exception = _exception(progress)
    findings = tuple(
        progress.finding(step.subject) or _not_reached(step, progress.ask_count if place == progress.position else 0)
        for place, step in enumerate(brief.plan.steps)
        if step.kind in _COVERED
    )
    said_more = tuple(finding for finding in progress.findings if finding.subject.startswith("anything_else"))
    solved = {finding.subject for finding in findings if finding.solved}
    known = list(zip(_problem_subjects(brief), brief.problems, strict=True))
    found = tuple(problem for finding in findings for problem in _problems_found(finding))
    remaining = tuple(problem for subject, problem in known if subject not in solved)
    return Outcome(
        result=_result(exception, progress.need_human),
        exception=exception,
        need_human=progress.need_human,
        findings=(*findings, *said_more),
        remaining=(*remaining, *found),
        solved=tuple(problem for subject, problem in known if subject in solved),
        found=found,
    )


def _problem_subjects(brief: Brief) -> list[str]:
    return [step.subject for step in brief.plan.steps if step.kind is StepKind.PROBLEM]


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


def _result(exception: ExceptionCode, need_human: NeedHuman) -> Result:
    if exception is not ExceptionCode.NONE:
        return Result.NOT_POSSIBLE
    return Result.FINE if need_human is NeedHuman.NO else Result.IN_DEPTH_NEEDED
