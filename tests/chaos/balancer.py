"""A TCP load balancer in the harness: takes what is dead out of its turn, and loses, delays or cuts what it is told to.

A connection belongs to one backend for as long as it lasts; new ones go to the backends that are up, in turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Self

_PIECE: Final = 64 * 1024
_CONNECT_SECONDS: Final = 2.0

Mishap = Literal["lose_request", "lose_answer", "delay"]


@dataclass
class Backend:
    """One server behind the balancer.

    Attributes:
        port: on loopback.
        up: whether new connections go there.
    """

    port: int
    up: bool = True
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    def take_down(self) -> None:
        """Sends nothing there any more and cuts what is open, as after failed health checks."""
        self.up = False
        self.cut()

    def cut(self) -> None:
        """Cuts all connections."""
        for connection in self._open:
            connection.cancel()


class Balancer:
    """Listens on a port of its own. Use it in an `async with` block.

    Attributes:
        port: where it listens.
        backends: in turn.
    """

    def __init__(self, backends: Sequence[int]) -> None:
        self.port = 0
        self.backends = [Backend(port) for port in backends]
        self._next = 0
        self._mishaps: deque[tuple[Mishap, float]] = deque()
        self._server: asyncio.Server | None = None

    def expect(self, mishap: Mishap, *, times: int = 1, seconds: float = 0.0) -> None:
        """Lets something befall the next connections; `seconds` is how long each is delayed."""
        self._mishaps.extend([(mishap, seconds)] * times)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for backend in self.backends:
            backend.cut()
        await asyncio.gather(*(each for backend in self.backends for each in backend._open), return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mishap, seconds = self._mishaps.popleft() if self._mishaps else (None, 0.0)
        try:
            if mishap == "lose_request":
                await reader.read(_PIECE)
                return
            if mishap == "delay":
                await asyncio.sleep(seconds)
            await self._carry(reader, writer, answered=mishap != "lose_answer")
        except (OSError, TimeoutError):
            pass  # a connection that ends badly ends
        finally:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answered: bool) -> None:
        backend, there = await self._connect()
        if there is None:
            return
        both = asyncio.ensure_future(_both_ways((reader, writer), there, answered=answered))
        backend._open.add(both)
        try:
            await asyncio.wait({both})
        finally:
            both.cancel()
            backend._open.discard(both)
            there[1].transport.abort()

    async def _connect(self) -> tuple[Backend, tuple[asyncio.StreamReader, asyncio.StreamWriter] | None]:
        """Connects to the next backend that is up and takes a connection."""
        for _ in self.backends:
            self._next += 1
            backend = self.backends[self._next % len(self.backends)]
            if not backend.up:
                continue
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return backend, await asyncio.open_connection("127.0.0.1", backend.port)
            except (OSError, TimeoutError):
                continue
        return self.backends[0], None


async def _both_ways(
    here: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    *,
    answered: bool,
) -> None:
    """Carries until the backend has closed its side, or either breaks."""
    up = asyncio.ensure_future(_one_way(here[0], there[1]))
    down = asyncio.ensure_future(_one_way(there[0], here[1]) if answered else _lost(there[0]))
    try:
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        if up.done() and not up.exception():
            await down  # who has said everything may still be answered
    finally:
        for direction in (up, down):
            direction.cancel()
        await asyncio.gather(up, down, return_exceptions=True)


async def _one_way(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(_PIECE):
        sink.write(piece)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()
    await sink.drain()


async def _lost(answer: asyncio.StreamReader) -> None:
    """Waits for the first word of an answer, which nobody gets."""
    await answer.read(_PIECE)
