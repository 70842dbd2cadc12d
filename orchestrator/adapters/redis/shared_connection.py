"""One connection for the reads of many tasks: each command is written at once, and the answers come in their order.

redis-py gives a connection to one command at a time. What that takes (a pool, a task for each write) costs as much as a
whole gRPC request without it; here a read costs less than half of that. Writes, whatever is large, and clusters keep to
redis-py's own way. Answers are as Redis gives them: redis-py makes dictionaries of some, this does not.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

from orchestrator.adapters.redis.cancellation import was_cancelled
from orchestrator.adapters.redis.client import SOCKET_TIMEOUT
from orchestrator.adapters.redis.sentinel import SentinelPool


class SharedConnection:
    """Reads from Redis; connects when it is first used, and again when the connection broke."""

    def __init__(self, client: Redis) -> None:
        """Makes it.

        Args:
            client: says where Redis is and how it is spoken to; its connections are not used.
        """
        self._pool = client.connection_pool
        self._connecting = asyncio.Lock()
        self._line: _Line | None = None

    async def close(self) -> None:
        """Closes the connection."""
        if self._line is not None:
            await self._line.close()
            self._line = None

    async def execute_command(self, *command: bytes | str | int) -> Any:  # noqa: ANN401 - as redis-py's
        """Sends a command that changes nothing; one that met a broken connection is sent again.

        Raises:
            RedisError: as redis-py's.
        """
        try:
            return await self._ask(command)
        except RedisConnectionError:
            return await self._ask(command)

    async def _ask(self, command: tuple[bytes | str | int, ...]) -> Any:  # noqa: ANN401
        line = await self._connected()
        answer = await line.ask(command)
        if line is not self._line or not self._is_current(line):
            raise RedisConnectionError("an answer of what is no longer the master")
        return answer

    async def _connected(self) -> _Line:
        if self._line is not None and self._is_current(self._line):
            return self._line
        async with self._connecting:
            if self._line is None or not self._is_current(self._line):
                await self.close()
                # The deadline of the reads holds; redis-py's own would write in a task, so out of order.
                options = {**self._pool.connection_kwargs, "socket_timeout": None}
                self._line = await _opened(self._pool.connection_class(**options))
            return self._line

    def _is_current(self, line: _Line) -> bool:
        replaced = isinstance(self._pool, SentinelPool) and not self._pool.leads_to_master(line.connection)
        return not (line.broken or replaced)


class _Line:
    """A connection that is open, and those who wait for its answers.

    Attributes:
        connection: it.
        broken: it is of no more use.
    """

    def __init__(self, connection: AbstractConnection) -> None:
        self.connection = connection
        self.broken = False
        self._waiting: deque[asyncio.Future[Any]] = deque()  # one a use of the store, each with a deadline
        self._reader = asyncio.create_task(self._read(), name="redis-reads")

    async def close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def ask(self, command: tuple[bytes | str | int, ...]) -> Any:  # noqa: ANN401
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(answer)
        sent_at = loop.time()
        try:
            packed = hiredis.pack_command(command)  # type: ignore[arg-type]  # typed as a tuple of one
            await self.connection.send_packed_command(packed, check_health=False)
        except BaseException:
            answer.cancel()
            self.broken = True  # how much was sent nobody knows
            raise
        try:
            return await answer
        except asyncio.CancelledError:
            if loop.time() - sent_at > SOCKET_TIMEOUT:
                self._reader.cancel()  # whoever is silent for so long is gone
            raise

    async def _read(self) -> None:
        reason: Exception = RedisConnectionError("the connection was closed")
        try:
            while not was_cancelled():
                answer = await self._answer()
                waiting = self._waiting.popleft()
                if waiting.done():  # given up
                    continue
                if isinstance(answer, ResponseError):
                    waiting.set_exception(answer)
                else:
                    waiting.set_result(answer)
        except (RedisError, OSError) as error:
            reason = error
        finally:
            self.broken = True
            for waiting in self._waiting:
                if not waiting.done():
                    waiting.set_exception(reason)
            await self.connection.disconnect(nowait=True)

    async def _answer(self) -> Any:  # noqa: ANN401
        try:
            return await self.connection.read_response()
        except ResponseError as error:
            return error


async def _opened(connection: AbstractConnection) -> _Line:
    try:
        await connection.connect()  # type: ignore[no-untyped-call]
    except BaseException:
        await connection.disconnect(nowait=True)
        raise
    return _Line(connection)
