"""What happened in a consultation, from a cursor on, and what happens next.

An event's cursor is its entry's id in the consultation's stream.
"""

from __future__ import annotations

import asyncio
import re

from orchestrator.adapters import redis_codec as codec
from orchestrator.adapters import scripts
from orchestrator.adapters.redis_client import RedisClient, store_access
from orchestrator.adapters.redis_keys import consultation_keys
from orchestrator.adapters.redis_news import News
from orchestrator.domain.errors import ConsultationNotFound, InvalidCursor
from orchestrator.domain.event import Event

_CURSOR = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
_MOST = 500  # events given at once
_LOOK_AGAIN = 2.0  # seconds after which a watcher looks for himself, should news have been lost


class EventFeed:
    """Gives events to watchers."""

    def __init__(self, client: RedisClient, reads: scripts.Connection) -> None:
        """Makes it.

        Args:
            client: for the news that something happened.
            reads: for what it was.
        """
        self._reads = reads
        self._news = News(client)

    async def close(self) -> None:
        """Stops listening for news."""
        await self._news.close()

    async def after(self, consultation_id: str, cursor: str, *, wait: float) -> tuple[Event, ...]:
        """Returns what happened after a cursor, at most 500 events; waits up to `wait` seconds for the first.

        Raises:
            ConsultationNotFound, InvalidCursor, StoreUnavailable
        """
        if cursor and not _CURSOR.fullmatch(cursor):
            raise InvalidCursor
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        with self._news.of(consultation_id) as news:
            while True:
                news.clear()
                events = await self._read(consultation_id, cursor)
                left = deadline - loop.time()
                if events or left <= 0:
                    return events
                await _wait_for(news, min(left, _LOOK_AGAIN))

    async def _read(self, consultation_id: str, cursor: str) -> tuple[Event, ...]:
        keys = consultation_keys(consultation_id)
        arguments = (cursor or "-", _MOST + bool(cursor))
        async with store_access():
            entries = await scripts.EVENTS.run(self._reads, (keys.record, keys.events), arguments)
        if entries is None:
            raise ConsultationNotFound(consultation_id)
        if cursor:  # is the first of them, if it was ever given out
            if not entries or entries[0][0].decode() != cursor:
                raise InvalidCursor
            entries = entries[1:]
        return tuple(codec.decode_event(entry.decode(), fields[1]) for entry, fields in entries)


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
