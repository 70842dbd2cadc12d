"""Ticks for many calls, every 20 ms for each, spread evenly over the 20 ms; and how late they came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

PERIOD: Final = 0.02
_SLOTS: Final = 10

Tick = Callable[[float], Awaitable[None]]


class Ticker:
    """One timer for all calls of a process: a timer each would cost more than the calls.

    Attributes:
        lateness: seconds that each slot came late, in order.
    """

    def __init__(self) -> None:
        self.lateness: list[float] = []
        self._slots: list[list[Tick]] = [[] for _ in range(_SLOTS)]

    def add(self, tick: Tick) -> None:
        """Ticks from now on, in the emptiest slot."""
        min(self._slots, key=len).append(tick)

    def remove(self, tick: Tick) -> None:
        """Ticks no more."""
        for slot in self._slots:
            if tick in slot:
                slot.remove(tick)

    async def run(self) -> None:
        """Ticks until cancelled. A tick that is late is not left out: the audio after it would be late for ever."""
        loop = asyncio.get_running_loop()
        due, number = loop.time(), 0
        while True:
            due += PERIOD / _SLOTS
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            elif number % _SLOTS == 0:
                await asyncio.sleep(0)
            self.lateness.append(max(0.0, loop.time() - due))
            for tick in tuple(self._slots[number % _SLOTS]):
                await tick(loop.time())
            number += 1
