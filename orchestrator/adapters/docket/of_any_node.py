"""Docket on a cluster whose nodes come and go."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from docket import Docket
from redis.asyncio import RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError

from orchestrator.adapters.redis.client import open_node


class DocketOfAnyNode(Docket):
    """Listens for cancellations at whatever node is a master now.

    Docket 0.27 chooses a node once, and its worker takes no work before it listens there: if that node died, a worker
    that had to begin again would wait for good.
    """

    @asynccontextmanager
    async def _pubsub(self) -> AsyncIterator[Any]:
        async with self.redis() as client:
            if not isinstance(client, RedisCluster):
                async with super()._pubsub() as pubsub:
                    yield pubsub
                return
            masters = client.get_primaries()
            if not masters:
                raise RedisConnectionError("no master is known")
            master = random.choice(masters)  # noqa: S311 - whoever is refused tries again, with another
            async with open_node(self.url, master.host, int(master.port)) as node, node.pubsub() as pubsub:
                yield pubsub
