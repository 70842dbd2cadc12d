"""The interview: what is said next, given the plan, how far it has come, and what the callee meant.

Pure: no clock, no network. Every open step ends in a finding after at most as many asks as it has wordings, and the
number of digressions is bounded, so that no interview goes on for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.dialogue.wording import Asks, Wording
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseCode, ResponseType
from orchestrator.domain.outcome import Finding, FindingState
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import Source

# Times a callee may ask back, or have something repeated, before the open step is taken as unclear.
MOST_DIGRESSIONS = 4
# Silent, or not understood, turns in a row after which a conversation is not possible.
MOST_SILENCES = 3
MOST_MISUNDERSTANDINGS = 6


@dataclass(frozen=True, slots=True)
class Saying:
    """Words of the agent: they become one turn."""

    text: str
    source: Source
    subject: str
    language_model_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What happens next: the words, and the progress they stand for; the call ends after them if `progress.over`."""

    progress: Progress
    sayings: tuple[Saying, ...]


class Interview:
    """Conducts one consultation along its plan."""

    def __init__(self, plan: Plan, wording: Wording) -> None:
        self._plan = plan
        self._wording = wording

    def open_step(self, progress: Progress) -> Step | None:
        """Returns the step that waits for an answer; None if all are done."""
        return self._plan.steps[progress.position] if progress.position < len(self._plan.steps) else None

    def begin(self, progress: Progress) -> Move:
        """Greets and asks the first thing."""
        greeting = Saying(self._plan.greeting, Source.INTERVIEW, "greeting")
        move = self._open(progress, lead="")
        return replace(move, sayings=(greeting, *move.sayings))

    def advance(self, progress: Progress, understood: Understood, turn_number: int) -> Move:
        """Goes on after something the callee said, other than a question of their own."""
        step = self._step(progress)
        match understood.intent:
            case Intent.NO_INPUT:
                return self._silence(progress)
            case Intent.NO_MATCH:
                return self._misunderstanding(progress)
        progress = replace(progress, silences=0, misunderstandings=0)
        match understood.intent:
            case Intent.REPEAT_PLEASE | Intent.QUESTION:
                return self._repeat(progress, self._wording.repeat)
            case Intent.WANT_HUMAN:
                return self._human_wanted(progress, understood, turn_number)
            case Intent.REFUSE_CALL if step.kind is not StepKind.ANYTHING_ELSE:
                return self._part(progress, ExceptionCode.REFUSED)
            case Intent.REFUSE_QUESTION if step.kind is StepKind.IDENTITY:
                return self._part(progress, ExceptionCode.REFUSED)  # nothing is told to somebody unknown
            case Intent.WRONG_PERSON if step.kind in {StepKind.GOOD_TIME, StepKind.IDENTITY}:
                return self._part(progress, ExceptionCode.WRONG_PERSON)
            case Intent.REFUSE_QUESTION if step.kind is not StepKind.ANYTHING_ELSE:
                finding = self._finding(step, FindingState.REFUSED, progress, understood, turn_number)
                return self._close(progress, finding, self._wording.refused_question)
        return self._answered(progress, step, understood, turn_number)

    def likely(self, progress: Progress) -> tuple[str, ...]:
        """Returns words that may well be said next: after a yes, after a no, after an answer that is understood."""
        step = self.open_step(progress)
        if step is None or progress.over:
            return ()
        if step.kind is StepKind.QUESTION:
            known = range(len(step.expected_answers)) or (None,)
            replies = [Understood(Intent.ANSWER, expected_answer=index) for index in known]
        else:
            replies = [Understood(Intent.YES), Understood(Intent.NO)]
        sayings = (saying.text for reply in replies for saying in self.advance(progress, reply, 0).sayings)
        return tuple(dict.fromkeys(sayings))

    def digress(self, progress: Progress, answer: Saying) -> Move:
        """Answers a question of the callee, then asks the open step again."""
        again = self._repeat(progress, "")
        return replace(again, sayings=(answer, *again.sayings))

    def _repeat(self, progress: Progress, lead: str) -> Move:
        step = self._step(progress)
        return self._aside(progress, f"{lead} {step.asks[max(progress.ask_count, 1) - 1]}")

    def _aside(self, progress: Progress, text: str) -> Move:
        """Says something that is no new ask; after too many of these the open step is given up instead."""
        step = self._step(progress)
        progress = replace(progress, digressions=progress.digressions + 1, silences=0, misunderstandings=0)
        if progress.digressions > MOST_DIGRESSIONS:
            return self._give_up(progress, step, None, 0)
        return Move(progress, (Saying(text.strip(), Source.INTERVIEW, step.subject),))

    # What the callee may mean.

    def _answered(self, progress: Progress, step: Step, understood: Understood, turn_number: int) -> Move:
        read = {
            StepKind.GOOD_TIME: self._good_time,
            StepKind.IDENTITY: self._identity,
            StepKind.PROBLEM: self._problem,
            StepKind.HUMAN_WANTED: self._human_offered,
            StepKind.QUESTION: self._question,
            StepKind.ANYTHING_ELSE: self._anything_else,
        }[step.kind]
        return read(progress, step, understood, turn_number)

    def _good_time(self, progress: Progress, _step: Step, understood: Understood, _turn_number: int) -> Move:
        if understood.intent is Intent.NO:
            return self._part(progress, ExceptionCode.REFUSED)
        return self._close(progress, None, "")

    def _identity(self, progress: Progress, _step: Step, understood: Understood, _turn_number: int) -> Move:
        match understood.intent:
            case Intent.YES:
                return self._close(progress, None, "")
            case Intent.NO:
                return self._part(progress, ExceptionCode.WRONG_PERSON)
        return self._misunderstanding(progress)

    def _human_offered(self, progress: Progress, _step: Step, understood: Understood, _turn_number: int) -> Move:
        if understood.intent is not Intent.YES:
            return self._close(progress, None, self._wording.acknowledged)
        progress = replace(progress, need_human=max(progress.need_human, NeedHuman.REQUESTED))
        return self._close(progress, None, self._wording.human_noted)

    def _problem(self, progress: Progress, step: Step, understood: Understood, turn_number: int) -> Move:
        if understood.intent not in {Intent.YES, Intent.NO}:
            return self._misunderstanding(progress, understood, turn_number)
        solved = understood.intent is Intent.NO
        finding = self._finding(step, FindingState.ANSWERED, progress, understood, turn_number)
        words = self._wording.solved if solved else self._wording.unsolved
        return self._close(progress, replace(finding, solved=solved), words)

    def _question(self, progress: Progress, step: Step, understood: Understood, turn_number: int) -> Move:
        matched = understood.expected_answer is not None
        if step.expected_answers and not matched and understood.intent is Intent.ANSWER:
            return self._misunderstanding(progress, understood, turn_number)
        state = FindingState.UNCLEAR if understood.intent is Intent.UNSURE else FindingState.ANSWERED
        finding = self._finding(step, state, progress, understood, turn_number)
        progress = _with_meaning(progress, finding.responses)
        if progress.exception is not ExceptionCode.NONE:
            return self._part(_with_finding(progress, finding), progress.exception)
        return self._close(progress, finding, self._wording.acknowledged)

    def _anything_else(self, progress: Progress, step: Step, understood: Understood, turn_number: int) -> Move:
        if understood.intent in {Intent.NO, Intent.UNSURE, Intent.REFUSE_CALL, Intent.REFUSE_QUESTION}:
            return self._done(progress)
        if understood.intent is Intent.YES:
            if progress.digressions > 1:  # said yes, was asked what, and says yes again: that is only politeness
                return self._done(progress)
            return self._aside(progress, self._wording.tell_more)
        finding = self._finding(step, FindingState.ANSWERED, progress, understood, turn_number)
        return self._close(progress, finding, self._wording.noted)

    def _human_wanted(self, progress: Progress, understood: Understood, turn_number: int) -> Move:
        step = self._step(progress)
        progress = replace(progress, need_human=max(progress.need_human, NeedHuman.REQUESTED))
        if step.kind in {StepKind.HUMAN_WANTED, StepKind.ANYTHING_ELSE}:
            finding = self._finding(step, FindingState.ANSWERED, progress, understood, turn_number)
            return self._close(progress, finding, self._wording.human_noted)
        return self._repeat(progress, self._wording.human_noted)

    # When nothing came, or nothing was understood.

    def _silence(self, progress: Progress) -> Move:
        progress = replace(progress, silences=progress.silences + 1)
        if progress.silences >= MOST_SILENCES:
            return self._lost(progress)
        return self._again(progress, _rung(self._wording.no_input, progress.silences), None, 0)

    def _misunderstanding(self, progress: Progress, understood: Understood | None = None, turn_number: int = 0) -> Move:
        progress = replace(progress, misunderstandings=progress.misunderstandings + 1, silences=0)
        if progress.misunderstandings >= MOST_MISUNDERSTANDINGS:
            return self._lost(progress)
        return self._again(progress, _rung(self._wording.no_match, progress.ask_count), understood, turn_number)

    def _lost(self, progress: Progress) -> Move:
        """Gives up the conversation; at the last question that is no failure: everything was asked."""
        if self._step(progress).kind is StepKind.ANYTHING_ELSE:
            return self._done(progress)
        return self._part(progress, ExceptionCode.NO_COMMUNICATION)

    def _again(self, progress: Progress, lead: str, understood: Understood | None, turn_number: int) -> Move:
        step = self._step(progress)
        if progress.ask_count >= len(step.asks):
            return self._give_up(progress, step, understood, turn_number)
        progress = replace(progress, ask_count=progress.ask_count + 1)
        return Move(progress, (Saying(f"{lead} {step.asks[progress.ask_count - 1]}", Source.INTERVIEW, step.subject),))

    def _give_up(self, progress: Progress, step: Step, understood: Understood | None, turn_number: int) -> Move:
        if step.kind is StepKind.IDENTITY:
            return self._part(progress, ExceptionCode.NO_COMMUNICATION)
        finding = self._finding(step, FindingState.UNCLEAR, progress, understood, turn_number)
        return self._close(progress, finding, self._wording.go_on)

    # From one step to the next.

    def _close(self, progress: Progress, finding: Finding | None, lead: str) -> Move:
        progress = _with_finding(progress, finding) if finding else progress
        return self._open(replace(progress, position=progress.position + 1), lead)

    def _open(self, progress: Progress, lead: str) -> Move:
        progress = replace(progress, position=self._next_position(progress), ask_count=1, digressions=0)
        step = self.open_step(progress)
        if step is None:
            return self._goodbye(progress, f"{lead} {self._wording.goodbye}")
        return Move(progress, (Saying(f"{lead} {step.asks[0]}".strip(), Source.INTERVIEW, step.subject),))

    def _next_position(self, progress: Progress) -> int:
        position = progress.position
        while position < len(self._plan.steps) and not _applies(self._plan.steps[position], progress):
            position += 1
        return position

    def _done(self, progress: Progress) -> Move:
        return self._goodbye(replace(progress, position=len(self._plan.steps)), self._wording.goodbye)

    def _goodbye(self, progress: Progress, text: str) -> Move:
        return Move(replace(progress, over=True), (Saying(text.strip(), Source.INTERVIEW, "goodbye"),))

    def _part(self, progress: Progress, exception: ExceptionCode) -> Move:
        text = {
            ExceptionCode.WRONG_PERSON: self._wording.goodbye_wrong_person,
            ExceptionCode.REFUSED: self._wording.goodbye_refused,
            ExceptionCode.IMPROPER_ANSWERS: self._wording.goodbye_improper,
        }.get(exception, self._wording.goodbye_no_communication)
        return self._goodbye(replace(progress, exception=exception), text)

    def _step(self, progress: Progress) -> Step:
        step = self.open_step(progress)
        if step is None:
            msg = "the interview is over"
            raise ValueError(msg)
        return step

    def _finding(
        self,
        step: Step,
        state: FindingState,
        progress: Progress,
        understood: Understood | None,
        turn_number: int,
    ) -> Finding:
        matched = understood.expected_answer if understood else None
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
        )


def _rung(ladder: Asks, time: int) -> str:
    """Returns the words for the first, second ... time; the last ones again and again."""
    return ladder[min(time, len(ladder)) - 1]


def _with_finding(progress: Progress, finding: Finding) -> Progress:
    return replace(progress, findings=(*progress.findings, finding))


def _applies(step: Step, progress: Progress) -> bool:
    """A human is offered only if a known problem is not solved, and none was asked for yet."""
    if step.kind is not StepKind.HUMAN_WANTED:
        return True
    return progress.need_human is NeedHuman.NO and any(finding.solved is False for finding in progress.findings)


def _with_meaning(progress: Progress, responses: tuple[ResponseCode, ...]) -> Progress:
    for response in responses:
        if response.type is ResponseType.IN_DEPTH:
            progress = replace(progress, need_human=max(progress.need_human, NeedHuman(response.index)))
        elif response.type is ResponseType.EXCEPTION:
            progress = replace(progress, exception=ExceptionCode(response.index))
    return progress
