"""Which step comes next: those that are answered already, or make no sense in this call, are passed over. Pure."""

from __future__ import annotations

from orchestrator.domain.codes import NeedHuman
from orchestrator.domain.outcome import FindingState
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.progress import Progress

# Before these are done it is not known who speaks.
OPENING = frozenset({StepKind.CONSENT, StepKind.GOOD_TIME, StepKind.CALL_BACK, StepKind.IDENTITY, StepKind.BIRTH_DATE})
# What the callee tells of their own accord. All that had to be asked was asked before.
ROUND = frozenset(
    {StepKind.ANYTHING_ELSE, StepKind.SINCE_AND_WHY, StepKind.URGENCY, StepKind.DAILY_LIFE, StepKind.HELP}
)


def next_position(plan: Plan, progress: Progress) -> int:
    """Returns the place of the next step to be asked, from where the interview stands on."""
    position = progress.position
    while position < len(plan.steps) and not applies(plan.steps[position], progress):
        position += 1
    return position


def applies(step: Step, progress: Progress) -> bool:
    """Returns whether a step is asked at all, as far as the interview has come."""
    if progress.finding(step.subject) is not None:
        return False  # answered before it was asked
    match step.kind:
        case StepKind.CALL_BACK:
            return False  # only upon a wish: `Interview`
        case StepKind.PROBLEM:
            return progress.identified is not False and not progress.spoken_for
        case StepKind.HUMAN_WANTED:
            unsolved = any(found.solved is False for found in progress.findings)
            return unsolved and progress.need_human is NeedHuman.NO
        case StepKind.SINCE_AND_WHY | StepKind.URGENCY | StepKind.DAILY_LIFE | StepKind.HELP:
            told = progress.finding(step.subject.replace(step.kind, StepKind.ANYTHING_ELSE))
            return told is not None and told.state is FindingState.ANSWERED
    return True
