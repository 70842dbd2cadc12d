"""What happened in a consultation or campaign, from a cursor on, and what happens next.

An event's cursor is its entry's id in the stream.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Generic, TypeVar

from orchestrator.adapters.redis import scripts
from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.adapters.redis.news import News
from orchestrator.domain.errors import CallingError, InvalidCursor

_CURSOR = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
_MOST = 500  # events given at once
_LOOK_AGAIN = 2.0  # seconds after which a watcher looks for himself, should news have been lost


EventType = TypeVar("EventType")


class EventFeed(Generic[EventType]):
    """Gives events to watchers."""

    def __init__(
        self,
        client: RedisClient,
        reads: scripts.Connection,
        *,
        keys: Callable[[str], tuple[str, str]],
        decode: Callable[[str, bytes], EventType],
        missing: Callable[[str], CallingError],
    ) -> None:
        """Makes it.

        Args:
            client: for the news that something happened.
            reads: for what it was.
            keys: the keys of a record and its events, by its id.
            decode: reads an event, given its cursor.
            missing: the error that says that there is no such record.
        """
        self._reads = reads
        self._news = News(client)
        self._keys = keys
        self._decode = decode
        self._missing = missing

    async def close(self) -> None:
        """Stops listening for news."""
        await self._news.close()

    async def after(self, record_id: str, cursor: str, *, wait: float) -> tuple[EventType, ...]:
        """Returns what happened after a cursor, at most 500 events; waits up to `wait` seconds for the first.

        Raises:
            InvalidCursor, StoreUnavailable, and what is raised for a record that is not there
        """
        if cursor and not _CURSOR.fullmatch(cursor):
            raise InvalidCursor
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        with self._news.of(record_id) as news:
            while True:
                news.clear()
                events = await self._read(record_id, cursor)
                left = deadline - loop.time()
                if events or left <= 0:
                    return events
                await _wait_for(news, min(left, _LOOK_AGAIN))

    async def _read(self, record_id: str, cursor: str) -> tuple[EventType, ...]:
        arguments = (cursor or "-", _MOST + bool(cursor))
        async with store_access():
            entries = await scripts.EVENTS.run(self._reads, self._keys(record_id), arguments)
        if entries is None:
            raise self._missing(record_id)
        if cursor:  # is the first of them, if it was ever given out
            if not entries or entries[0][0].decode() != cursor:
                raise InvalidCursor
            entries = entries[1:]
        return tuple(self._decode(entry.decode(), fields[1]) for entry, fields in entries)


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
