"""Wakes those who wait for something to happen in a consultation.

One subscription serves all waiting in this process, so watchers cost no connections. News may be lost while Redis is
away; whoever waits looks for himself now and then.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisClusterException, RedisError

from observability import log
from orchestrator.adapters.redis.cancellation import was_cancelled
from orchestrator.adapters.redis.client import RedisClient
from orchestrator.adapters.redis.keys import NEWS

logger = log.get(__name__)

_PAUSE = 0.5  # seconds before a broken subscription is made anew
_QUIET = 1.0  # seconds a subscription waits for a message before it looks after its connection


class News:
    """Listens while anybody waits."""

    def __init__(self, client: RedisClient) -> None:
        self._client = client
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)  # one a watch that is open
        self._listener: asyncio.Task[None] | None = None

    @contextmanager
    def of(self, consultation_id: str) -> Iterator[asyncio.Event]:
        """Gives an event that is set whenever something may have happened in a consultation."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen(), name="redis-news")
        event = asyncio.Event()
        self._waiting[consultation_id].add(event)
        try:
            yield event
        finally:
            self._waiting[consultation_id].discard(event)
            if not self._waiting[consultation_id]:
                del self._waiting[consultation_id]

    async def close(self) -> None:
        """Stops listening."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
            self._listener = None

    async def _listen(self) -> None:
        while not was_cancelled():
            try:
                await self._subscribe()
            except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
                logger.warning("news_interrupted", error=type(error).__name__)
                await asyncio.sleep(_PAUSE)

    async def _subscribe(self) -> None:
        async with self._client.pubsub() as pubsub:
            await pubsub.subscribe(NEWS)
            while not was_cancelled():
                message = await pubsub.get_message(timeout=_QUIET)
                if message is None:
                    continue
                if message["type"] == "message":
                    self._wake(message["data"].decode())
                else:  # subscribed (again): anything may have happened before
                    for consultation_id in list(self._waiting):
                        self._wake(consultation_id)

    def _wake(self, consultation_id: str) -> None:
        for event in self._waiting.get(consultation_id, ()):
            event.set()
