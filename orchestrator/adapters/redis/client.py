"""The connection to Redis: how it is opened, how long a use of it may take, and what its errors mean.

redis-py repeats every command after a timeout or a broken connection, also one that was carried out: whoever uses this
client sends nothing that does harm when it is executed twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from traceback import walk_tb
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import (
    ClusterError,
    MovedError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from orchestrator.adapters.redis import sentinel
from orchestrator.adapters.redis.cancellation import cancellations
from orchestrator.domain.errors import StoreUnavailable

RedisClient = Redis | RedisCluster

SOCKET_TIMEOUT = 2.0
"""Seconds until a silent server counts as gone."""

DEADLINE = 3.0
"""Seconds that any use of the store may take, with all its repetitions."""

_RETRIES = 2
_CLUSTER = "+cluster"
_MOST_CLUSTER_CONNECTIONS = 1000  # to one node; more work than that at once is refused elsewhere
_GONE = (
    RedisConnectionError,
    RedisTimeoutError,
    ClusterError,
    RedisClusterException,
    MovedError,
    TryAgainError,
    ReadOnlyError,
    OutOfMemoryError,
    TimeoutError,
    OSError,
)
_WRITES = (AbstractConnection.send_packed_command.__code__, AbstractConnection._send_packed_command.__code__)  # noqa: SLF001
# Error answers of a server that cannot serve now, for which redis-py has no class.
_NOT_NOW = ("MISCONF", "BUSY", "NOREPLICAS", "UNKILLABLE")


def open_client(url: str, *, max_connections: int = 32) -> RedisClient:
    """Opens a client; it connects when it is first used. Call it where the event loop runs.

    Args:
        url: `redis://`, `rediss://` or `unix://`, as redis-py reads them; `redis+cluster://` and `rediss+cluster://`
            name any node of a cluster, `redis+sentinel://` and `rediss+sentinel://` sentinels (see `sentinel`).
        max_connections: who finds them all in use waits for one. Not for a cluster, whose client cannot wait.
    """
    options = _options()
    scheme, separator, rest = url.partition("://")
    if scheme.endswith(_CLUSTER):
        url = scheme.removesuffix(_CLUSTER) + separator + rest
        return RedisCluster.from_url(url, max_connections=_MOST_CLUSTER_CONNECTIONS, **options)
    if scheme in sentinel.SCHEMES:
        return sentinel.open_client(url, max_connections=max_connections, timeout=SOCKET_TIMEOUT, **options)
    pool = BlockingConnectionPool.from_url(url, max_connections=max_connections, timeout=SOCKET_TIMEOUT, **options)
    return Redis.from_pool(pool)


def open_node(url: str, host: str, port: int) -> Redis:
    """Opens a client of one node of a cluster.

    Args:
        url: of the cluster, as `open_client` takes it.
        host: the node's name or address.
        port: its port.
    """
    parts = urlsplit(url)
    credentials, at, _ = parts.netloc.rpartition("@")
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    node = parts._replace(scheme=parts.scheme.removesuffix(_CLUSTER), netloc=f"{credentials}{at}{address}")
    return Redis.from_url(node.geturl(), **_options())


def _options() -> dict[str, Any]:
    return {
        "protocol": 2,  # with RESP3, a connection that the server closed fails its next command: redis-py issue 4252
        "socket_timeout": SOCKET_TIMEOUT,
        "socket_connect_timeout": SOCKET_TIMEOUT,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.2), _RETRIES),
    }


@asynccontextmanager
async def store_access() -> AsyncIterator[None]:
    """Bounds a use of Redis by `DEADLINE`, and says StoreUnavailable for everything that means it is not there."""
    before = cancellations()
    try:
        async with asyncio.timeout(DEADLINE):
            yield
    except _GONE as error:
        raise StoreUnavailable from error
    except ResponseError as error:
        if str(error).startswith(_NOT_NOW):
            raise StoreUnavailable from error
        raise
    except (AttributeError, TypeError) as error:
        if was_closed_while_writing(error):
            raise StoreUnavailable from error
        raise

    if cancellations() > before:
        raise asyncio.CancelledError


async def ping(client: RedisClient) -> None:
    """Returns if Redis answers.

    Raises:
        StoreUnavailable: it does not.
    """
    async with store_access():
        await client.execute_command("PING")


def was_closed_while_writing(error: Exception) -> bool:
    """Whether redis-py found its connection closed in the middle of a write: issue 4287, fixed after 8.1.0."""
    return any(frame.f_code in _WRITES for frame, _ in walk_tb(error.__traceback__))
