"""What an answer means at each kind of step. Pure tables: a step's kind, then what was understood.

Called by `dialogue.interview.interview`, which carries the verdicts out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto

from orchestrator.dialogue.interview.acknowledging import acknowledgement
from orchestrator.dialogue.interview.findings import exception_in, finding, with_finding, with_wishes
from orchestrator.dialogue.interview.wording import Wording, rung, turned
from orchestrator.dialogue.understanding.dates import read_date
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.domain.codes import ExceptionCode, NeedHuman
from orchestrator.domain.outcome import CallBackWish, FindingState, RecordingConsent
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.progress import Progress

# A degree that was matched with less than this is asked for again.
_SURE_OF_DEGREE = 0.7


class Next(Enum):
    """What follows an answer."""

    CLOSE = auto()  # the step is done
    ASK_AGAIN = auto()  # the step's next wording
    DIGRESSION = auto()  # something is said, and the callee has the word again
    PART = auto()  # the call ends with an exception
    FINISH = auto()  # the call ends, all is done


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer leads to.

    Attributes:
        words: said before what comes next.
        exception: why the call ends, for PART.
    """

    next: Next
    progress: Progress
    words: str = ""
    exception: ExceptionCode = ExceptionCode.NONE


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in its place."""

    step: Step
    progress: Progress
    understood: Understood
    turn_number: int
    wording: Wording

    @property
    def intent(self) -> Intent:
        """What the callee means."""
        return self.understood.intent

    def noted(self, state: FindingState) -> Progress:
        """Returns the progress with this answer as the step's finding."""
        found = finding(self.step, state, self.progress, self.understood, self.turn_number)
        return with_wishes(with_finding(self.progress, found), found.responses)

    def acknowledged(self, progress: Progress) -> str:
        """Returns the words for this answer, given the progress with its findings."""
        return acknowledgement(self.wording, self.step, progress, self.turn_number)

    def close(self, words: str = "", **changes: object) -> Verdict:
        """The step is done."""
        return Verdict(Next.CLOSE, replace(self.progress, **changes), words)  # type: ignore[arg-type]

    def again(self, words: str = "") -> Verdict:
        """The step is asked again."""
        return Verdict(Next.ASK_AGAIN, self.progress, words)

    def part(self, exception: ExceptionCode) -> Verdict:
        """The call ends with an exception."""
        return Verdict(Next.PART, self.progress, exception=exception)


def read_answer(answer: Answer) -> Verdict:
    """Returns what an answer to the open step leads to."""
    return _READERS[answer.step.kind](answer)


def _consent(answer: Answer) -> Verdict:
    match answer.intent:
        case Intent.YES:
            return answer.close(consent=RecordingConsent.GIVEN)
        case Intent.NO | Intent.REFUSE_QUESTION:
            return answer.close(answer.wording.consent_refused, consent=RecordingConsent.REFUSED)
    return answer.again()


def _good_time(answer: Answer) -> Verdict:
    # A no is a wish to be called another time, and read before; whoever says anything else has time to talk.
    return answer.close()


def _call_back(answer: Answer) -> Verdict:
    if answer.intent in {Intent.NO, Intent.REFUSE_QUESTION, Intent.UNSURE}:
        return answer.part(ExceptionCode.REFUSED)
    wish = CallBackWish(answer.understood.text, answer.turn_number)
    return Verdict(Next.PART, replace(answer.progress, call_back=wish), exception=ExceptionCode.REFUSED)


def _identity(answer: Answer) -> Verdict:
    match answer.intent:
        case Intent.YES:
            return answer.close(identified=True)
        case Intent.NO:
            return answer.part(ExceptionCode.WRONG_PERSON)
        case Intent.REFUSE_QUESTION:  # nothing is told to somebody unknown
            return answer.part(ExceptionCode.REFUSED)
    return answer.again()


def _birth_date(answer: Answer) -> Verdict:
    """Who does not give it has not proved who they are; who gives another one twice is somebody else."""
    match _matches(answer.understood.text, date.fromisoformat(answer.step.text)):
        case True:
            return answer.close(identified=True)
        case False if answer.progress.identified is False:
            return answer.part(ExceptionCode.WRONG_PERSON)
        case False:
            doubted = replace(answer.progress, identified=False)
            return Verdict(Next.ASK_AGAIN, doubted, answer.wording.birth_date_differs)
    if answer.intent in {Intent.REFUSE_QUESTION, Intent.NO, Intent.UNSURE}:
        return answer.close(answer.wording.refused_question, identified=False)
    return answer.again()


def _matches(text: str, birth_date: date) -> bool | None:
    """Returns whether the birth date that was said is the right one; None if month and day were not said."""
    said = read_date(text)
    if said is None or said.month is None or said.day is None:
        return None
    return said.matches(birth_date)


