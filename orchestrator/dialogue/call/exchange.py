"""One exchange of a call: hear the callee, think, speak, and write it all down at once.

Called by `dialogue.call.live_calls`; calls `hearing`, `thinking`, `speaking` and `exchange_record`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.call.begun import Begun, may_begin
from orchestrator.dialogue.call.exchange_parts import ExchangeParts
from orchestrator.dialogue.call.exchange_record import ExchangeRecord, Thought
from orchestrator.dialogue.call.hearing import Heard
from orchestrator.dialogue.call.thinking import Thinking
from orchestrator.dialogue.language_model.second_opinion import Opinion
from orchestrator.dialogue.move import Move, Saying
from orchestrator.dialogue.ports.store import Change
from orchestrator.dialogue.transaction import transact
from orchestrator.dialogue.utterance import Utterance
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.outcome import RecordingConsent
from orchestrator.domain.playout import Playout
from orchestrator.domain.turn import CalleeInput, HandOverEnded, HangUp, Listen, Prompt, Reply, Source, SpokenInput

_HANDED_OVER = Utterance("", Source.HAND_OVER)

# What is written over the newest record, and the reply it stands for; None: nothing.
_Written = Callable[[Consultation, datetime], tuple[Change, Reply] | None]


class Exchange:
    """Takes one turn of the callee; made once, run by one task.

    Attributes:
        consultation_id: in which consultation.
        person: who is called.
        turn_number: the callee's turn.
        writing: the work is done but for the writing, or the reply has begun: it is too late for a filler, and to take
            the turn back.
        upcoming: words that may well be said in the next exchange; known when this one is done.
        keep_audio: what was recorded of this turn may stay until the call is over; known when this one is done.
        playout: how far the words before it were played; None: to their end.
        talker: the fencing token with which it is written down.
        on_begun: told a reply whose beginning may be said while the rest is on its way; None: nothing is said before
            all of it is known.
    """

    upcoming: tuple[str, ...] = ()
    keep_audio = True
    on_begun: Callable[[Reply], None] | None = None

    def __init__(
        self,
        parts: ExchangeParts,
        brief: Brief,
        consultation: Consultation,
        playout: Playout | None = None,
        *,
        talker: int | None = None,
    ) -> None:
        """Makes it.

        Args:
            parts: what exchanges work with.
            brief: what is to be done.
            consultation: as it stands before this turn.
            playout: how far the words before it were played, as far as that is known.
            talker: the fencing token of who takes the turn; None: whoever was given the right to talk last.
        """
        self._parts = parts
        self.playout = playout
        self.talker = consultation.talkers if talker is None else talker
        self._ahead: asyncio.Future[Thought] | None = None
        self._brief = brief
        self._consultation = consultation
        self._interview = parts.interview(brief)
        self._thinking = Thinking(parts, brief, consultation, self._interview)
        self._begun: Begun | None = None
        self.consultation_id = consultation.consultation_id
        self.person = brief.person
        self.turn_number = consultation.open_turn
        self._fillers: list[Saying] = []
        self.writing = False

    @property
    def late_opinion(self) -> asyncio.Task[Opinion | None] | None:
        """The language model's opinion of this turn, which may be on its way when this one is done."""
        return self._thinking.late_opinion

    @property
    def answering(self) -> bool:
        """Whether words for an answer to the callee's question are on their way."""
        return self._thinking.answering and not self.writing

    def fill(self, saying: Saying) -> None:
        """Takes note of words said while the callee waited."""
        self._fillers.append(saying)

    def hang_up(self) -> None:
        """Takes note that nobody listens any more: only the callee's words are still worth the work."""
        self._thinking.hang_up()

    def say_no_more(self) -> None:
        """Ends the work on the rest of a reply that has begun: the callee goes on."""
        if self._begun is not None:
            self._thinking.say_no_more()

    async def think_ahead(self, callee_input: SpokenInput, budget: Budget) -> None:
        """Works out what follows if the callee says no more than this, and has it spoken; `take` finds it done."""
        self._ahead = asyncio.get_running_loop().create_future()
        self._thinking.playout = self.playout
        try:
            thought = await self._thought_ahead(await self._parts.hearing.hear(callee_input, budget), budget)
        except BaseException:
            self._ahead.cancel()
            raise
        if not self._ahead.done():
            self._ahead.set_result(thought)
        await self._speak_ahead(thought, budget)

    async def _thought_ahead(self, heard: Heard, budget: Budget) -> Thought:
        """Thinks; the first sentence of an answer is spoken as soon as it is there, not when all of it is."""
        thinking = asyncio.create_task(self._thinking.think(heard, budget), name="thinking")
        try:
            await asyncio.wait({thinking, self._thinking.first}, return_when=asyncio.FIRST_COMPLETED)
            if not thinking.done():
                await self._speak_ahead(self._thinking.first.result(), budget)
            return await thinking
        finally:
            thinking.cancel()

    async def _speak_ahead(self, thought: Thought, budget: Budget) -> None:
        words = [saying.text for saying in thought.move.sayings]
        await self._parts.speaking.ahead(self.consultation_id, self.person, words, budget)

    def give_up(self) -> None:
        """Ends what this one has begun: it will not be taken."""
        if self._ahead is not None:
            self._ahead.cancel()
        self._thinking.give_up()

    async def take(self, callee_input: CalleeInput, budget: Budget) -> Reply:
        """Hears, understands, answers and writes; returns what the telephone does next.

        Raises:
            ConsultationNotFound, CallTakenOver, StoreUnavailable
        """
        try:
            return await self._take(callee_input, budget)
        except BaseException:
            self._thinking.give_up()
            raise

    async def _take(self, callee_input: CalleeInput, budget: Budget) -> Reply:
        watch = Stopwatch()
        if isinstance(callee_input, HandOverEnded):
            heard = Heard(_HANDED_OVER)
            thought = self._resume(answered=callee_input.answered)
        else:
            heard = await self._parts.hearing.hear(callee_input, budget)
            self._thinking.playout = self.playout
            thought = await self._thought_aloud(heard, budget, watch)
        if (begun := self._begun) is not None:
            thought = begun.rest(thought)
        record = await self._spoken(heard, thought, budget, watch)
        self.writing = True
        reply = await (self._write(record) if begun is None else self._write_rest(begun, record))
        if isinstance(reply.next, Listen):
            self.upcoming = self._interview.likely(thought.move.progress)
        self.keep_audio = thought.move.progress.consent is not RecordingConsent.REFUSED
        return reply

    def _resume(self, *, answered: bool) -> Thought:
        progress = self._consultation.progress
        if progress.over or self._interview.open_step(progress) is None:
            return Thought("hand_over", 0.0, Move(replace(progress, over=True), ()))
        return Thought("hand_over", 0.0, self._interview.resume(progress, answered=answered))

    async def _thought_aloud(self, heard: Heard, budget: Budget, watch: Stopwatch) -> Thought:
        """Thinks; where somebody waits for it, the first sentence of an answer is said meanwhile."""
        if self.on_begun is None:
            return await self._thought(heard, budget)
        thinking = asyncio.create_task(self._thought(heard, budget), name="thinking")
        try:
            await asyncio.wait({thinking, self._thinking.first}, return_when=asyncio.FIRST_COMPLETED)
            if not thinking.done():
                await self._begin(self.on_begun, heard, self._thinking.first.result(), budget, watch)
            return await thinking
        finally:
            thinking.cancel()

    async def _thought(self, heard: Heard, budget: Budget) -> Thought:
        if self._ahead is not None:
            await asyncio.wait({self._ahead}, timeout=budget.left())
            if self._ahead.done() and not self._ahead.cancelled():
                return self._ahead.result()
        return await self._thinking.think(heard, budget)

    async def _begin(
        self, tell: Callable[[Reply], None], heard: Heard, first: Thought, budget: Budget, watch: Stopwatch
    ) -> None:
        """Writes the first sentence of an answer, then has it said, unless that may not be."""
        self.writing = True
        record = await self._spoken(heard, first, budget, watch)
        reply = await self._written(
            lambda current, now: record.change(current, now) if may_begin(self._consultation, current) else None,
            known=True,
        )
        self.writing = reply is not None
        if reply is not None:
            self._begun = Begun(first.move.sayings[0].text, reply)
            tell(reply)

    async def _spoken(self, heard: Heard, thought: Thought, budget: Budget, watch: Stopwatch) -> ExchangeRecord:
        prompts: tuple[Prompt, ...] = ()
        costs: tuple[float, ...] = ()
        if not self._thinking.nobody_listens:
            if self._fillers and self.on_begun is not None:  # they still sound
                await self._speak_ahead(thought, budget)
            sayings = thought.move.sayings
            prompts, costs = await self._parts.speaking.say(sayings, budget, consultation_id=self.consultation_id)
        return ExchangeRecord(
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

    async def _write(self, record: ExchangeRecord) -> Reply:
        def change(current: Consultation, now: datetime) -> tuple[Change, Reply] | None:
            past = current.open_turn != self.turn_number or current.state.final
            return None if past else record.change(current, now)

        written = await self._written(change, known=True)
        return written or await self._parts.store.reply(self.consultation_id, self.turn_number) or Reply((), HangUp())

    async def _write_rest(self, begun: Begun, record: ExchangeRecord) -> Reply:
        return await self._written(lambda current, now: begun.change(record, current, now)) or begun.reply

    async def _written(self, change: _Written, *, known: bool = False) -> Reply | None:
        """Writes; returns the reply that was written, if one was.

        Args:
            change: what is written.
            known: the consultation may well stand as it was found.
        """
        reply: Reply | None = None

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            nonlocal reply
            made = change(current, self._parts.clock.now())
            reply = None if made is None else made[1]
            return None if made is None else replace(made[0], talker=self.talker)

        found = (self._brief, self._consultation) if known else None
        await transact(self._parts.store, self.consultation_id, decide, known=found)
        return reply
