"""Vectors of question sets in Redis, computed once for all replicas: the port `VectorStore`."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.adapters.redis.keys import vectors_key


class RedisVectorStore:
    """Keeps vectors until they were not used for a while: reading them counts as use."""

    def __init__(self, client: RedisClient, *, ttl: timedelta = timedelta(days=30)) -> None:
        """Makes it.

        Args:
            client: its owner's to close.
            ttl: how long vectors are kept after they were used last.
        """
        self._client = client
        self._ttl = int(ttl.total_seconds())

    async def get(self, key: str) -> bytes | None:
        """Returns what was put under a key."""
        async with store_access():
            content: bytes | None = await self._client.execute_command("GETEX", vectors_key(key), "EX", self._ttl)
        return content

    async def put(self, key: str, content: bytes) -> None:
        """Keeps bytes under a key."""
        async with store_access():
            await self._client.execute_command("SET", vectors_key(key), content, "EX", self._ttl)
