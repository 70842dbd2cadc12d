"""What is said to an answer before the next question: glad of what is well, concerned at what is not, else neutral.

Whoever is told "good to hear" after something sad has not been listened to. So only an answer that was understood
beyond doubt is met with feeling, and nobody is cheered who was in danger a moment ago.
"""

from __future__ import annotations

from orchestrator.dialogue.interview.wording import Wording, turned
from orchestrator.domain.outcome import Finding, FindingState
from orchestrator.domain.plan import Step
from orchestrator.domain.progress import Progress

# An answer that was matched with less than this may have been misunderstood.
_BEYOND_DOUBT = 0.9
# A degree from which on something is hard.
_HARD = 3


def acknowledgement(wording: Wording, step: Step, progress: Progress, turn_number: int) -> str:
    """Returns the words for an answer.

    Args:
        wording: the institution's words.
        step: what was asked.
        progress: with the findings of the answer.
        turn_number: of the answer; other findings of the same turn were told in the same breath.
    """
    told = [
        finding
        for finding in progress.findings
        if finding.turn_number == turn_number and finding.state is FindingState.ANSWERED
    ]
    if any(map(_is_trouble, told)):
        return turned(wording.concerned, progress.position)
    own = progress.finding(step.subject)
    if own in told and _is_well(own, step) and not progress.dangers:
        return turned(wording.glad, progress.position)
    return turned(wording.acknowledged, progress.position)


def _is_trouble(finding: Finding) -> bool:
    return _is_certain(finding) and (bool(finding.responses) or (finding.level or 0) >= _HARD)


def _is_well(finding: Finding, step: Step) -> bool:
    """Whether an answer stands for nothing, where others stand for trouble."""
    troubles = any(answer.responses for answer in step.expected_answers)
    return _is_certain(finding) and not finding.responses and troubles


def _is_certain(finding: Finding) -> bool:
    return finding.expected_answer is not None and (finding.confidence or 0.0) >= _BEYOND_DOUBT
