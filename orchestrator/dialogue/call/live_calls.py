"""A live call, webhook by webhook: it is answered, turns are taken, its status changes.

Every method may be called again with the same key and then gives the same answer. Called by `rpc.call_servicer`;
calls `dialogue.call.exchange`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.call.aftermath import Aftermath
from orchestrator.dialogue.call.exchange import Exchange
from orchestrator.dialogue.call.exchange_parts import ExchangeParts
from orchestrator.dialogue.call.greeting import greet
from orchestrator.dialogue.call.replies import Replies, playout_of, unheard
from orchestrator.dialogue.call.running_turns import RunningTurns
from orchestrator.dialogue.call.thinking_ahead import ThinkingAhead
from orchestrator.dialogue.move import Saying
from orchestrator.dialogue.ports.store import Change
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief, Person
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.errors import TurnOutOfOrder, UnknownCall, WrongState
from orchestrator.domain.playout import Playout
from orchestrator.domain.turn import CalleeInput, HangUp, Reply, Source, SpokenInput

# Kept of a caller's deadline for the way back and for making a filler, in seconds.
ON_THE_WAY = 1.5


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """How long a turn may take, in seconds.

    Attributes:
        filler: after this the callee hears a filler.
        exchange: after this the work on a turn has an end, with whatever there is.
        answer: the greeting must be ready by then.
        repetition: so must, after a stream has failed, what is said again: the callee has waited for its voice before.
    """

    filler: float = 3.0
    exchange: float = 30.0
    answer: float = 4.0
    repetition: float = 1.5


class LiveCalls:
    """Carries live calls turn by turn."""

    def __init__(
        self,
        parts: ExchangeParts,
        aftermath: Aftermath,
        background: Background,
        limits: TurnLimits | None = None,
        *,
        speak_ahead: bool = False,
        think_ahead: bool = True,
    ) -> None:
        """Makes it.

        Args:
            parts: what exchanges work with.
            aftermath: what follows a turn.
            background: owns the work that outlives a request.
            limits: how long things may take.
            speak_ahead: while the callee speaks, have spoken what will probably be said next.
            think_ahead: begin to work on a turn that may be over.
        """
        self._parts = parts
        self._store = parts.store
        self._replies = Replies(parts.store)
        self._aftermath = aftermath
        self._background = background
        self._limits = limits or TurnLimits()
        self._speak_ahead = speak_ahead
        self._think_ahead = think_ahead
        self._running = RunningTurns(parts, background)
        self._ahead = ThinkingAhead(background)

    async def answer(
        self, consultation_id: str, call_sid: str, *, time_left: float | None = None, talker: int | None = None
    ) -> Reply:
        """Greets the person who answered; asked again in the middle of a call, it says again what was said last.

        What the callee has said since, to a stream that died or before a filler, is answered instead, unless a stream
        asks: it does that by itself.

        Args:
            consultation_id: which consultation.
            call_sid: which call.
            time_left: seconds that whoever asks waits for the reply; None: for ever.
            talker: the fencing token of who talks; None: whoever was given the right to talk last.

        Raises:
            ConsultationNotFound, UnknownCall, CallTakenOver, StoreUnavailable
            WrongState: the consultation is over.
        """
        brief, consultation = await self._store.load(consultation_id)
        check_call(consultation, call_sid)
        if consultation.reached(State.SUMMARISING):
            raise WrongState(consultation_id, consultation.state)
        if consultation.turn_count or consultation.progress.over:
            said = await self._store.remembered_input(consultation_id, consultation.open_turn)
            if said is None or talker is not None:
                return await self._said_last(consultation)
            heard = playout_of(consultation) if consultation.talkers else None
            return await self.take_turn(
                consultation_id, call_sid, consultation.open_turn, said, time_left=time_left, playout=heard
            )
        budget = Budget(_within(self._limits.answer, time_left))
        greeting = await greet(self._parts, brief, consultation.progress, budget)

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            check_call(current, call_sid)
            change = greeting.change(current, call_sid, self._parts.clock.now())
            return change and replace(change, talker=consultation.talkers if talker is None else talker)

        after = await transact(self._store, consultation_id, decide)
        self._prepare(consultation_id, brief.person, greeting.upcoming)
        self._background.start(self._parts.prepare(consultation_id, brief), name="prepare")
        return await self._said_last(after, budget)

    async def take_turn(
        self,
        consultation_id: str,
        call_sid: str,
        turn_number: int,
        callee_input: CalleeInput | None,
        *,
        time_left: float | None = None,
        filler_after: float | None = None,
        opener_after: float | None = None,
        playout: Playout | None = None,
        talker: int | None = None,
        waited: bool = False,
        on_begun: Callable[[Reply], None] | None = None,
    ) -> Reply:
        """Takes what the callee said; without input, gives the answer that was not ready before.

        Args:
            consultation_id: which consultation.
            call_sid: which call.
            turn_number: which turn of the callee.
            callee_input: what the callee did.
            time_left: seconds that whoever asks waits for the reply; the filler comes before they are over.
            filler_after: seconds after which the filler comes; None: as usual.
            opener_after: seconds after which an answer that is still being worded is opened; None: it is not.
            playout: how far the words before it were played; None: to their end.
            talker: the fencing token of who takes it; None: whoever was given the right to talk last.
            waited: the callee has heard a filler already; needless without input.
            on_begun: told the reply's beginning if it is there long before the rest; None: only the whole is wanted.

        Raises:
            ConsultationNotFound, UnknownCall, TurnOutOfOrder, CallTakenOver, StoreUnavailable
        """
        watch = Stopwatch()
        key = (consultation_id, call_sid, turn_number, talker)
        if (running := self._running.get(key)) is None:
            brief, consultation = await self._store.load(consultation_id)
            check_call(consultation, call_sid)
            if turn_number != consultation.open_turn or consultation.state.final:
                return await self._past(consultation, turn_number)
            if consultation.progress.over and callee_input is None:
                holds = consultation.talkers if talker is None else talker
                return await self._replies.played(consultation_id, turn_number, talker=holds)
            said = callee_input or await self._store.remembered_input(consultation_id, turn_number)
            if said is None:
                return await self._said_last(consultation)
            exchange = self._ahead.take(key, said) or Exchange(self._parts, brief, consultation, talker=talker)
            exchange.playout, exchange.on_begun = playout, on_begun
            if callee_input is None or waited:  # another process began with it, and said the filler
                exchange.fill(self._running.filler)
            running = self._running.start(key, exchange, said, self._taken(exchange, said))
        patience = _within(filler_after or self._limits.filler, time_left) - watch.elapsed()
        return await self._running.reply(key, running, max(0.0, patience), opener_after=opener_after)

    async def think_ahead(
        self,
        consultation_id: str,
        call_sid: str,
        turn_number: int,
        callee_input: SpokenInput,
        playout: Playout | None = None,
        *,
        talker: int,
    ) -> None:
        """Begins to work on a turn that may be over: if it ends in these words, its reply is there sooner.

        Args:
            consultation_id: which consultation.
            call_sid: which call.
            turn_number: which turn of the callee.
            callee_input: what they have said so far.
            playout: how far the words before it were played; None: to their end.
            talker: the fencing token of who takes it.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        key = (consultation_id, call_sid, turn_number, talker)
        if not self._think_ahead or self._ahead.knows(key, callee_input.text) or self._running.get(key) is not None:
            return
        brief, consultation = await self._store.load(consultation_id)
        if turn_number == consultation.open_turn and not consultation.reached(State.SUMMARISING):
            exchange = Exchange(self._parts, brief, consultation, playout, talker=talker)
            self._ahead.begin(key, exchange, callee_input, Budget(self._limits.exchange))

    def withdraw(self, consultation_id: str, call_sid: str, turn_number: int, *, talker: int) -> bool:
        """Takes a turn back, because the callee goes on speaking; returns whether it is not too late for that.

        If its reply has begun, no more is said of it than that.
        """
        return self._running.withdraw((consultation_id, call_sid, turn_number, talker))

    def say_no_more(self, consultation_id: str, call_sid: str, turn_number: int, *, talker: int) -> None:
        """Ends the work on the rest of a reply that has begun, as nobody waits for it."""
        self._running.say_no_more((consultation_id, call_sid, turn_number, talker))

    def hung_up(self, consultation_id: str) -> None:
        """Takes note that a call is over: no more work on answers that nobody will hear."""
        self._parts.speaking.forget(consultation_id)
        self._ahead.forget(consultation_id)
        self._running.hang_up(consultation_id)

    async def _taken(self, exchange: Exchange, callee_input: CalleeInput) -> Reply:
        """Takes a turn within its budget; what overruns it in spite of that is ended a little later."""
        async with asyncio.timeout(self._limits.exchange * 1.5):
            reply = await exchange.take(callee_input, Budget(self._limits.exchange))
        self._prepare(exchange.consultation_id, exchange.person, exchange.upcoming)
        self._background.start(self._aftermath.follow_up(exchange, callee_input), name="aftermath")
        return reply

    def _prepare(self, consultation_id: str, person: Person, texts: tuple[str, ...]) -> None:
        if self._speak_ahead and texts:
            speaking = self._parts.speaking.ahead(consultation_id, person, texts, Budget(self._limits.exchange))
            self._background.start(speaking, name="speak_ahead")

    async def _said_last(self, consultation: Consultation, budget: Budget | None = None) -> Reply:
        """Returns what of the latest reply was not heard yet, with what of it has no audio spoken anew."""
        left = unheard(await self._replies.latest(consultation), playout_of(consultation))
        if all(prompt.audio_token for prompt in left.prompts):
            return left
        spoken, _ = await self._parts.speaking.say(
            [Saying(p.text, Source.INTERVIEW, "", uninterruptible=p.uninterruptible) for p in left.prompts],
            budget or Budget(self._limits.repetition),
        )
        return replace(left, prompts=spoken)

    async def _past(self, consultation: Consultation, turn_number: int) -> Reply:
        """Returns the reply to a turn that was taken before, or to a call that is over."""
        if stored := await self._store.reply(consultation.consultation_id, turn_number):
            return stored
        if consultation.state.final or not consultation.open_turn:
            return Reply((), HangUp())
        raise TurnOutOfOrder(consultation.open_turn)


def _within(limit: float, time_left: float | None) -> float:
    """Returns a limit, shortened so that an answer still arrives in the time left; both in seconds."""
    return limit if time_left is None else max(0.0, min(limit, time_left - ON_THE_WAY))


def check_call(consultation: Consultation, call_sid: str) -> None:
    """Makes sure that a call is the consultation's.

    Raises:
        UnknownCall
    """
    if consultation.call_sid not in {"", call_sid}:
        raise UnknownCall(consultation.consultation_id)
