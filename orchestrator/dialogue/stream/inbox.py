"""What happens in a stream, in order."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

Event = TypeVar("Event")

# Callee's events that may wait: 1.5 s of audio, as the gateway sends it. Then no more is read, the gateway's own queue
# grows, and before long it ends the stream: the call goes on turn by turn.
MOST_WAITING = 25


class Inbox(Generic[Event]):
    """A queue that lets its readers' own news in at once, and has the callee's wait for room."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        """Makes an empty one.

        Args:
            most: the callee's events that may wait in it.
        """
        self._queue: asyncio.Queue[tuple[Event, bool]] = asyncio.Queue()  # bounded by what may be at work at once
        self._room = asyncio.Semaphore(most)

    def post(self, event: Event) -> None:
        """Puts in what came of the stream's own work: of each kind one or a few at a time."""
        self._queue.put_nowait((event, False))

    async def put(self, event: Event) -> None:
        """Puts in what the callee does, as soon as there is room."""
        await self._room.acquire()
        self._queue.put_nowait((event, True))

    async def get(self) -> Event:
        """Waits for what happens next."""
        event, of_callee = await self._queue.get()
        if of_callee:
            self._room.release()
        return event

    async def get_by(self, *deadlines: float | None) -> Event | None:
        """Waits for what happens next, until the first of some times on the event loop's clock; None: nothing did."""
        first = min((at for at in deadlines if at is not None), default=None)
        try:
            async with asyncio.timeout_at(first):
                return await self.get()
        except TimeoutError:
            return None
