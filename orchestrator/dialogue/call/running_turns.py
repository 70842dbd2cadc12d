"""Turns that are being worked on, each once however often it is asked for; who waits long for one gets fillers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.call.exchange import Exchange
from orchestrator.dialogue.call.exchange_parts import ExchangeParts
from orchestrator.dialogue.call.thinking_ahead import TurnKey
from orchestrator.dialogue.call.turn_record import FILLER
from orchestrator.dialogue.move import Saying
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.domain.turn import CalleeInput, Reply, Source, Wait


@dataclass(frozen=True, slots=True)
class RunningTurn:
    """The work on a turn.

    Attributes:
        callee_input: what it works on.
        fillers: what the callee was told to wait by, so far; the same webhook at the same time gets the same.
        lock: held while one is made.
    """

    callee_input: CalleeInput
    exchange: Exchange
    task: asyncio.Task[Reply]
    fillers: list[Reply] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class RunningTurns:
    """Knows the turns that this process works on: one a call that is being answered."""

    def __init__(self, parts: ExchangeParts, background: Background) -> None:
        """Makes it.

        Args:
            parts: what exchanges work with.
            background: owns the work, which outlives whoever asked for it.
        """
        self._parts = parts
        self._background = background
        self._running: dict[TurnKey, RunningTurn] = {}

    @property
    def filler(self) -> Saying:
        """What a callee hears who waits."""
        return Saying(self._parts.wording.filler, Source.INTERVIEW, FILLER)

    @property
    def _opener(self) -> Saying:
        """What takes about as long to say as the first words of an answer take to come."""
        return Saying(self._parts.wording.answer_opener, Source.INTERVIEW, FILLER)

    def get(self, key: TurnKey) -> RunningTurn | None:
        """Returns the work on a turn, if there is any."""
        return self._running.get(key)

    def start(
        self, key: TurnKey, exchange: Exchange, callee_input: CalleeInput, work: Coroutine[Any, Any, Reply]
    ) -> RunningTurn:
        """Has a turn worked on, unless it is already: the same webhook may come twice at the same time."""
        if (running := self._running.get(key)) is not None:
            work.close()
            return running
        task = self._background.start(work, name="exchange")
        self._running[key] = running = RunningTurn(callee_input, exchange, task)
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return running

    async def reply(
        self, key: TurnKey, running: RunningTurn, patience: float, *, opener_after: float | None = None
    ) -> Reply:
        """Returns what comes of the work; after so many seconds of patience a filler.

        Args:
            key: of the turn.
            running: the work on it.
            patience: seconds.
            opener_after: seconds after which an answer that is still being worded is opened; None: it is not.
        """
        fillers = len(running.fillers)
        bridge = await self._bridge(running, patience, opener_after)
        if bridge is None:
            return await asyncio.shield(running.task)
        async with running.lock:
            if len(running.fillers) == fillers:  # else the same webhook was faster
                running.fillers.append(await self._fill(key, running, bridge))
        return running.fillers[fillers]

    async def _bridge(self, running: RunningTurn, patience: float, opener_after: float | None) -> Saying | None:
        """Waits for the work; returns what is said to bridge the time if it takes too long."""
        if opener_after is not None and opener_after < patience and not running.fillers:
            await asyncio.wait({running.task}, timeout=opener_after)
            if running.exchange.answering and not running.task.done():
                return self._opener
            patience -= opener_after
        await asyncio.wait({running.task}, timeout=patience)
        return None if running.task.done() or running.exchange.writing else self.filler

    def withdraw(self, key: TurnKey) -> bool:
        """Takes a turn back; returns whether it is not too late for that. If its reply has begun, no more is said."""
        running = self._running.get(key)
        if running is None:
            return False
        if running.exchange.writing or running.fillers:
            running.exchange.say_no_more()
            return False
        running.task.cancel()
        return True

    def say_no_more(self, key: TurnKey) -> None:
        """Ends the work on the rest of a reply that has begun, as nobody waits for it."""
        if (running := self._running.get(key)) is not None:
            running.exchange.say_no_more()

    def hang_up(self, consultation_id: str) -> None:
        """Takes note that nobody listens any more in a call."""
        for (running_id, *_), running in self._running.items():
            if running_id == consultation_id:
                running.exchange.hang_up()

    async def _fill(self, key: TurnKey, running: RunningTurn, bridge: Saying) -> Reply:
        consultation_id, _, turn_number, _ = key
        exchange = running.exchange
        exchange.fill(bridge)
        if not running.fillers:
            with suppress(StoreUnavailable):  # it is for other processes; this one goes on by itself
                await self._parts.store.remember_input(
                    consultation_id, turn_number, running.callee_input, talker=exchange.talker
                )
        prompts, _ = await self._parts.speaking.say([bridge], Budget(1.0))
        return Reply(prompts, Wait(turn_number))
