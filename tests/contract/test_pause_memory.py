"""What every memory of pauses does: the one in a dictionary, the one in Redis, and that in a cluster."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.pause_memory import RedisPauseMemory
from orchestrator.dialogue.ports.pauses import PauseMemory
from orchestrator.domain.errors import StoreUnavailable
from tests.fakes.pause_memory import InMemoryPauseMemory
from tests.fakes.redis_worlds import REDIS


@pytest.fixture(params=["memory", *REDIS])
async def memory(request: pytest.FixtureRequest) -> AsyncIterator[PauseMemory]:
    if request.param == "memory":
        yield InMemoryPauseMemory()
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    yield RedisPauseMemory(client, retention=timedelta(days=30))
    await client.aclose()


@pytest.mark.parametrize("person_id", ["v-17", "", "가나다", "a\r\nDEL b", "*"])
async def test_the_last_pause_of_a_person_is_remembered(memory: PauseMemory, person_id: str) -> None:
    assert await memory.pause(person_id) is None
    for pause in (4, 6.25, 0.1):
        await memory.remember(person_id, pause)
        assert await memory.pause(person_id) == pause
    await memory.forget(person_id)
    await memory.forget(person_id)
    assert await memory.pause(person_id) is None


async def test_persons_are_told_apart(memory: PauseMemory) -> None:
    await memory.remember("v-1", 3.0)
    await memory.remember("v-2", 7.0)
    await memory.forget("v-1")
    assert (await memory.pause("v-1"), await memory.pause("v-2")) == (None, 7.0)
    await memory.forget("v-2")


async def test_the_person_cannot_be_read_in_redis_and_is_forgotten_in_time(redis_url: str) -> None:
    client = open_client(redis_url)
    await RedisPauseMemory(client, retention=timedelta(days=30)).remember("v-1029", 5.0)
    (key,) = await client.execute_command("KEYS", "*")
    assert b"1029" not in key
    assert 0 < await client.execute_command("TTL", key) <= 30 * 86_400
    await client.aclose()


async def test_a_store_that_is_away() -> None:
    fake = InMemoryPauseMemory()
    fake.error = StoreUnavailable()
    client = open_client("redis://127.0.0.1:9")
    for memory in (fake, RedisPauseMemory(client, retention=timedelta(days=1))):
        for use in (memory.pause("v"), memory.remember("v", 1.0), memory.forget("v")):
            with pytest.raises(StoreUnavailable):
                await use
    await client.aclose()
