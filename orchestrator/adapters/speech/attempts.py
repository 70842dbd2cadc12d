"""Asks again over another connection when a speech server fails, or says nothing for long.

A connection belongs to one server for as long as it lasts: behind a balancer, all requests of a process may go to the
one server that is ill, while another one is well. A new connection leads elsewhere. Speech requests change nothing, so
they may be asked twice; the first answer counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import grpc.aio

from orchestrator.adapters.speech.channel import open_channel

_Answer = TypeVar("_Answer")
Attempt = Callable[[grpc.aio.Channel, float], Awaitable[_Answer]]

MOST_ATTEMPTS: Final = 4
ATTEMPTS_AFTER_FAILURE: Final = 2
"""Where the request before failed at all attempts: whoever waits now should not wait for as many again."""
PATIENCE: Final = 2.5
"""Seconds without an answer after which another server is asked too; one that is well takes less."""

_OTHERS_MAY_SERVE: Final = frozenset(
    {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED}
)
"""Not RESOURCE_EXHAUSTED: who is told that there is too much does not ask for more."""


@dataclass(eq=False, slots=True)
class _Connection:
    """A channel, and how many requests use it now."""

    channel: grpc.aio.Channel
    users: int = 0


class SpeechServers:
    """The servers behind one address: one connection is used until another one answers in its place."""

    def __init__(self, address: str) -> None:
        """Makes it; where the event loop runs.

        Args:
            address: `host:port`.
        """
        self._address = address
        self._usual = _Connection(open_channel(address))
        self._most = MOST_ATTEMPTS

    async def close(self) -> None:
        """Closes the connection."""
        await self._usual.channel.close()

    async def ask(self, attempt: Attempt[_Answer], *, timeout: float) -> _Answer:
        """Returns the first answer.

        Args:
            attempt: asks over a channel, within a number of seconds.
            timeout: seconds for all attempts together.

        Raises:
            grpc.aio.AioRpcError: of the last attempt, or what the request itself is to blame for.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout
        tasks: dict[asyncio.Task[_Answer], _Connection] = {}
        most = self._most
        try:
            for number in range(1, most + 1):
                connection = self._usual if number == 1 else _Connection(open_channel(self._address, shared=False))
                connection.users += 1
                task = asyncio.create_task(_asked(attempt, connection.channel, max(0.0, until - loop.time())))
                tasks[task] = connection
                patience = PATIENCE if number < most else None
                if (answer := await _first_answer(tuple(tasks), patience)) is not None:
                    served = answer.exception() is None
                    self._most = MOST_ATTEMPTS if served else ATTEMPTS_AFTER_FAILURE
                    if served:
                        self._usual = tasks[answer]
                    return answer.result()
            self._most = ATTEMPTS_AFTER_FAILURE
            return task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._leave(tasks.values())

    async def _leave(self, connections: Iterable[_Connection]) -> None:
        """Closes what nobody uses any more."""
        for connection in connections:
            connection.users -= 1
            if connection is not self._usual and not connection.users:
                await connection.channel.close()


async def _asked(attempt: Attempt[_Answer], channel: grpc.aio.Channel, timeout: float) -> _Answer:
    return await attempt(channel, timeout)


async def _first_answer(tasks: Sequence[asyncio.Task[_Answer]], patience: float | None) -> asyncio.Task[_Answer] | None:
    """Returns the attempt that came to an answer; None: all have failed, or nothing is heard of the others in time."""
    loop = asyncio.get_running_loop()
    until = None if patience is None else loop.time() + patience
    while waiting := {task for task in tasks if not task.done()}:
        left = None if until is None else max(0.0, until - loop.time())
        done, _ = await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if answer := next((task for task in done if not _others_may_serve(task)), None):
            return answer
        if not done:
            return None
    return next((task for task in tasks if not _others_may_serve(task)), None)


def _others_may_serve(task: asyncio.Task[_Answer]) -> bool:
    error = task.exception()
    return isinstance(error, grpc.aio.AioRpcError) and error.code() in _OTHERS_MAY_SERVE
