"""What a person in danger is told, at once or as soon as it is known, and how the interview goes on after it. Pure."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.dialogue.interview.course import Course
from orchestrator.dialogue.interview.wording import After, Wording
from orchestrator.dialogue.move import Move, Saying
from orchestrator.domain.codes import NeedHuman
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.progress import Progress


class InDanger:
    """Says the right words, once a kind of danger."""

    def __init__(self, course: Course, wording: Wording, *, hand_over: bool) -> None:
        """Makes it.

        Args:
            course: moves along the plan.
            wording: the institution's words.
            hand_over: there is a person whom callees in danger are put through to.
        """
        self._course = course
        self._wording = wording
        self._hand_over = hand_over

    def warn(self, progress: Progress, danger: DangerKind) -> Move:
        """Returns the move after a danger was noticed in what was said."""
        if danger in progress.dangers:
            return self._after(progress, danger, ())
        progress, words = self._told(progress, danger)
        if self._hand_over:
            return Move(progress, words, hand_over=True)
        return self._after(progress, danger, words)

    def warn_late(self, move: Move, danger: DangerKind | None) -> Move:
        """Returns a move with the right words for a danger that was noticed after the turn before."""
        if danger is None or danger in move.progress.dangers:
            return move
        progress, words = self._told(move.progress, danger)
        if self._hand_over:
            return Move(replace(progress, over=False), words, hand_over=True)
        if self._wording.dangers[danger].after is After.END:
            return self._after(progress, danger, words)
        return Move(progress, (*words, *move.sayings))

    def resume(self, progress: Progress, *, answered: bool) -> Move:
        """Goes on after the callee was put through to a person: says goodbye to nobody, or goes on alone."""
        if answered:
            return Move(replace(progress, over=True), ())
        danger = progress.dangers[-1] if progress.dangers else None
        failed = self._course.saying(self._wording.hand_over_failed, "hand_over")
        return self._after(progress, danger, (failed,))

    def _told(self, progress: Progress, danger: DangerKind) -> tuple[Progress, tuple[Saying, ...]]:
        """Returns the words for a danger, and the progress in which they were said."""
        progress = replace(progress, need_human=NeedHuman.GRAVE, dangers=(*progress.dangers, danger))
        words = [self._course.saying(self._wording.dangers[danger].words, f"danger.{danger}", uninterruptible=True)]
        if self._hand_over:
            words.append(self._course.saying(self._wording.hand_over, "hand_over", uninterruptible=True))
        return progress, tuple(words)

    def _after(self, progress: Progress, danger: DangerKind | None, said: tuple[Saying, ...]) -> Move:
        if danger is not None and self._wording.dangers[danger].after is After.END:
            move = self._course.goodbye(progress, self._wording.goodbye_danger)
        elif progress.ask_count:
            move = self._course.repeat(progress, self._wording.danger_go_on)
        else:
            move = self._course.open(progress, self._wording.danger_go_on)
        return replace(move, sayings=(*said, *move.sayings))
