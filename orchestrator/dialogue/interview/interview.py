"""The interview: what is said next, given the plan, how far it has come, and what the callee meant.

Pure: no clock, no network. What an answer means at each kind of step stands in `step_answers`; what means the same at
every step, here; how the call moves on from either, and that it does not go on for ever, in `course`. What silence and
mumbling are met with stands in `unanswered`, what somebody in danger hears in `in_danger`, how it goes on with somebody
else in `another_speaker`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from orchestrator.dialogue.interview.another_speaker import AnotherSpeaker
from orchestrator.dialogue.interview.course import Course
from orchestrator.dialogue.interview.findings import with_asides
from orchestrator.dialogue.interview.in_danger import InDanger
from orchestrator.dialogue.interview.step_answers import Answer, Next, Verdict, read_answer
from orchestrator.dialogue.interview.step_order import OPENING, ROUND
from orchestrator.dialogue.interview.unanswered import Unanswered
from orchestrator.dialogue.interview.wording import Wording, rung
from orchestrator.dialogue.move import Move, Saying
from orchestrator.dialogue.understanding.moments import read_moment
from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.domain.codes import ExceptionCode, NeedHuman
from orchestrator.domain.machine import MachineSign
from orchestrator.domain.outcome import CallBackWish, FindingState
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.progress import Progress

# Insults after which the call ends.
MOST_IMPROPER = 3
# From which confidence on an expected answer is taken for what was said.
_LIKELY = 0.5
# Whether a time is named does not depend on the day.
_SOME_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Interview:
    """Conducts one consultation along its plan."""

    def __init__(self, plan: Plan, wording: Wording, *, hand_over: bool = False) -> None:
        """Makes it.

        Args:
            plan: what is asked.
            wording: the institution's words.
            hand_over: there is a person whom callees in danger are put through to.
        """
        self._plan = plan
        self._wording = wording
        self._course = Course(plan, wording)
        self._in_danger = InDanger(self._course, wording, hand_over=hand_over)
        self._unanswered = Unanswered(self._course, wording)
        self._another = AnotherSpeaker(self._course, wording)

    def open_step(self, progress: Progress) -> Step | None:
        """Returns the step that waits for an answer; None if all are done."""
        return self._course.open_step(progress)

    def begin(self, progress: Progress) -> Move:
        """Greets and asks the first thing."""
        return self._course.greet(self._course.open(progress, lead=""))

    def advance(self, progress: Progress, understood: Understood, turn_number: int) -> Move:
        """Goes on after something the callee said, other than a question of their own."""
        move = self._advance(replace(progress, untold=None), understood, turn_number)
        return self._in_danger.warn_late(move, progress.untold)

    def _advance(self, progress: Progress, understood: Understood, turn_number: int) -> Move:
        progress = _with_signs(progress, understood).judged()
        if progress.over:  # nobody hears a goodbye
            return Move(progress, ())
        match understood.intent:
            case Intent.NO_INPUT:
                return self._unanswered.silence(progress)
            case Intent.NO_MATCH if self._course.step(progress).keys and understood.text.isdigit():
                return self._unanswered.by_keys(progress)
            case Intent.CARRIER_NOTICE:
                return self._course.greet(self._course.repeat(progress, ""))  # a carrier spoke over the greeting
            case Intent.MACHINE:  # it may be a person after all
                return self._unanswered.misunderstanding(progress, understood.text)
            case Intent.NO_MATCH if not understood.asides:
                return self._unanswered.misunderstanding(progress, understood.text)
        answer = self._answer(replace(progress, silences=0), understood, turn_number)
        if understood.danger is not None:
            return self._in_danger.warn(self._noted_in_passing(answer), understood.danger)
        if (move := self._anywhere(answer)) is not None:
            return move
        return self._carry_out(read_answer(answer), answer)

    def likely(self, progress: Progress) -> tuple[str, ...]:
        """Returns words that may well be said next: after a yes, after a no, after an answer that is understood."""
        step = self.open_step(progress)
        if step is None or progress.over:
            return ()
        if step.expected_answers:
            answers = range(len(step.expected_answers))
            replies = [Understood(Intent.ANSWER, expected_answer=index, confidence=1.0) for index in answers]
        elif step.kind in {StepKind.QUESTION, StepKind.SINCE_AND_WHY}:
            replies = [Understood(Intent.ANSWER)]
        elif step.kind is StepKind.BIRTH_DATE:
            replies = [Understood(Intent.ANSWER, step.text)]
        else:
            replies = [Understood(Intent.YES), Understood(Intent.NO)]
        sayings = (saying.text for reply in replies for saying in self.advance(progress, reply, 0).sayings)
        return tuple(dict.fromkeys(sayings))

    def digress(self, progress: Progress, answer: Saying) -> Move:
        """Answers a question of the callee, then asks the open step again."""
        again = self._course.repeat(replace(progress, silences=0, untold=None, machine_signs=()), "")
        return self._in_danger.warn_late(replace(again, sayings=(answer, *again.sayings)), progress.untold)

    def close_in_time(self, before: Progress, move: Move) -> Move:
        """Returns a move that ends a call for which there is no more time; what it would ask next is not reached.

        Args:
            before: what the move follows.
            move: what would come; its last words are the next question.
        """
        if move.progress.over or move.hand_over:
            return move
        asked = before.ask_count if move.progress.position == before.position else 0
        incomplete = self._course.step(move.progress).kind not in ROUND
        exception = ExceptionCode.DISCONNECTED if incomplete else ExceptionCode.NONE
        progress = replace(move.progress, ask_count=asked, exception=exception)
        goodbye = self._course.goodbye(progress, self._wording.goodbye_time_up)
        return replace(goodbye, sayings=(*move.sayings[:-1], *goodbye.sayings))

    def resume(self, progress: Progress, *, answered: bool) -> Move:
        """Goes on after the callee was put through to a person."""
        return self._in_danger.resume(progress, answered=answered)

    # What means the same at every step.

    def _answer(self, progress: Progress, understood: Understood, turn_number: int) -> Answer:
        step = self._course.step(progress)
        progress = with_asides(self._plan, progress, understood, turn_number)
        return Answer(step, progress, _more_likely_than_not(understood), turn_number, self._wording)

    def _anywhere(self, answer: Answer) -> Move | None:
        """Returns the move after something that means the same whatever was asked; None if it does not."""
        step, progress = answer.step, answer.progress
        match answer.intent:
            case Intent.REPEAT_PLEASE | Intent.QUESTION:
                return self._course.say_again(progress)
            case Intent.PHONE_HANDED_ON:
                return self._another.takes_the_phone(progress)
            case Intent.WRONG_PERSON if step.kind not in OPENING:
                return self._another.answers(progress, answer.understood)
            case Intent.BACKCHANNEL if progress.digressions:  # who only says "yes" again may not know what is asked
                return self._course.again(progress, "", None, 0)
            case Intent.BACKCHANNEL:
                return self._course.repeat(progress, self._wording.listening)
            case Intent.WANT_HUMAN:
                return self._human_wanted(answer)
            case Intent.ABUSE:
                return self._improper(progress)
            case Intent.REFUSE_CALL | Intent.CALL_BACK_LATER if step.kind in ROUND:
                return self._course.done(progress)
        return self._ending(answer)

    def _ending(self, answer: Answer) -> Move | None:
        """Returns the move after something that ends the call before its time."""
        step, progress = answer.step, answer.progress
        match answer.intent:
            case Intent.REFUSE_CALL:
                return self._course.part(progress, ExceptionCode.REFUSED)
            case Intent.CALL_BACK_LATER:
                return self._postponed(answer)
            case Intent.NO if step.kind is StepKind.GOOD_TIME:
                return self._postponed(answer)
            case Intent.WRONG_PERSON if step.kind in OPENING:
                return self._course.part(progress, ExceptionCode.WRONG_PERSON)
        return None

    def _human_wanted(self, answer: Answer) -> Move:
        needed = max(answer.progress.need_human, NeedHuman.REQUESTED)
        progress = replace(answer.progress, need_human=needed)
        if answer.step.kind in {StepKind.HUMAN_WANTED, StepKind.ANYTHING_ELSE}:
            return self._course.close(progress, self._wording.human_noted)
        return self._course.repeat(progress, self._wording.human_noted)

    def _improper(self, progress: Progress) -> Move:
        progress = replace(progress, improper=progress.improper + 1)
        if progress.improper >= MOST_IMPROPER:
            return self._course.part(progress, ExceptionCode.IMPROPER_ANSWERS)
        return self._course.repeat(progress, rung(self._wording.improper, progress.improper))

    def _postponed(self, answer: Answer) -> Move:
        """Asks when to call again, unless that was said already."""
        wish = CallBackWish(answer.understood.text, answer.turn_number)
        kinds = [step.kind for step in self._plan.steps]
        asked = StepKind.CALL_BACK in kinds and answer.step.kind is not StepKind.CALL_BACK
        if read_moment(answer.understood.text, _SOME_DAY) is not None or not asked:
            return self._course.part(replace(answer.progress, call_back=wish), ExceptionCode.REFUSED)
        position = kinds.index(StepKind.CALL_BACK)
        return self._course.ask_first(replace(answer.progress, position=position), self._wording.postponed)

    def _noted_in_passing(self, answer: Answer) -> Progress:
        """Returns the progress with the open step closed, if what was said answers it too."""
        if answer.understood.expected_answer is None or answer.step.kind is not StepKind.QUESTION:
            return answer.progress
        noted = answer.noted(FindingState.ANSWERED)
        return replace(noted, position=noted.position + 1, ask_count=0, digressions=0)

    # From one step to the next.

    def _carry_out(self, verdict: Verdict, answer: Answer) -> Move:
        match verdict.next:
            case Next.CLOSE:
                return self._course.close(replace(verdict.progress, misunderstandings=0), verdict.words)
            case Next.DIGRESSION:
                return self._course.digression(verdict.progress, verdict.words)
            case Next.PART:
                return self._course.part(verdict.progress, verdict.exception)
            case Next.FINISH:
                return self._course.done(verdict.progress)
        if verdict.words:
            return self._course.again(verdict.progress, verdict.words, answer.understood, answer.turn_number)
        return self._unanswered.beside_the_point(verdict.progress, answer.understood, answer.turn_number)


def _with_signs(progress: Progress, understood: Understood) -> Progress:
    """Returns the progress with what the utterance says for or against an answering machine."""
    if understood.by_a_person:
        return replace(progress, machine_signs=())
    return progress.with_sign(MachineSign.NOTICE) if understood.intent is Intent.MACHINE else progress


def _more_likely_than_not(understood: Understood) -> Understood:
    """Returns what was understood, without a match that is less likely than none: it would be noted as a fact."""
    if understood.confidence is None or understood.confidence >= _LIKELY or understood.intent is not Intent.ANSWER:
        return understood
    return replace(understood, expected_answer=None)
