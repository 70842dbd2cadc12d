"""The lines of a summary: what each claims, and the callee's turns that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.outcome import Claim, Finding, FindingState
from orchestrator.domain.turn import Turn

# What steps are called that ask about no problem and put no question of the backend's.
STEP_NAMES = {
    "consent": "녹음 동의",
    "good_time": "통화 가능 여부",
    "human_wanted": "사람 상담원 연결",
}
# The callee's turns with words, by number.
Spoken = dict[int, Turn]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a summary.

    Attributes:
        about: what it tells of, in words; another claim that tells of the same may stand for it. Empty: none may.
    """

    claim: Claim
    about: str = ""


def line(text: str, *numbers: int, about: str = "") -> Line:
    """Returns a line that rests on some turns."""
    return Line(Claim(text, tuple(sorted(set(numbers)))), about)


def meaning(spoken: Spoken, intent: Intent, subject: str | None = None) -> list[int]:
    """Returns the turns that were understood so, in answer to a certain step if one is named."""
    return [
        number
        for number, turn in spoken.items()
        if turn.understanding is not None and turn.understanding.intent == intent and subject in {None, turn.subject}
    ]


def is_answered(finding: Finding) -> bool:
    """Whether a finding tells what became of a question or a problem."""
    return finding.state is not FindingState.NOT_REACHED and finding.subject not in STEP_NAMES