def _problem(answer: Answer) -> Verdict:
    match answer.intent:
        case Intent.REFUSE_QUESTION:
            return replace(answer.close(answer.wording.refused_question), progress=answer.noted(FindingState.REFUSED))
        case Intent.YES | Intent.NO:
            solved = answer.intent is Intent.NO
            found = finding(answer.step, FindingState.ANSWERED, answer.progress, answer.understood, answer.turn_number)
            progress = with_finding(answer.progress, replace(found, solved=solved))
            words = answer.wording.solved if solved else answer.wording.unsolved
            alike = sum(before.solved is solved for before in answer.progress.findings)
            return Verdict(Next.CLOSE, progress, turned(words, alike))
    return answer.again()


def _human_offered(answer: Answer) -> Verdict:
    if answer.intent is not Intent.YES:
        return answer.close(rung(answer.wording.acknowledged, 1))
    needed = max(answer.progress.need_human, NeedHuman.REQUESTED)
    return answer.close(answer.wording.human_noted, need_human=needed)


def _question(answer: Answer) -> Verdict:
    if answer.intent is Intent.REFUSE_QUESTION:
        return Verdict(Next.CLOSE, answer.noted(FindingState.REFUSED), answer.wording.refused_question)
    matched = answer.understood.expected_answer is not None
    if answer.intent is Intent.WRONG_PERSON or (
        answer.step.expected_answers and not matched and answer.intent is Intent.ANSWER
    ):
        return answer.again()
    state = FindingState.UNCLEAR if answer.intent is Intent.UNSURE else FindingState.ANSWERED
    progress = answer.noted(state)
    found = progress.finding(answer.step.subject)
    exception = exception_in(found.responses) if found else ExceptionCode.NONE
    if exception is not ExceptionCode.NONE:
        return Verdict(Next.PART, progress, exception=exception)
    words = answer.wording.unsure if state is FindingState.UNCLEAR else answer.acknowledged(progress)
    return Verdict(Next.CLOSE, progress, words)


def _anything_else(answer: Answer) -> Verdict:
    match answer.intent:
        case Intent.NO | Intent.UNSURE | Intent.REFUSE_QUESTION:
            return Verdict(Next.FINISH, answer.progress)
        case Intent.YES if answer.progress.digressions > 1:
            # Said yes, was asked what, and says yes again: that is only politeness.
            return Verdict(Next.FINISH, answer.progress)
        case Intent.YES:
            return Verdict(Next.DIGRESSION, answer.progress, answer.wording.tell_more)
    if _told_before(answer):
        return Verdict(Next.FINISH, answer.progress)
    return Verdict(Next.CLOSE, answer.noted(FindingState.ANSWERED), answer.wording.noted)


def _told_before(answer: Answer) -> bool:
    """Whether the same words came in an earlier round: nothing new, or a no that was not understood."""
    rounds = [found for found in answer.progress.findings if found.subject.startswith(answer.step.kind)]
    return compact(answer.understood.text) in {compact(found.quote) for found in rounds}


def _more(answer: Answer) -> Verdict:
    """More about a new problem: in the callee's own words, or as a degree."""
    match answer.intent:
        case Intent.REFUSE_QUESTION:
            return Verdict(Next.CLOSE, answer.noted(FindingState.REFUSED), answer.wording.refused_question)
        case Intent.UNSURE:
            return Verdict(Next.CLOSE, answer.noted(FindingState.UNCLEAR), answer.wording.unsure)
    if _in_doubt(answer):
        return answer.again()
    progress = answer.noted(FindingState.ANSWERED)
    found = progress.finding(answer.step.subject)
    if answer.step.levels and (found is None or found.level is None):
        return answer.again()
    return Verdict(Next.CLOSE, progress, answer.acknowledged(progress))


def _in_doubt(answer: Answer) -> bool:
    """Whether a degree is asked for once more: "urgent" taken for "not urgent" is worse than a question."""
    unsure = answer.understood.expected_answer is not None and (answer.understood.confidence or 1.0) < _SURE_OF_DEGREE
    return bool(answer.step.levels) and unsure and answer.progress.ask_count < len(answer.step.asks)


_READERS: Mapping[StepKind, Callable[[Answer], Verdict]] = {
    StepKind.CONSENT: _consent,
    StepKind.GOOD_TIME: _good_time,
    StepKind.CALL_BACK: _call_back,
    StepKind.IDENTITY: _identity,
    StepKind.BIRTH_DATE: _birth_date,
    StepKind.PROBLEM: _problem,
    StepKind.HUMAN_WANTED: _human_offered,
    StepKind.QUESTION: _question,
    StepKind.ANYTHING_ELSE: _anything_else,
    StepKind.SINCE_AND_WHY: _more,
    StepKind.URGENCY: _more,
    StepKind.DAILY_LIFE: _more,
    StepKind.HELP: _more,
}
