"""An alarm clock in memory, with the semantics of the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from orchestrator.dialogue.ports.store import Due

Attend = Callable[[Due], Awaitable[bool]]


class InlineAlarmClock:
    """Has work attended to by tasks of the running event loop.

    Attributes:
        attend: does the work; False: it failed, and is tried again a second later.
        silent: wakes are lost.
    """

    def __init__(self, attend: Attend) -> None:
        self.attend = attend
        self.silent = False
        self._running: dict[Due, asyncio.Task[None]] = {}

    async def wake(self, due: Due) -> None:
        if not self.silent and due not in self._running:
            self._running[due] = asyncio.create_task(self._attend(due))

    @property
    def idle(self) -> bool:
        return not self._running

    async def close(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _attend(self, due: Due) -> None:
        try:
            while not await self.attend(due):  # noqa: ASYNC110 - the delay of a retry
                await asyncio.sleep(1.0)
        finally:
            del self._running[due]
