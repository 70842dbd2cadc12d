"""Somebody else comes to the phone, or answers in the person's place.

Before it is known who speaks, they hear who calls and are asked who they are. Later they may answer what is asked, as a
helper of somebody who hears badly does; but they are told nothing of the person, and the record says that they spoke.
Pure.
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.dialogue.interview.course import Course
from orchestrator.dialogue.interview.findings import finding, with_finding
from orchestrator.dialogue.interview.step_order import OPENING
from orchestrator.dialogue.interview.wording import Wording
from orchestrator.dialogue.move import Move
from orchestrator.dialogue.utterance import Understood
from orchestrator.domain.outcome import FindingState, RecordingConsent
from orchestrator.domain.plan import StepKind
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import Layer

# From which confidence on likeness alone says that somebody else speaks.
_SURE = 0.8


class AnotherSpeaker:
    """Goes on with somebody else."""

    def __init__(self, course: Course, wording: Wording) -> None:
        """Makes it.

        Args:
            course: moves along the plan.
            wording: the institution's words.
        """
        self._course = course
        self._wording = wording

    def takes_the_phone(self, progress: Progress) -> Move:
        """Returns the move after the phone was passed on. What the one before agreed to binds nobody else."""
        if self._course.step(progress).kind in OPENING:
            if progress.consent is RecordingConsent.GIVEN:
                progress = replace(progress, consent=RecordingConsent.UNKNOWN)
            return self._course.greet(self._course.repeat(progress, self._wording.phone_handed_on))
        return self._speaks_for_them(progress, self._wording.phone_handed_on)

    def answers(self, progress: Progress, understood: Understood) -> Move | None:
        """Returns the move after somebody else has said, in mid-call, that they speak; None: that is not sure."""
        sure = understood.layer is Layer.RULES or (understood.confidence or 0.0) >= _SURE
        return self._speaks_for_them(progress, self._wording.spoken_for) if sure else None

    def _speaks_for_them(self, progress: Progress, words: str) -> Move:
        progress = replace(progress, spoken_for=True)
        step = self._course.step(progress)
        if step.kind is not StepKind.PROBLEM:
            return self._course.repeat(progress, words)
        asked_in_vain = finding(step, FindingState.NOT_REACHED, progress, None, 0)
        return self._course.close(with_finding(progress, asked_in_vain), words)
