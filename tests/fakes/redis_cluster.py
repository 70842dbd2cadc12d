"""Redis Clusters: one of three masters with a replica each, and a cluster of one node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.ports import free_ports
from tests.fakes.redis_nodes import RedisNode, wait_until

_SLOTS = 16384
_MASTERS = 3


class RealCluster:
    """Six servers, joined. A master that dies is replaced by its replica after about two seconds.

    Attributes:
        masters: those that are masters at the start.
        replicas: their replicas, in the same order.
        url: names one of them, as clients do that find the others by it.
    """

    def __init__(self, directory: Path) -> None:
        ports = free_ports(2 * 2 * _MASTERS)
        nodes = [
            RedisNode(directory / f"node-{number}", port, _options(bus_port))
            for number, (port, bus_port) in enumerate(zip(ports[::2], ports[1::2], strict=True))
        ]
        self._bus_ports = ports[1::2]
        self.masters, self.replicas = nodes[:_MASTERS], nodes[_MASTERS:]
        self.url = f"redis+cluster://127.0.0.1:{nodes[0].port}"
        self._stack = ExitStack()

    @property
    def nodes(self) -> list[RedisNode]:
        """All six."""
        return [*self.masters, *self.replicas]

    def __enter__(self) -> Self:
        with self._stack as stack:
            for node in self.nodes:
                stack.callback(node.close)
                node.start()
            for node in self.nodes:
                wait_until(node.answers, "a node answers")
            self._join()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def is_whole(self) -> bool:
        """Tells whether every node that runs sees all slots served, and every replica follows its master."""
        alive = [node for node in self.nodes if node.answers()]
        states = [node.ask.execute_command("CLUSTER", "INFO") for node in alive]
        links = [node.replication().get("master_link_status", "up") for node in alive]
        return all(_says(state, "cluster_state:ok") for state in states) and set(links) == {"up"}

    def _join(self) -> None:
        for number, master in enumerate(self.masters):
            first, last = _SLOTS * number // _MASTERS, _SLOTS * (number + 1) // _MASTERS - 1
            master.ask.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            master.ask.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node, bus_port in zip(self.nodes[1:], self._bus_ports[1:], strict=True):
            self.masters[0].ask.execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, bus_port)
        wait_until(lambda: all(map(self._knows_all, self.nodes)), "every node knows every other")
        for master, replica in zip(self.masters, self.replicas, strict=True):
            replica.ask.execute_command("CLUSTER", "REPLICATE", master.ask.execute_command("CLUSTER", "MYID"))
        wait_until(lambda: self.is_whole() and all(map(_has_replica, self.masters)), "the cluster is whole")

    def _knows_all(self, node: RedisNode) -> bool:
        info = node.ask.execute_command("CLUSTER", "INFO")
        return _says(info, f"cluster_known_nodes:{len(self.nodes)}") and _says(info, "cluster_state:ok")


@contextmanager
def cluster_of_one(directory: Path) -> Iterator[str]:
    """A cluster of one node, for its URL: it refuses what does not lie in one slot, as a large one does."""
    port, bus_port = free_ports(2)
    node = RedisNode(directory / "node", port, _options(bus_port))
    try:
        node.start()
        wait_until(node.answers, "the node answers")
        node.ask.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, _SLOTS - 1)
        wait_until(
            lambda: _says(node.ask.execute_command("CLUSTER", "INFO"), "cluster_state:ok"), "it serves all slots"
        )
        yield f"redis+cluster://127.0.0.1:{port}"
    finally:
        node.close()


def _options(bus_port: int) -> dict[str, object]:
    return {
        "cluster-enabled": "yes",
        "cluster-port": bus_port,
        "cluster-node-timeout": 1000,
        "cluster-allow-replica-migration": "no",
        "repl-diskless-sync-delay": 0,
        "save": '""',
    }


def _has_replica(master: RedisNode) -> bool:
    return master.replication()["connected_slaves"] == 1


def _says(info: object, line: str) -> bool:
    return line in str(info)
