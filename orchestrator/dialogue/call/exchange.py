"""One exchange of a call: hear the callee, understand, answer, speak, and write it all down at once.

Called by `dialogue.call.live_calls`; calls `hearing`, `comprehension`, `interview`, `answering`, `speaking` and
`turn_record`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from orchestrator.dialogue.answering.answering import SUBJECT, Answering, CalleeQuestion
from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.call.exchange_record import DutyPhone, ExchangeRecord, Thought, heard_parts
from orchestrator.dialogue.call.hearing import Heard, Hearing
from orchestrator.dialogue.call.patience import ListeningTimes, more_patient, silence_timeout
from orchestrator.dialogue.call.speaker import Speaker
from orchestrator.dialogue.call.turn_record import as_heard
from orchestrator.dialogue.interview.comprehension import Comprehension, Place
from orchestrator.dialogue.interview.interview import Interview
from orchestrator.dialogue.interview.wording import Wording
from orchestrator.dialogue.language_model.second_opinion import Opinion
from orchestrator.dialogue.move import Move, Saying
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import Change, ConsultationStore
from orchestrator.dialogue.transaction import transact
from orchestrator.dialogue.understanding.matching import OtherStep
from orchestrator.dialogue.utterance import Intent, Understood, Utterance
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.outcome import RecordingConsent
from orchestrator.domain.plan import Step
from orchestrator.domain.playout import Playout
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import (
    CalleeInput,
    HandOverEnded,
    HangUp,
    Listen,
    Prompt,
    Reply,
    Source,
    SpokenInput,
    Turn,
)

# How many of the latest turns a language model is shown.
_CONTEXT_TURNS = 8
_HANDED_OVER = Utterance("", Source.HAND_OVER)


@dataclass(frozen=True, slots=True)
class ExchangeParts:
    """What every exchange works with.

    Attributes:
        nudge: called when work has become due.
        duty_phone: whom callees in danger are put through to unless the order names somebody, E.164; empty: nobody.
        ring_timeout: seconds that phone may ring.
    """

    store: ConsultationStore
    hearing: Hearing
    comprehension: Comprehension
    answering: Answering
    speaking: Speaker
    clock: Clock
    wording: Wording
    listening: ListeningTimes
    nudge: Callable[[], None] = lambda: None
    duty_phone: str = ""
    ring_timeout: float = 30.0

    def duty(self, brief: Brief) -> DutyPhone | None:
        """Returns whom this callee is put through to in danger."""
        if brief.dialling.hand_over_phone:
            return DutyPhone(brief.dialling.hand_over_phone, self.ring_timeout)
        return DutyPhone(self.duty_phone, self.ring_timeout) if self.duty_phone else None

    async def prepare(self, consultation_id: str, brief: Brief) -> None:
        """Gets ready for what the callee of an order may say and ask."""
        await self.comprehension.prepare(brief.plan)
        await self.answering.prepare(consultation_id, brief)

    def interview(self, brief: Brief) -> Interview:
        """Returns the interview that an order asks for."""
        return Interview(brief.plan, self.wording, hand_over=self.duty(brief) is not None)


class Exchange:
    """Takes one turn of the callee; made once, run by one task.

    Attributes:
        consultation_id: in which consultation.
        turn_number: the callee's turn.
        writing: the work is done but for the writing, so that it is too late for a filler.
        upcoming: words that may well be said in the next exchange; known when this one is done.
        late_opinion: the language model's opinion of this turn, on its way when this one is done; whoever runs the
            exchange owns it.
        keep_audio: what was recorded of this turn may stay until the call is over; known when this one is done.
        playout: how far the words before it were played; None: to their end.
        talker: the fencing token with which it is written down.
    """

    upcoming: tuple[str, ...] = ()
    late_opinion: asyncio.Task[Opinion | None] | None = None
    keep_audio = True
    playout: Playout | None = None

    def __init__(
        self, parts: ExchangeParts, brief: Brief, consultation: Consultation, *, talker: int | None = None
    ) -> None:
        """Makes it.

        Args:
            parts: what exchanges work with.
            brief: what is to be done.
            consultation: as it stands before this turn.
            talker: the fencing token of who takes the turn; None: whoever was given the right to talk last.
        """
        self._parts = parts
        self.talker = consultation.talkers if talker is None else talker
        self._ahead: asyncio.Future[Thought] | None = None
        self._brief = brief
        self._consultation = consultation
        self._interview = parts.interview(brief)
        self.consultation_id = consultation.consultation_id
        self.turn_number = consultation.open_turn
        self._fillers: list[Saying] = []
        self._hung_up = asyncio.Event()
        self.writing = False

    def fill(self, saying: Saying) -> None:
        """Takes note of words said while the callee waited."""
        self._fillers.append(saying)

    def hang_up(self) -> None:
        """Takes note that nobody listens any more: only the callee's words are still worth the work."""
        self._hung_up.set()

    async def think_ahead(self, callee_input: SpokenInput, budget: Budget) -> None:
        """Works out what follows if the callee says no more than this, and has it spoken; `take` finds it done."""
        self._ahead = asyncio.get_running_loop().create_future()
        try:
            thought = await self._think(await self._parts.hearing.hear(callee_input, budget), budget)
        except BaseException:
            self._ahead.cancel()
            raise
        if not self._ahead.done():
            self._ahead.set_result(thought)
        await self._parts.speaking.ahead(self.consultation_id, [s.text for s in thought.move.sayings], budget)

    def give_up(self) -> None:
        """Ends what this one has begun: it will not be taken."""
        if self._ahead is not None:
            self._ahead.cancel()
        if self.late_opinion is not None:
            self.late_opinion.cancel()

    async def take(self, callee_input: CalleeInput, budget: Budget) -> Reply:
        """Hears, understands, answers and writes; returns what the telephone does next.

        Raises:
            ConsultationNotFound, CallTakenOver, StoreUnavailable
        """
        try:
            return await self._take(callee_input, budget)
        except BaseException:
            if self.late_opinion is not None:
                self.late_opinion.cancel()
            raise

    async def _take(self, callee_input: CalleeInput, budget: Budget) -> Reply:
        watch = Stopwatch()
        if isinstance(callee_input, HandOverEnded):
            heard = Heard(_HANDED_OVER)
            thought = self._resume(answered=callee_input.answered)
        else:
            heard = await self._parts.hearing.hear(callee_input, budget)
            thought = await self._thought(heard, budget)
        prompts: tuple[Prompt, ...] = ()
        costs: tuple[float, ...] = ()
        if not self._nobody_listens:
            sayings = thought.move.sayings
            prompts, costs = await self._parts.speaking.say(sayings, budget, consultation_id=self.consultation_id)
        self.writing = True
        reply = await self._write(heard, thought, prompts, costs, watch)
        if isinstance(reply.next, Listen):
            self.upcoming = self._interview.likely(thought.move.progress)
        self.keep_audio = thought.move.progress.consent is not RecordingConsent.REFUSED
        return reply

    def _resume(self, *, answered: bool) -> Thought:
        progress = self._consultation.progress
        if progress.over or self._interview.open_step(progress) is None:
            return Thought("hand_over", 0.0, Move(replace(progress, over=True), ()))
        return Thought("hand_over", 0.0, self._interview.resume(progress, answered=answered))

    async def _thought(self, heard: Heard, budget: Budget) -> Thought:
        if self._ahead is not None:
            await asyncio.wait({self._ahead}, timeout=budget.left())
            if self._ahead.done() and not self._ahead.cancelled():
                return self._ahead.result()
        return await self._think(heard, budget)

    async def _think(self, heard: Heard, budget: Budget) -> Thought:
        watch = Stopwatch()
        progress = self._consultation.progress
        step = self._interview.open_step(progress)
        if step is None or progress.over:
            return Thought("goodbye", watch.milliseconds(), Move(replace(progress, over=True), ()))
        turns = await self._latest_turns(heard)
        place = Place(step, self._other_steps(step), turns, self._brief.person)
        comprehended = await self._parts.comprehension.comprehend(heard.utterance, place, budget)
        self.late_opinion = comprehended.opinion
        understood, matching_ms = comprehended.understood, watch.milliseconds()
        move, subject = await self._moved(step, understood, turns, budget)
        patient = self._patient(move.progress, understood)
        return Thought(subject, matching_ms, replace(move, progress=patient), comprehended)

    async def _moved(
        self, step: Step, understood: Understood, turns: tuple[Turn, ...], budget: Budget
    ) -> tuple[Move, str]:
        """Returns what the interview makes of an utterance, and what the callee's turn was about."""
        progress = self._consultation.progress
        if understood.intent is not Intent.QUESTION or self._nobody_listens:
            return self._interview.advance(progress, understood, self.turn_number), step.subject
        answer = await self._answer(CalleeQuestion(understood.text, step.text, turns), budget)
        move = Move(progress, ()) if answer is None else self._interview.digress(progress, answer)
        return move, SUBJECT

    async def _latest_turns(self, heard: Heard) -> tuple[Turn, ...]:
        """Returns the latest turns for a language model; none if there is none, or nothing that it could read."""
        if heard.utterance.source is not Source.SPEECH or not self._parts.comprehension.asks_a_model:
            return ()
        after = max(0, self._consultation.turn_count - _CONTEXT_TURNS)
        _, turns = await self._parts.store.transcript(self.consultation_id, after=after)
        return as_heard(turns, heard_parts(self._consultation, self.playout))

    def _other_steps(self, open_step: Step) -> tuple[OtherStep, ...]:
        progress = self._consultation.progress
        return tuple(
            OtherStep(step, progress.finding(step.subject)) for step in self._brief.plan.steps if step is not open_step
        )

    def _patient(self, progress: Progress, understood: Understood) -> Progress:
        before = silence_timeout(self._consultation.progress, self._brief.listening, self._parts.listening)
        return more_patient(progress, understood, before)

    async def _answer(self, question: CalleeQuestion, budget: Budget) -> Saying | None:
        """Returns the answer to the callee's question; None, and the work on it is cancelled, once they hang up."""
        answering = self._parts.answering.answer(self.consultation_id, self._brief, question, budget)
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(answering, name="answer")
            hung_up = group.create_task(self._hung_up.wait(), name="hung_up")
            await asyncio.wait({answer, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            answer.cancel()
            hung_up.cancel()
        return None if answer.cancelled() else answer.result()

    @property
    def _nobody_listens(self) -> bool:
        return self._hung_up.is_set() or self._consultation.reached(State.SUMMARISING)

    async def _write(
        self, heard: Heard, thought: Thought, prompts: tuple[Prompt, ...], costs: tuple[float, ...], watch: Stopwatch
    ) -> Reply:
        reply: Reply | None = None
        record = ExchangeRecord(
            brief=self._brief,
            before=self._consultation,
            heard=heard,
            thought=thought,
            fillers=tuple(self._fillers),
            prompts=prompts,
            costs=costs,
            total_ms=watch.milliseconds(),
            listening=self._parts.listening,
            duty_phone=self._parts.duty(self._brief),
            playout=self.playout,
        )

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            nonlocal reply
            reply = None
            if current.open_turn != self.turn_number or current.state.final:
                return None
            change, reply = record.change(current, self._parts.clock.now())
            return replace(change, talker=self.talker)

        known = (self._brief, self._consultation)
        after = await transact(self._parts.store, self.consultation_id, decide, known=known)
        if reply is None:
            return await self._parts.store.reply(self.consultation_id, self.turn_number) or Reply((), HangUp())
        if after.alarms != self._consultation.alarms:
            self._parts.nudge()
        return reply
