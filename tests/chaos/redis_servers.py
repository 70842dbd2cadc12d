"""Redis as a master, its two replicas, and three sentinels that watch over them; each has a port that it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from cli.child_process import Program
from cli.redis_server import find_redis_server

SENTINELS: Final = 3
DATA_SERVERS: Final = 3

_SERVICE: Final = "chaos"
_SECONDS: Final = 1.0
_STARTING_SECONDS: Final = 20.0
# A master that was replaced and comes back takes itself for the master until a sentinel tells it better, ten seconds
# later. What it took in that time would be lost; it has no replicas any more, and so takes nothing.
_DURABLE: Final[Mapping[str, object]] = {
    "min-replicas-to-write": 1,
    "appendonly": "yes",
    "appendfsync": "always",
    "save": '""',
    "maxmemory-policy": "noeviction",
    "repl-diskless-sync-delay": 0,
}
# Well over what a start takes on a busy machine (0.8 s): a master that is back with its file must not be replaced
# meanwhile, or what it takes until it learns of that is lost. After 1,000 ms sentinels also replaced masters that were
# only slow.
_WATCHING: Final[Mapping[str, object]] = {"down-after-milliseconds": 2500, "failover-timeout": 5000}


@dataclass(frozen=True)
class WatchedServers:
    """Says how to run them.

    Attributes:
        folder: for their data.
        ports: of the data servers, the master first, and then of the sentinels.
    """

    folder: Path
    ports: Sequence[int]

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in self.ports[DATA_SERVERS:])}/{_SERVICE}/0"

    def data_servers(self) -> Iterator[Program]:
        """Yields the master and the replicas."""
        master, *replicas = self.ports[:DATA_SERVERS]
        yield self._program("redis-0", master, _DURABLE)
        for number, port in enumerate(replicas, start=1):
            yield self._program(f"redis-{number}", port, {**_DURABLE, "replicaof": f"127.0.0.1 {master}"})

    def sentinels(self) -> Iterator[Program]:
        """Yields those who watch."""
        options: dict[str, object] = {f"sentinel monitor {_SERVICE}": f"127.0.0.1 {self.ports[0]} 2"}
        options |= {f"sentinel {name} {_SERVICE}": value for name, value in _WATCHING.items()}
        for number, port in enumerate(self.ports[DATA_SERVERS:]):
            yield self._program(f"sentinel-{number}", port, options, "--sentinel")

    async def until_watched(self) -> None:
        """Returns when the replicas follow and the sentinels know all servers.

        Raises:
            TimeoutError: that takes too long.
        """
        async with asyncio.timeout(_STARTING_SECONDS):
            while not all([await _knows_all(port) for port in self.ports[DATA_SERVERS:]]):  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.1)

    def _program(self, name: str, port: int, options: Mapping[str, object], *mode: str) -> Program:
        folder = self.folder / name
        folder.mkdir()
        usual = {"port": port, "bind": "127.0.0.1", "loglevel": "notice", "dir": folder}
        lines = [f"{name} {value}" for name, value in {**usual, **options}.items()]
        (folder / "redis.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return Program(
            name=name,
            command=[str(find_redis_server().path), str(folder / "redis.conf"), *mode],
            is_ready=partial(_answers, port),
            environment={},
            working_dir=folder,
        )


async def _answers(port: int) -> bool:
    client = Redis(port=port, socket_timeout=_SECONDS)
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()


async def _knows_all(port: int) -> bool:
    client = Redis(port=port, socket_timeout=_SECONDS, decode_responses=True, protocol=2)
    try:
        master = await client.sentinel_master(_SERVICE)
        replicas = await client.sentinel_slaves(_SERVICE)
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()
    others = int(master["num-other-sentinels"]) == SENTINELS - 1
    linked = [replica["master-link-status"] for replica in replicas]
    return others and linked == ["ok"] * (DATA_SERVERS - 1)
