"""Spoken sentences in Redis, synthesised once for all replicas: the port `SpeechCache`.

A call does not wait for it: what Redis does not give or take at once is a miss.

    calling:speech:<key>            string: mu-law at 8000 Hz; the key is a digest that says nothing of the words
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from redis.exceptions import RedisError

from observability import log
from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.domain.errors import StoreUnavailable

logger = log.get(__name__)


class RedisSpeechCache:
    """Keeps speech until it was not used for a while: reading it counts as use. Never fails."""

    def __init__(
        self,
        client: RedisClient,
        *,
        on_failure: Callable[[], None],
        ttl: timedelta = timedelta(days=7),
        patience: float = 0.25,
    ) -> None:
        """Makes it.

        Args:
            client: its owner's to close.
            on_failure: told of each use that failed.
            ttl: how long speech is kept after it was used last.
            patience: seconds that a use may take; a synthesis is not much slower.
        """
        self._client = client
        self._on_failure = on_failure
        self._ttl = int(ttl.total_seconds())
        self._patience = patience

    async def get(self, key: str) -> bytes | None:
        """Returns what was put under a key; None also where Redis failed."""
        return await self._answer("GETEX", _name(key), "EX", self._ttl)

    async def put(self, key: str, speech: bytes) -> None:
        """Keeps speech, if Redis takes it."""
        await self._answer("SET", _name(key), speech, "EX", self._ttl)

    async def _answer(self, *command: str | bytes | int) -> bytes | None:
        try:
            async with store_access(), asyncio.timeout(self._patience):
                answer: bytes | None = await self._client.execute_command(*command)
                return answer
        except (StoreUnavailable, RedisError) as error:
            logger.warning("speech_cache_failed", error=type(error).__name__)
            self._on_failure()
            return None


def _name(key: str) -> str:
    return f"calling:speech:{key}"
