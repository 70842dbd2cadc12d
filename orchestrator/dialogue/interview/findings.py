"""What is noted down of an answer: the finding of its step, of others it answers too, and what they mean."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.dialogue.utterance import Aside, Understood
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseCode, ResponseType
from orchestrator.domain.outcome import Finding, FindingState
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.progress import Progress


def finding(
    step: Step, state: FindingState, progress: Progress, understood: Understood | None, turn_number: int
) -> Finding:
    """Returns what became of the open step.

    Args:
        step: the open step.
        state: what became of it.
        progress: how often it was asked.
        understood: what the callee said; None: nothing that would count.
        turn_number: where.
    """
    matched = _matched(step, understood) if understood else None
    return Finding(
        subject=step.subject,
        text=step.text,
        state=state,
        quote=understood.text if understood else "",
        turn_number=turn_number if understood else 0,
        confidence=understood.confidence if understood else None,
        expected_answer=matched,
        responses=step.expected_answers[matched].responses if matched is not None else (),
        ask_count=progress.ask_count,
        level=step.levels[matched] if matched is not None and step.levels else None,
    )


def _matched(step: Step, understood: Understood) -> int | None:
    """Returns the expected answer; a bare yes or no stands for the one that the step names."""
    if understood.expected_answer is not None:
        return understood.expected_answer
    return {"yes": step.yes, "no": step.no}.get(understood.intent)


def with_finding(progress: Progress, found: Finding) -> Progress:
    """Returns the progress with a finding, in place of an earlier one of the same step."""
    others = tuple(other for other in progress.findings if other.subject != found.subject)
    return replace(progress, findings=(*others, found))


def with_asides(plan: Plan, progress: Progress, understood: Understood, turn_number: int) -> Progress:
    """Returns the progress with the answers to other steps that came in the same breath."""
    steps = {step.subject: step for step in plan.steps}
    for aside in understood.asides:
        step = steps.get(aside.subject)
        if step is not None and step.kind is StepKind.QUESTION:
            progress = _with_aside(progress, step, aside, turn_number)
    return progress


def _with_aside(progress: Progress, step: Step, aside: Aside, turn_number: int) -> Progress:
    before = progress.finding(step.subject)
    matched = aside.expected_answer
    found = Finding(
        subject=step.subject,
        text=step.text,
        state=FindingState.ANSWERED,
        quote=aside.quote,
        turn_number=turn_number,
        confidence=aside.confidence,
        expected_answer=matched,
        responses=step.expected_answers[matched].responses if matched is not None else (),
        ask_count=before.ask_count if before else 0,
        unasked=True,
    )
    return with_finding(with_wishes(progress, found.responses), found)


def with_wishes(progress: Progress, responses: tuple[ResponseCode, ...]) -> Progress:
    """Returns the progress after an answer that may mean that a human is needed."""
    for response in responses:
        if response.type is ResponseType.IN_DEPTH:
            progress = replace(progress, need_human=max(progress.need_human, NeedHuman(response.index)))
    return progress


def exception_in(responses: tuple[ResponseCode, ...]) -> ExceptionCode:
    """Returns the exception that an answer means, if it means one."""
    codes = [response.index for response in responses if response.type is ResponseType.EXCEPTION]
    return ExceptionCode(codes[-1]) if codes else ExceptionCode.NONE
