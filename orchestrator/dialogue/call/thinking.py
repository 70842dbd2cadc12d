"""What an utterance leads to: understood, answered if it is a question, and what the interview makes of it.

Nothing is written and nothing is said here. Where an answer's first sentence may be said while the rest is on its way,
it is offered as `first`. A danger comes before any answer: nothing is offered once one is known, and the work on an
answer ends when the language model, asked for its second opinion meanwhile, names one. If the first sentence sounds by
then, the words for the danger follow it in the same reply; the rest of the answer is never said.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from orchestrator.dialogue.answering.answering import CalleeQuestion, OnFirst
from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.call.exchange_parts import ExchangeParts
from orchestrator.dialogue.call.exchange_record import Thought, heard_parts
from orchestrator.dialogue.call.hearing import Heard
from orchestrator.dialogue.call.longest_call import is_closing
from orchestrator.dialogue.call.patience import more_patient, silence_timeout
from orchestrator.dialogue.call.turn_record import as_heard
from orchestrator.dialogue.interview.comprehension import Comprehended, Place, danger_in, with_late_danger
from orchestrator.dialogue.interview.interview import Interview
from orchestrator.dialogue.language_model.second_opinion import Opinion
from orchestrator.dialogue.move import CALLEE_QUESTION, Move, Saying
from orchestrator.dialogue.turn_taking.beeps import FIRST_SECONDS
from orchestrator.dialogue.understanding.matching import OtherStep
from orchestrator.dialogue.utterance import Intent, Understood
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.machine import MachineSign
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.playout import Playout
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import Source, Turn

# How many of the latest turns a language model is shown.
_CONTEXT_TURNS = 8


class Thinking:
    """Thinks about one turn of the callee.

    Attributes:
        answering: words for an answer to the callee's question are on their way.
        first: what the first sentence of an answer leads to, as soon as it may be said; often there is none.
        late_opinion: the language model's opinion of the turn, on its way; whoever thinks owns it.
        playout: how far the words before the turn were played; None: to their end.
    """

    answering = False
    late_opinion: asyncio.Task[Opinion | None] | None = None
    playout: Playout | None = None

    def __init__(self, parts: ExchangeParts, brief: Brief, consultation: Consultation, interview: Interview) -> None:
        """Makes it.

        Args:
            parts: what exchanges work with.
            brief: what is to be done.
            consultation: as it stands before the turn.
            interview: the one that the brief asks for.
        """
        self.first: asyncio.Future[Thought] = asyncio.get_running_loop().create_future()
        self._parts = parts
        self._brief = brief
        self._consultation = consultation
        self._interview = interview
        self._progress = consultation.progress
        self._hung_up = False
        self._enough = asyncio.Event()

    @property
    def nobody_listens(self) -> bool:
        """Whether only the callee's words are still worth the work."""
        return self._hung_up or self._consultation.reached(State.SUMMARISING)

    def hang_up(self) -> None:
        """Takes note that nobody listens any more."""
        self._hung_up = True
        self._enough.set()

    def say_no_more(self) -> None:
        """Ends the work on an answer: what was said of it is all that is said."""
        self._enough.set()

    def give_up(self) -> None:
        """Ends what was begun."""
        if self.late_opinion is not None:
            self.late_opinion.cancel()

    async def think(self, heard: Heard, budget: Budget) -> Thought:
        """Returns what an utterance leads to."""
        watch = Stopwatch()
        progress = self._progress = self._noticing(heard)
        step = self._interview.open_step(progress)
        if step is None or progress.over:
            return Thought("goodbye", watch.milliseconds(), Move(replace(progress, over=True), ()))
        turns = await self._latest_turns(heard, step)
        place = Place(step, self._other_steps(step), turns, self._brief.person)
        comprehended = await self._parts.comprehension.comprehend(heard.utterance, place, budget)
        self._watch(comprehended.opinion)
        if self._agrees_too_soon(step, heard, comprehended.understood):
            listening = replace(comprehended.understood, intent=Intent.BACKCHANNEL)
            comprehended = replace(comprehended, understood=listening)
        matching_ms = watch.milliseconds()
        if comprehended.understood.intent is not Intent.QUESTION or self.nobody_listens:
            return self._advanced(step, comprehended, matching_ms)
        question = CalleeQuestion(comprehended.understood.text, step.text, turns, self._parts.clock.now())
        self.answering = True
        answer = await self._answer(question, self._offering(comprehended, matching_ms), budget)
        if self._parts.speak_while_thinking:
            comprehended = with_late_danger(comprehended, step)
        if comprehended.understood.danger is not None:
            return self._advanced(step, comprehended, matching_ms)
        return self._answered(answer, comprehended, matching_ms)

    def _noticing(self, heard: Heard) -> Progress:
        """Returns the progress with the beep that was heard, if it came so early that it may be a machine's."""
        consultation = self._consultation
        answered, now = consultation.answered_at, self._parts.clock.now()
        early = answered is not None and (now - answered).total_seconds() <= FIRST_SECONDS
        if not heard.beep or not early or consultation.progress.over:
            return consultation.progress
        return consultation.progress.with_sign(MachineSign.BEEP)

    def _agrees_too_soon(self, step: Step, heard: Heard, understood: Understood) -> bool:
        """Whether a callee has cut the question for consent: they may not know what they agree to."""
        cut = self.playout is not None and bool(self.playout.parts)
        spoken = heard.utterance.source is Source.SPEECH
        return cut and spoken and step.kind is StepKind.CONSENT and understood.intent is Intent.YES

    def _advanced(self, step: Step, comprehended: Comprehended, matching_ms: float) -> Thought:
        move = self._interview.advance(self._progress, comprehended.understood, self._consultation.open_turn)
        return self._thought(step.subject, move, comprehended, matching_ms)

    def _answered(self, answer: Saying | None, comprehended: Comprehended, matching_ms: float) -> Thought:
        progress = self._consultation.progress
        move = Move(progress, ()) if answer is None else self._interview.digress(progress, answer)
        return self._thought(CALLEE_QUESTION, move, comprehended, matching_ms)

    def _thought(self, subject: str, move: Move, comprehended: Comprehended, matching_ms: float) -> Thought:
        if move.sayings and is_closing(self._brief, self._consultation, self._parts.clock.now()):
            move = self._interview.close_in_time(self._consultation.progress, move)
        return Thought(subject, matching_ms, self._patient(move, comprehended.understood), comprehended)

    def _offering(self, comprehended: Comprehended, matching_ms: float) -> OnFirst | None:
        """Returns what takes an answer's first sentence; None: it is not said before the others."""

        def offer(saying: Saying) -> None:
            thought = self._answered(saying, comprehended, matching_ms)
            same_step = thought.move.progress.position == self._consultation.progress.position
            goes_first = thought.move.sayings[0] is saying
            if same_step and goes_first and not (self._enough.is_set() or self.first.done()):
                self.first.set_result(replace(thought, move=replace(thought.move, sayings=(saying,))))

        return offer if self._parts.speak_while_thinking else None

    def _watch(self, opinion: asyncio.Task[Opinion | None] | None) -> None:
        """Has an opinion that names a danger end the work on an answer, where that may be said before it is whole."""
        self.late_opinion = opinion
        if opinion is not None and self._parts.speak_while_thinking:
            opinion.add_done_callback(self._opinion_came)

    def _opinion_came(self, opinion: asyncio.Task[Opinion | None]) -> None:
        if not opinion.cancelled() and opinion.exception() is None and danger_in(opinion.result()) is not None:
            self._enough.set()

    async def _latest_turns(self, heard: Heard, step: Step) -> tuple[Turn, ...]:
        """Returns the latest turns for a language model; none if it is not asked."""
        if not self._parts.comprehension.asks_a_model(heard.utterance, step):
            return ()
        after = max(0, self._consultation.turn_count - _CONTEXT_TURNS)
        _, turns = await self._parts.store.transcript(self._consultation.consultation_id, after=after)
        return as_heard(turns, heard_parts(self._consultation, self.playout))

    def _other_steps(self, open_step: Step) -> tuple[OtherStep, ...]:
        progress = self._consultation.progress
        return tuple(
            OtherStep(step, progress.finding(step.subject)) for step in self._brief.plan.steps if step is not open_step
        )

    def _patient(self, move: Move, understood: Understood) -> Move:
        before = silence_timeout(self._consultation.progress, self._brief.listening, self._parts.listening)
        return replace(move, progress=more_patient(move.progress, understood, before))

    async def _answer(self, question: CalleeQuestion, on_first: OnFirst | None, budget: Budget) -> Saying | None:
        """Returns the answer to a question; None, and the work on it is cancelled, once nobody should hear it."""
        consultation_id = self._consultation.consultation_id
        answering = self._parts.answering.answer(consultation_id, self._brief, question, budget, on_first)
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(answering, name="answer")
            enough = group.create_task(self._enough.wait(), name="enough")
            await asyncio.wait({answer, enough}, return_when=asyncio.FIRST_COMPLETED)
            answer.cancel()
            enough.cancel()
        return None if answer.cancelled() else answer.result()
