"""Commits that replicas have, so that the loss of the master does not lose them.

Redis answers before its replicas have what was written; a master that dies just then takes acknowledged writes along.
WAIT tells how many replicas have what was written over the same connection before it. It follows the script in one
pipeline, so it costs no further round trip. It is no consensus: the loss of a master together with the replica that
had the write, or a network split for longer than WAIT waits, can still lose the last commits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import RedisCluster
from redis.asyncio.cluster import PipelineCommand
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException, RedisError, SlotNotCoveredError
from redis.exceptions import TimeoutError as RedisTimeoutError

from observability import log
from orchestrator.adapters.redis.client import RedisClient
from orchestrator.adapters.redis.scripts import Argument, Script
from orchestrator.domain.errors import StoreUnavailable

logger = log.get(__name__)

_TRIES = 3  # a replica that is late is given time, and a master that is being replaced refuses the second
_SILENCE = 10.0  # seconds between warnings: one for each commit would drown the log
_FAILURES = (RedisError, RedisClusterException, OSError)
_LOST = (RedisConnectionError, RedisTimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class Replication:
    """What is wanted of replicas.

    Attributes:
        replicas: how many must have a commit; 0: nobody is asked.
        milliseconds: how long they are waited for.
        on_shortfall: told of each commit that too few of them had in time.
    """

    replicas: int = 0
    milliseconds: int = 100
    on_shortfall: Callable[[], None] = lambda: None


class ReplicatedScript:
    """A script that may be run again and then writes the same; its writes are waited for."""

    def __init__(self, script: Script, client: RedisClient, replication: Replication) -> None:
        self._script = script
        self._client = client
        self._replication = replication
        self._silent_until = 0.0
        self._alone = False  # no replica had the last commit, however often it was tried

    async def run(self, keys: Sequence[str], arguments: Sequence[Argument], *, must_hold: bool) -> list[bytes]:
        """Runs it and returns its answer.

        Args:
            keys: of one slot.
            arguments: the script's.
            must_hold: whether an answer is given only for what the replicas have. Otherwise too few of them are
                counted, and work goes on: nobody is left in silence for replicas that are away, and while they stay
                away they are asked once a commit.

        Raises:
            StoreUnavailable: it must hold, and does not; the master may have it all the same.
        """
        wanted = self._replication.replicas
        if not wanted:
            return await self._run_alone(keys, arguments)
        for _ in range(_TRIES if must_hold or not self._alone else 1):
            answer, replicas = await self._run_and_wait(keys, arguments)
            if replicas >= wanted:
                self._alone = False
                return answer
            self._too_few(replicas)
        self._alone = True
        if must_hold:
            raise StoreUnavailable
        return answer

    def _too_few(self, replicas: int) -> None:
        self._replication.on_shortfall()
        now = asyncio.get_running_loop().time()
        if now >= self._silent_until:
            self._silent_until = now + _SILENCE
            logger.warning("too_few_replicas", replicas=replicas, wanted=self._replication.replicas)

    async def _run_alone(self, keys: Sequence[str], arguments: Sequence[Argument]) -> list[bytes]:
        answer: list[bytes] = await self._script.run(self._client, keys, arguments)
        return answer

    async def _run_and_wait(self, keys: Sequence[str], arguments: Sequence[Argument]) -> tuple[list[bytes], int]:
        """Returns the script's answer, and how many replicas have what it wrote."""
        commands = (
            self._script.command(keys, arguments),
            ("WAIT", self._replication.replicas, self._replication.milliseconds),
        )
        try:
            return _answers(await self._on_one_connection(keys[0], commands))
        except _FAILURES:
            # redis-py's own way loads the script, follows the key to its new node, and connects anew. What WAIT says is
            # true of its own connection only, so the script runs there again: it writes the same, or its stamp anew.
            await self._run_alone(keys, arguments)
            return _answers(await self._on_one_connection(keys[0], commands))

    async def _on_one_connection(self, key: str, commands: Sequence[Sequence[Argument]]) -> list[Any]:
        if isinstance(self._client, RedisCluster):
            return await _on_its_node(self._client, key, commands)
        async with self._client.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            return list(await pipeline.execute(raise_on_error=False))  # else its text has the command in it


async def _on_its_node(cluster: RedisCluster, key: str, commands: Sequence[Sequence[Argument]]) -> list[Any]:
    """Runs commands on the node that has a key. redis-py's pipelines send each command to a node of its own."""
    await cluster.initialize()
    node = cluster.get_node_from_key(key)
    if node is None:
        raise SlotNotCoveredError
    pipeline = [PipelineCommand(place, *command) for place, command in enumerate(commands)]
    try:
        await node.execute_pipeline(pipeline)
    finally:
        if any(isinstance(command.result, _LOST) for command in pipeline):  # its others were lost with it
            await node.disconnect_free_connections()
    return [command.result for command in pipeline]


def _answers(results: list[Any]) -> tuple[list[bytes], int]:
    for result in results:
        if isinstance(result, Exception):
            raise result
    answer, replicas = results
    return answer, replicas
