"""A Redis master, its replica, and three sentinels that watch over them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.ports import free_ports
from tests.fakes.redis_nodes import RedisNode, wait_until

SERVICE = "calling"


class WatchedRedis:
    """Five programs. A master that dies is replaced by the replica after about a second.

    Attributes:
        master: the master at the start.
        replica: its replica.
        url: what clients connect to.
    """

    def __init__(self, directory: Path, *, password: str = "") -> None:
        master, replica, *sentinels = free_ports(5)
        data: dict[str, object] = {"repl-diskless-sync-delay": 0, "save": '""'}
        if password:
            data |= {"requirepass": password, "masterauth": password}
        self.master = RedisNode(directory / "master", master, data, password=password)
        self.replica = RedisNode(
            directory / "replica", replica, {**data, "replicaof": f"127.0.0.1 {master}"}, password=password
        )
        self._sentinels = [
            RedisNode(directory / f"sentinel-{port}", port, _watching(master, password), sentinel=True)
            for port in sentinels
        ]
        user = f":{password}@" if password else ""
        self.url = f"redis+sentinel://{user}{','.join(f'127.0.0.1:{port}' for port in sentinels)}/{SERVICE}/0"
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with self._stack as stack:
            for data in (self.master, self.replica):
                stack.callback(data.close)
                data.start()
            wait_until(lambda: self.replica.replication().get("master_link_status") == "up", "the replica follows")
            for sentinel in self._sentinels:
                stack.callback(sentinel.close)
                sentinel.start()
            wait_until(lambda: all(map(_knows_the_others, self._sentinels)), "the sentinels know one another")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def cut_replication(self) -> None:
        """Has the replica follow nobody, as if the network between the two had broken; nothing is on its way then."""
        self.replica.ask.execute_command("REPLICAOF", "127.0.0.1", 9)
        wait_until(lambda: self.master.replication()["connected_slaves"] == 0, "the master has lost its replica")

    def fail_over(self) -> None:
        """Kills the master; returns when every sentinel names the replica in its place."""
        self.master.kill()
        self.until_replaced()

    def until_replaced(self) -> None:
        """Returns when every sentinel names the replica as the master."""
        wait_until(lambda: all(_names(sentinel) == self.replica.port for sentinel in self._sentinels), "a failover")


def _watching(master: int, password: str) -> dict[str, object]:
    options: dict[str, object] = {
        f"sentinel monitor {SERVICE}": f"127.0.0.1 {master} 2",
        f"sentinel down-after-milliseconds {SERVICE}": 500,
        f"sentinel failover-timeout {SERVICE}": 3000,
    }
    if password:
        options[f"sentinel auth-pass {SERVICE}"] = password
    return options


def _names(sentinel: RedisNode) -> int:
    (watched,) = sentinel.ask.sentinel_masters().values()
    return int(watched["port"])


def _knows_the_others(sentinel: RedisNode) -> bool:
    (watched,) = sentinel.ask.sentinel_masters().values()
    return bool(watched["num-other-sentinels"] == 2 and watched["num-slaves"] == 1)
