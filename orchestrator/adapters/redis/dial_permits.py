"""Permits to dial, in Redis: one line for all replicas. The port `DialPermits`."""

from __future__ import annotations

from orchestrator.adapters.redis import scripts
from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.adapters.redis.keys import DIAL_LEASES, DIAL_PACE, DIAL_TOLD, DIAL_WAITING, dialled_phone_key
from orchestrator.dialogue.ports.clock import Clock

_MICROSECONDS = 1_000_000


class RedisDialPermits:
    """Gives out permits by the clock of Redis, which all replicas share."""

    def __init__(
        self, client: RedisClient, *, calls_per_second: float, most_calls: int, clock: Clock | None = None
    ) -> None:
        """Makes it.

        Args:
            client: its owner's to close.
            calls_per_second: how fast permits are given out; 0: as fast as they are asked for.
            most_calls: how many are held at once; 0: any number.
            clock: another one than that of Redis, for tests.
        """
        self._client = client
        self._interval = round(_MICROSECONDS / calls_per_second) if calls_per_second else 0
        self._most = most_calls
        self._clock = clock

    async def ask(self, consultation_id: str, *, hold: float, line: int, phone: str = "") -> float:
        """Returns 0 if it may be dialled now; else after how many seconds to ask again."""
        number = dialled_phone_key(phone or consultation_id)
        keys = (DIAL_LEASES, DIAL_PACE, DIAL_WAITING, DIAL_TOLD, number)
        held = round(hold * _MICROSECONDS)
        arguments = (self._now(), consultation_id, held, self._interval, self._most, int(line))
        async with store_access():
            wait: int = await scripts.DIAL_PERMIT.run(self._client, keys, arguments)
        return wait / _MICROSECONDS

    async def release(self, consultation_id: str) -> None:
        """Returns a permit, or leaves the line."""
        async with store_access():
            keys = (DIAL_LEASES, DIAL_WAITING, DIAL_TOLD)
            await scripts.DIAL_RELEASE.run(self._client, keys, (consultation_id,))

    async def hold_off(self, seconds: float) -> None:
        """Gives out none for a while."""
        async with store_access():
            arguments = (self._now(), round(seconds * _MICROSECONDS))
            await scripts.DIAL_HOLD_OFF.run(self._client, (DIAL_PACE,), arguments)

    def _now(self) -> int | str:
        return "" if self._clock is None else round(self._clock.now().timestamp() * _MICROSECONDS)
