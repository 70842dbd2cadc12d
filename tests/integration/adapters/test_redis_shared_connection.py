"""One connection for many readers: nobody gets another's answer, whatever goes wrong."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from orchestrator.adapters.redis import client as redis_client
from orchestrator.adapters.redis import shared_connection
from orchestrator.adapters.redis.client import open_client, store_access
from orchestrator.adapters.redis.shared_connection import SharedConnection
from orchestrator.domain.errors import StoreUnavailable
from tests.fakes.redis_server import PrivateRedis
from tests.fakes.waiting import until


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    opened = open_client(redis_url)
    assert isinstance(opened, Redis)
    yield opened
    await opened.aclose()


@pytest.fixture
async def shared(client: Redis) -> AsyncIterator[SharedConnection]:
    made = SharedConnection(client)
    yield made
    await made.close()


async def test_each_gets_its_own_answer(shared: SharedConnection) -> None:
    questions = [str(number).encode() * random.randint(1, 3000) for number in range(500)]
    assert await asyncio.gather(*(shared.execute_command("ECHO", question) for question in questions)) == questions


async def test_commands_are_of_texts_bytes_and_numbers(shared: SharedConnection) -> None:
    assert await shared.execute_command("EVAL", "return {KEYS[1], ARGV[1]}", 1, "키", b"\0\xff\r\n") == [
        "키".encode(),
        b"\0\xff\r\n",
    ]
    assert await shared.execute_command("GET", "nothing") is None


async def test_who_gives_up_confuses_nobody(shared: SharedConnection) -> None:
    async def ask(number: int) -> bytes:
        answer: bytes = await shared.execute_command("ECHO", str(number))
        return answer

    await ask(0)
    line = shared._line
    for round_number in range(20):
        tasks = [asyncio.create_task(ask(number)) for number in range(50)]
        for _ in range(round_number % 4):
            await asyncio.sleep(0)
        for task in random.sample(tasks, 25):
            task.cancel()
        for number, answer in enumerate(await asyncio.gather(*tasks, return_exceptions=True)):
            assert isinstance(answer, asyncio.CancelledError) or answer == str(number).encode()
    assert shared._line is line


async def test_an_error_is_its_askers_own(shared: SharedConnection) -> None:
    answers = await asyncio.gather(
        shared.execute_command("ECHO", "1"),
        shared.execute_command("NONSENSE"),
        shared.execute_command("ECHO", "2"),
        return_exceptions=True,
    )
    assert (answers[0], answers[2]) == (b"1", b"2")
    assert isinstance(answers[1], ResponseError)


async def test_it_is_one_connection_and_speaks_as_the_client_does(redis_url: str) -> None:
    async with Redis.from_url(redis_url, protocol=2) as looking:
        client = open_client(f"{redis_url}?db=3")
        assert isinstance(client, Redis)
        await client.set("key", "in 3")
        before = len(await looking.client_list())
        shared = SharedConnection(client)
        assert set(await asyncio.gather(*(shared.execute_command("GET", "key") for _ in range(100)))) == {b"in 3"}
        assert len(await looking.client_list()) == before + 1
        await shared.close()
        await client.aclose()


async def test_a_connection_that_was_closed_is_replaced(client: Redis, shared: SharedConnection) -> None:
    for _ in range(3):
        assert await shared.execute_command("ECHO", "here") == b"here"
        await client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        answers = await asyncio.gather(*(shared.execute_command("ECHO", str(number)) for number in range(20)))
        assert answers == [str(number).encode() for number in range(20)]


async def test_a_server_that_dies_meanwhile_and_comes_back(tmp_path: Path) -> None:
    with PrivateRedis(tmp_path) as redis:
        client = open_client(redis.url)
        assert isinstance(client, Redis)
        shared = SharedConnection(client)
        waiting = [asyncio.create_task(shared.execute_command("BLPOP", "empty", 30)) for _ in range(3)]
        await asyncio.sleep(0.05)
        redis.kill()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [RedisConnectionError] * 3
        redis.start()
        assert await shared.execute_command("ECHO", "back") == b"back"
        await shared.close()
        await client.aclose()


async def test_a_server_that_is_silent_is_left_for_a_new_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "DEADLINE", 0.3)
    monkeypatch.setattr(shared_connection, "SOCKET_TIMEOUT", 0.2)
    with PrivateRedis(tmp_path) as redis:
        client = open_client(redis.url)
        assert isinstance(client, Redis)
        shared = SharedConnection(client)
        assert await shared.execute_command("ECHO", "1") == b"1"
        first = shared._line
        redis.freeze()
        with pytest.raises(StoreUnavailable):
            async with store_access():
                await shared.execute_command("ECHO", "2")
        assert first is not None
        await until(lambda: first.broken)
        redis.thaw()
        assert await shared.execute_command("ECHO", "3") == b"3"
        assert shared._line is not first
        await shared.close()
        await client.aclose()


async def test_nobody_there() -> None:
    client = open_client("redis://127.0.0.1:9")
    assert isinstance(client, Redis)
    shared = SharedConnection(client)
    with pytest.raises(RedisConnectionError):
        await shared.execute_command("PING")
    await shared.close()
    await client.aclose()
