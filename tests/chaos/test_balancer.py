import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.balancer import Balancer


@asynccontextmanager
async def server(name: bytes, seen: list[bytes]) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(100):
            seen.append(asked)
            writer.write(name)
        writer.close()

    serving = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield serving.sockets[0].getsockname()[1]
    serving.close()


async def asked(port: int) -> bytes:
    """What is answered to a question; nothing if the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"?")
    try:
        return await _rest(reader)
    finally:
        writer.close()


@asynccontextmanager
async def two() -> AsyncIterator[tuple[Balancer, list[bytes]]]:
    seen: list[bytes] = []
    async with server(b"a", seen) as a, server(b"b", seen) as b, Balancer([a, b]) as balancer:
        yield balancer, seen


async def test_new_connections_go_to_each_in_turn():
    async with two() as (balancer, _):
        assert {await asked(balancer.port), await asked(balancer.port)} == {b"a", b"b"}


async def test_what_is_down_gets_none_and_loses_those_it_has():
    async with two() as (balancer, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", balancer.port)
        writer.write(b"?")
        number = [b"a", b"b"].index(await reader.read(100))
        balancer.backends[number].take_down()
        assert await _rest(reader) == b""
        writer.close()
        assert {await asked(balancer.port) for _ in range(3)} == {[b"b", b"a"][number]}


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(100)
    except ConnectionError:
        return b""


async def test_a_lost_request_reaches_nobody_and_a_lost_answer_does():
    async with two() as (balancer, seen):
        balancer.expect("lose_request")
        balancer.expect("lose_answer")
        assert await asked(balancer.port) == b""
        assert seen == []
        assert await asked(balancer.port) == b""
        assert seen == [b"?"]
        assert await asked(balancer.port)


async def test_a_delayed_request_arrives_later():
    async with two() as (balancer, _):
        balancer.expect("delay", seconds=0.05)
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await asked(balancer.port)
        assert loop.time() - began >= 0.05
