"""Many who ask at once, by the clock of a real Redis: the pace and the cap hold, and everybody gets a turn."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from itertools import pairwise

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.dial_permits import RedisDialPermits
from orchestrator.adapters.redis.keys import DIAL_LEASES

PACE = 50.0
MOST = 8
CALLS = 60
HOLD = 60.0


async def test_pace_and_cap_hold_for_many_replicas(redis_url: str) -> None:
    clients = [open_client(redis_url) for _ in range(4)]
    replicas = [RedisDialPermits(client, calls_per_second=PACE, most_calls=MOST) for client in clients]
    held: set[int] = set()
    granted: list[float] = []
    in_flight: list[int] = []

    async def call(number: int) -> None:
        permits = replicas[number % len(replicas)]
        while await permits.ask(str(number), hold=HOLD, line=0):  # noqa: ASYNC110
            await asyncio.sleep(random.uniform(0.005, 0.03))  # impatient, on purpose: sooner than told
        lease_end = await clients[0].execute_command("ZSCORE", DIAL_LEASES, str(number))
        granted.append(float(lease_end) / 1e6 - HOLD)
        held.add(number)
        in_flight.append(len(held))
        await asyncio.sleep(random.uniform(0, 0.1))
        held.discard(number)
        await permits.release(str(number))

    async with asyncio.timeout(20):
        await asyncio.gather(*(call(number) for number in range(CALLS)))
    for client in clients:
        await client.aclose()
    assert len(granted) == CALLS
    assert max(in_flight) <= MOST
    granted.sort()
    assert all(later - earlier >= 1 / PACE - 1e-5 for earlier, later in pairwise(granted))
    in_any_second = max(bisect_left(granted, start + 1) - place for place, start in enumerate(granted))
    assert in_any_second <= PACE


async def test_permits_of_the_dead_come_back(redis_url: str) -> None:
    client = open_client(redis_url)
    permits = RedisDialPermits(client, calls_per_second=0, most_calls=1)
    assert await permits.ask("dead", hold=0.2, line=0) == 0
    assert await permits.ask("b", hold=60, line=0) > 0
    await asyncio.sleep(0.25)
    assert await permits.ask("b", hold=60, line=0) == 0
    await client.aclose()
