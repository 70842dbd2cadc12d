"""A load balancer in front of programs that may die: it hands connections on, to whoever takes them."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

CONNECT_SECONDS = 1.0


class Balancer:
    """Hands TCP connections on to ports of this machine. Use it in an `async with` block.

    Attributes:
        open: how many connections each port has now.
        port: where it listens.
    """

    def __init__(self, *ports: int) -> None:
        self._ports = ports
        self._handling: set[asyncio.Task[None]] = set()
        self.open = dict.fromkeys(ports, 0)
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._handling:
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._handle(reader, writer))
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for port in sorted(self._ports, key=self.open.__getitem__):
                with suppress(OSError, TimeoutError):
                    async with asyncio.timeout(CONNECT_SECONDS):
                        behind = await asyncio.open_connection("127.0.0.1", port)
                    return await self._join(port, (reader, writer), behind)
        finally:
            writer.transport.abort()

    async def _join(
        self,
        port: int,
        before: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        behind: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self.open[port] += 1
        ways = [asyncio.create_task(_carry(before[0], behind[1])), asyncio.create_task(_carry(behind[0], before[1]))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self.open[port] -= 1
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            behind[1].transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carries one direction to its end; who breaks off, breaks off on the other side too."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    await writer.drain()
    writer.write_eof()
