"""The master that Redis Sentinel names, found anew after each failover.

    redis+sentinel://[user:password@]host[:port],host[:port].../service[/db][?sentinel_password=...]

User and password are those of the data's servers, `sentinel_username` and `sentinel_password` those of the sentinels;
further options are redis-py's own, as in its URLs. `rediss` speaks TLS to all of them. docket reads the same form.

A master that hung, was replaced and comes back answers for ten seconds as if it were still the master. Its answers are
old, so the sentinels are asked all the time who it is, not only by those who connect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection, parse_url
from redis.asyncio.sentinel import (
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)
from redis.exceptions import RedisError

from orchestrator.adapters.redis.cancellation import was_cancelled

SCHEMES = ("redis+sentinel", "rediss+sentinel")

_PORT = 26379
_OF_THE_SENTINELS = "sentinel_"
_ASKED_EVERY = 0.5  # seconds; a failover takes longer, so a master that was replaced is left before it can come back


class SentinelPool(BlockingConnectionPool, SentinelConnectionPool):
    """Connections to the master: who finds them all in use waits for one.

    Attributes:
        master_address: of the master, as far as the sentinels were asked.
    """

    sentinel_manager: Sentinel
    master_address: tuple[str, int] | None
    _watch: asyncio.Task[None] | None = None

    async def get_master_address(self) -> tuple[str, int]:
        """Returns where the master is; from the first time on it is asked for again and again."""
        if self._watch is None:
            self._watch = asyncio.create_task(self._follow(), name="redis-master")
        address: tuple[str, int] = await super().get_master_address()  # type: ignore[no-untyped-call]
        return address

    async def release(self, connection: AbstractConnection) -> None:
        """Takes a connection back; one to what is no longer the master is closed."""
        if not self.leads_to_master(connection):
            await connection.disconnect()
        await super().release(connection)

    def leads_to_master(self, connection: AbstractConnection) -> bool:
        """Whether a connection is one to what is the master by now."""
        return isinstance(connection, SentinelManagedConnection) and self.master_address == (
            connection.host,
            connection.port,
        )

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Closes connections; who closes all of them is done with the sentinels too."""
        await super().disconnect(inuse_connections)
        if not inuse_connections:
            return
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        await self.sentinel_manager.aclose()

    async def _follow(self) -> None:
        while not was_cancelled():
            await asyncio.sleep(_ASKED_EVERY)
            try:
                await super().get_master_address()  # type: ignore[no-untyped-call]
            except (RedisError, OSError):
                continue  # whoever needs the master is told


def open_client(url: str, *, max_connections: int, timeout: float, **options: Any) -> Redis:  # noqa: ANN401
    """Opens a client of the master that owns its pool; it connects when it is first used.

    Args:
        url: in the form above.
        max_connections: to the master.
        timeout: seconds that a caller waits for one of them.
        options: redis-py's, of the connections to master and sentinels alike.

    Raises:
        ValueError: the URL is not of that form.
    """
    place, _, query = url.partition("?")
    scheme, _, rest = place.partition("://")
    netloc, _, path = rest.partition("/")
    user, at, hosts = netloc.rpartition("@")
    service, _, db = path.partition("/")
    if not service:
        raise ValueError("a Redis URL with +sentinel names a service: redis+sentinel://host:26379/service")
    tls = scheme.startswith("rediss")
    of_data, of_sentinels = _options(dict(parse_qsl(query)), f"{user}{at}", db, tls=tls)
    sentinels = Sentinel(_addresses(hosts), sentinel_kwargs={**options, **of_sentinels})  # type: ignore[no-untyped-call]
    pool = SentinelPool(
        service_name=service,
        sentinel_manager=sentinels,
        connection_class=SentinelManagedSSLConnection if tls else SentinelManagedConnection,
        max_connections=max_connections,
        timeout=timeout,
        **{**options, **of_data},
    )
    return Redis.from_pool(pool)


def _options(
    query: Mapping[str, str], user: str, db: str, *, tls: bool
) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Returns redis-py's options of the connections to the data, and of those to the sentinels."""
    own = {name: value for name, value in query.items() if not name.startswith(_OF_THE_SENTINELS)}
    read = parse_url(f"redis://{user}data/{db}?{urlencode(own)}")  # as redis-py reads any URL
    of_data: dict[str, object] = {name: value for name, value in read.items() if name != "host"}
    of_sentinels: dict[str, object] = {
        name.removeprefix(_OF_THE_SENTINELS): value for name, value in query.items() if name not in own
    }
    if tls:
        of_sentinels |= {"ssl": True, **{name: value for name, value in of_data.items() if name.startswith("ssl_")}}
    return of_data, of_sentinels


def _addresses(hosts: str) -> list[tuple[str, int]]:
    addresses = [urlsplit(f"//{host}") for host in hosts.split(",")]
    if not all(address.hostname for address in addresses):
        raise ValueError("a Redis URL with +sentinel lists hosts with commas between them")
    return [(address.hostname or "", address.port or _PORT) for address in addresses]
