"""Looks now and then how many results wait for the backend, or were given up: a few counts, whatever there is."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import chain
from typing import Final

from redis.asyncio import RedisCluster

from orchestrator.adapters.backend.metrics import DeliveryMetrics
from orchestrator.adapters.redis import scripts
from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.adapters.redis.keys import DEAD, PENDING
from orchestrator.domain.errors import StoreUnavailable

EVERY: Final = 10.0
"""Seconds between two looks."""


class RedisResultBacklog:
    """Shows the backlog."""

    def __init__(self, client: RedisClient, metrics: DeliveryMetrics) -> None:
        """Makes it.

        Args:
            client: its owner's to close.
            metrics: what shows it.
        """
        self._client = client
        self._metrics = metrics

    async def run(self) -> None:
        """Looks until cancelled; while Redis is away, what was seen last stays."""
        while True:
            with suppress(StoreUnavailable):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Looks once.

        Raises:
            StoreUnavailable
        """
        shards = list(zip(PENDING, DEAD, strict=True))
        batches = shards if isinstance(self._client, RedisCluster) else [tuple(chain(*shards))]
        async with store_access():
            answers = [await scripts.BACKLOG.run(self._client, batch, ()) for batch in batches]
        pending, since, dead = zip(*answers, strict=True)
        oldest = min((float(score) for score in since if score), default=None)
        self._metrics.waiting(sum(pending), None if oldest is None else oldest / 1_000_000, sum(dead))
