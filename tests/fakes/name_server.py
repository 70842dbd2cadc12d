"""A name server that knows one name's addresses, and can learn others."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

_A = 1
_FOUND = 0x8580  # an authoritative answer without an error


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers every question for IPv4 addresses with all of them, and any other with none.

    Attributes:
        addresses: of the name, whatever it is.
        port: where it answers.
        asked: how often it was asked for addresses.
    """

    addresses: list[str] = field(default_factory=list)
    port: int = 0
    asked: int = 0
    _transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(self._answer(data), addr)

    def _answer(self, query: bytes) -> bytes:
        end = query.index(b"\0", 12) + 5  # the name's end, its type and class
        (kind,) = struct.unpack("!H", query[end - 4 : end - 2])
        found = self.addresses if kind == _A else []
        self.asked += kind == _A
        header = query[:2] + struct.pack("!5H", _FOUND, 1, len(found), 0, 0)
        records = b"".join(
            struct.pack("!HHHIH", 0xC00C, _A, 1, 0, 4) + socket.inet_aton(address)  # the name is that of the question
            for address in found
        )
        return header + query[12:end] + records


@asynccontextmanager
async def name_server(*addresses: str) -> AsyncIterator[NameServer]:
    """Runs one on a port of its own."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: NameServer(list(addresses)), local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()
