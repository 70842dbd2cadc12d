"""What is said when nothing came, or nothing that could be understood: each has a ladder of its own, and an end.

Pure.
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.dialogue.interview.course import Course
from orchestrator.dialogue.interview.step_order import ROUND
from orchestrator.dialogue.interview.wording import Wording, rung
from orchestrator.dialogue.move import Move
from orchestrator.dialogue.understanding.faltering import searches_for_words, weeps
from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.progress import Progress

# Silent, or not understood, turns in a row after which a conversation is not possible.
MOST_SILENCES = 3
MOST_MISUNDERSTANDINGS = 6
# Who says so many words has told something, even if it is not what was asked.
_TOLD_SOMETHING = 4


class Unanswered:
    """Asks again, or gives up."""

    def __init__(self, course: Course, wording: Wording) -> None:
        """Makes it.

        Args:
            course: moves along the plan.
            wording: the institution's words.
        """
        self._course = course
        self._wording = wording

    def silence(self, progress: Progress) -> Move:
        """Returns the move after a turn in which nothing was said."""
        progress = replace(progress, silences=progress.silences + 1)
        if progress.silences >= MOST_SILENCES:
            return self._lost(progress)
        return self._course.again(progress, rung(self._wording.no_input, progress.silences), None, 0)

    def misunderstanding(self, progress: Progress, text: str) -> Move:
        """Returns the move after words, or sounds, that mean nothing here."""
        progress = replace(progress, misunderstandings=progress.misunderstandings + 1, silences=0)
        if progress.misunderstandings >= MOST_MISUNDERSTANDINGS:
            return self._lost(progress)
        return self._course.again(progress, self._patience(text) or self._not_understood(progress), None, 0)

    def beside_the_point(self, progress: Progress, understood: Understood, turn_number: int) -> Move:
        """Returns the move after words that were understood, but answer nothing: who told a story was heard."""
        told = understood.intent is Intent.ANSWER and len(understood.text.split()) >= _TOLD_SOMETHING
        lead = self._wording.heard if told and progress.ask_count <= 1 else self._not_understood(progress)
        return self._course.again(progress, lead, understood, turn_number)

    def by_keys(self, progress: Progress) -> Move:
        """Asks for keys at once: whoever has pressed one would rather not speak."""
        last = len(self._course.step(progress).asks) - 1
        return self._course.again(replace(progress, ask_count=max(progress.ask_count, last)), "", None, 0)

    def _patience(self, text: str) -> str:
        """Returns the words for somebody who weeps, or has only begun to speak; empty: for nobody."""
        if weeps(text):
            return self._wording.comfort
        return self._wording.no_hurry if searches_for_words(text) else ""

    def _not_understood(self, progress: Progress) -> str:
        return rung(self._wording.no_match, progress.ask_count)

    def _lost(self, progress: Progress) -> Move:
        """Gives up the conversation; at the last questions that is no failure: everything was asked."""
        if self._course.step(progress).kind in ROUND:
            return self._course.done(progress)
        parted = self._course.part(progress, ExceptionCode.NO_COMMUNICATION)
        if progress.machine_signs:  # nothing was understood after the sign
            return replace(parted, progress=replace(parted.progress, exception=ExceptionCode.NOT_ANSWERED))
        return parted
