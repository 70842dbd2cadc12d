"""Asks again over another connection when a speech server fails, or says nothing for long.

A connection belongs to one server for as long as it lasts: behind a balancer, all requests of a process may go to the
one server that is ill, while another one is well. A new connection leads elsewhere. Speech requests change nothing, so
they may be asked twice; the first answer counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Final, TypeVar

import grpc.aio

from orchestrator.adapters.grpc_channel import open_channel

_Answer = TypeVar("_Answer")
Attempt = Callable[[grpc.aio.Channel, float], Awaitable[_Answer]]

MOST_ATTEMPTS: Final = 3
PATIENCE: Final = 2.5
"""Seconds without an answer after which another server is asked too; one that is well takes less."""

_OTHERS_MAY_SERVE: Final = frozenset(
    {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED}
)
"""Not RESOURCE_EXHAUSTED: who is told that there is too much does not ask for more."""


class SpeechServers:
    """The servers behind one address."""

    def __init__(self, address: str) -> None:
        """Makes it; where the event loop runs.

        Args:
            address: `host:port`.
        """
        self._address = address
        self._usual = open_channel(address)

    async def close(self) -> None:
        """Closes the connection."""
        await self._usual.close()

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
        tasks: list[asyncio.Task[_Answer]] = []
        async with AsyncExitStack() as connections:
            try:
                for number in range(1, MOST_ATTEMPTS + 1):
                    channel = self._usual if number == 1 else open_channel(self._address, shared=False)
                    if number > 1:
                        connections.push_async_callback(channel.close)
                    tasks.append(asyncio.create_task(_asked(attempt, channel, max(0.0, until - loop.time()))))
                    patience = PATIENCE if number < MOST_ATTEMPTS else None
                    if (answer := await _first_answer(tasks, patience)) is not None:
                        return answer.result()
                return tasks[-1].result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


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
