"""The course of an interview: from ask to ask, from step to step, to the goodbye.

Every open step ends in a finding after at most as many asks as it has wordings, and the number of digressions is
bounded. Pure; `dialogue.interview.interview` decides which way it goes.
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.dialogue.interview.findings import finding, with_finding
from orchestrator.dialogue.interview.step_order import next_position
from orchestrator.dialogue.interview.wording import Wording
from orchestrator.dialogue.move import Move, Saying
from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.outcome import FindingState
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import Source

# Times a callee may ask back, or have something repeated, before the open step is taken as unclear.
MOST_DIGRESSIONS = 4


def most_turns(plan: Plan) -> int:
    """Returns how many turns a callee can have at most, whatever they say and do."""
    a_step = [len(step.asks) + MOST_DIGRESSIONS for step in plan.steps]
    return sum(a_step) + len(DangerKind)  # each danger may be followed by the end of a hand-over


class Course:
    """Moves along a plan."""

    def __init__(self, plan: Plan, wording: Wording) -> None:
        """Makes it.

        Args:
            plan: what is asked.
            wording: the institution's words.
        """
        self._plan = plan
        self._wording = wording

    def open_step(self, progress: Progress) -> Step | None:
        """Returns the step that waits for an answer; None if all are done."""
        return self._plan.steps[progress.position] if progress.position < len(self._plan.steps) else None

    def again(self, progress: Progress, lead: str, understood: Understood | None, turn_number: int) -> Move:
        """Asks the open step once more, in its next wording; if there is none, the step is given up."""
        step = self.step(progress)
        if progress.ask_count >= len(step.asks):
            return self.give_up(progress, step, understood, turn_number)
        progress = replace(progress, ask_count=progress.ask_count + 1)
        return Move(progress, (self.saying(f"{lead} {step.asks[progress.ask_count - 1]}", step.subject),))

    def give_up(self, progress: Progress, step: Step, understood: Understood | None, turn_number: int) -> Move:
        """Closes the open step without an answer."""
        match step.kind:
            case StepKind.IDENTITY:
                return self.part(progress, ExceptionCode.NO_COMMUNICATION)
            case StepKind.CALL_BACK:
                return self.part(progress, ExceptionCode.REFUSED)
            case StepKind.BIRTH_DATE:
                return self.close(replace(progress, identified=False), self._wording.go_on)
        unclear = finding(step, FindingState.UNCLEAR, progress, understood, turn_number)
        answered = understood is not None and understood.intent is Intent.ANSWER  # though as nobody expected
        words = self._wording.acknowledged[-1] if answered else self._wording.go_on
        return self.close(with_finding(progress, unclear), words)

    def repeat(self, progress: Progress, lead: str) -> Move:
        """Says the latest ask of the open step again, after something else."""
        step = self.step(progress)
        return self.digression(progress, f"{lead} {step.asks[max(progress.ask_count, 1) - 1]}")

    def say_again(self, progress: Progress) -> Move:
        """Says the latest ask again to somebody who did not hear it; the second time in the shorter wording."""
        step = self.step(progress)
        if progress.digressions and progress.ask_count == 1 and len(step.asks) > 1:
            return self.digression(progress, f"{self._wording.repeat_shorter} {step.asks[1]}")
        return self.repeat(progress, self._wording.repeat)

    def digression(self, progress: Progress, text: str) -> Move:
        """Says something that is no new ask; after too many of these the open step is given up instead."""
        step = self.step(progress)
        progress = replace(progress, digressions=progress.digressions + 1, misunderstandings=0)
        if progress.digressions > MOST_DIGRESSIONS:
            return self.give_up(progress, step, None, 0)
        return Move(progress, (self.saying(text, step.subject),))

    def close(self, progress: Progress, lead: str) -> Move:
        """Goes on to the next step."""
        return self.open(replace(progress, position=progress.position + 1), lead)

    def open(self, progress: Progress, lead: str) -> Move:
        """Asks the first step from here on that still needs to be asked."""
        return self.ask_first(replace(progress, position=next_position(self._plan, progress)), lead)

    def ask_first(self, progress: Progress, lead: str) -> Move:
        """Asks the open step for the first time; says goodbye if there is none."""
        progress = replace(progress, ask_count=1, digressions=0)
        step = self.open_step(progress)
        if step is None:
            return self.goodbye(progress, f"{lead} {self._farewell(progress)}")
        return Move(progress, (self.saying(f"{lead} {step.asks[0]}", step.subject),))

    def done(self, progress: Progress) -> Move:
        """Ends a call in which everything was asked."""
        return self.goodbye(replace(progress, position=len(self._plan.steps)), self._farewell(progress))

    def part(self, progress: Progress, exception: ExceptionCode) -> Move:
        """Ends a call before its time."""
        text = {
            ExceptionCode.WRONG_PERSON: self._wording.goodbye_wrong_person,
            ExceptionCode.REFUSED: self._wording.goodbye_refused,
            ExceptionCode.IMPROPER_ANSWERS: self._wording.goodbye_improper,
        }.get(exception, self._wording.goodbye_no_communication)
        if progress.call_back is not None:
            text = self._wording.goodbye_call_back
        return self.goodbye(replace(progress, exception=exception), text)

    def _farewell(self, progress: Progress) -> str:
        """Returns the goodbye after a whole call; nobody who was in danger is only wished good health."""
        return self._wording.goodbye_after_danger if progress.dangers else self._wording.goodbye

    def greet(self, move: Move) -> Move:
        """Returns a move that says first who calls."""
        if move.progress.over:
            return move
        greeting = self.saying(self._plan.greeting, "greeting", uninterruptible=True)
        return replace(move, sayings=(greeting, *move.sayings))

    def goodbye(self, progress: Progress, text: str) -> Move:
        """Ends the call with some words."""
        return Move(replace(progress, over=True), (self.saying(text, "goodbye"),))

    def saying(self, text: str, subject: str, *, uninterruptible: bool = False) -> Saying:
        """Returns words of the interview itself."""
        return Saying(text.strip(), Source.INTERVIEW, subject, uninterruptible=uninterruptible)

    def step(self, progress: Progress) -> Step:
        """Returns the open step, of which there must be one."""
        step = self.open_step(progress)
        if step is None:
            msg = "the interview is over"
            raise ValueError(msg)
        return step
