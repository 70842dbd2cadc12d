"""How long a person's pauses are, in Redis, from call to call: the port `PauseMemory`."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.adapters.redis.keys import pause_key


class RedisPauseMemory:
    """Keeps one number a person, for as long as consultations are kept."""

    def __init__(self, client: RedisClient, *, retention: timedelta) -> None:
        """Makes it.

        Args:
            client: its owner's to close.
            retention: how long a pause is remembered after the call in which it proved right.
        """
        self._client = client
        self._retention = retention

    async def pause(self, person_id: str) -> float | None:
        """Returns what proved right in the person's last call, in seconds."""
        async with store_access():
            remembered: bytes | None = await self._client.execute_command("GET", pause_key(person_id))
        return None if remembered is None else float(remembered)

    async def remember(self, person_id: str, pause: float) -> None:
        """Remembers a pause, in seconds."""
        seconds = int(self._retention.total_seconds())
        async with store_access():
            await self._client.execute_command("SET", pause_key(person_id), repr(float(pause)), "EX", seconds)

    async def forget(self, person_id: str) -> None:
        """Erases what is known of a person."""
        async with store_access():
            await self._client.execute_command("DEL", pause_key(person_id))
