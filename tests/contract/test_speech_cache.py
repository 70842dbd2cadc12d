"""What every cache of speech does: the one in memory, the one in Redis, and that in a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.speech_cache import RedisSpeechCache
from orchestrator.dialogue.ports.speech import SpeechCache
from tests.fakes.redis_server import PrivateRedis
from tests.fakes.redis_worlds import REDIS
from tests.fakes.speech_cache import InMemorySpeechCache

KEY = "0a" * 32


def no_failure() -> None:
    raise AssertionError


@pytest.fixture(params=["memory", *REDIS])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[SpeechCache]:
    if request.param == "memory":
        yield InMemorySpeechCache()
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    yield RedisSpeechCache(client, on_failure=no_failure, patience=5)
    await client.aclose()


async def test_what_was_put_is_there(cache: SpeechCache) -> None:
    speech = bytes(range(256)) * 1000
    await cache.put(KEY, speech)
    await cache.put("ff" * 32, b"other")
    assert await cache.get(KEY) == speech
    assert await cache.get(KEY) == speech


async def test_what_was_put_last_counts(cache: SpeechCache) -> None:
    await cache.put(KEY, b"old")
    await cache.put(KEY, b"new")
    assert await cache.get(KEY) == b"new"


@pytest.mark.parametrize("key", ["beef", "", "*", "가", "a" * 2000])
async def test_what_was_never_put_is_not(cache: SpeechCache, key: str) -> None:
    assert await cache.get(key) is None


async def test_speech_that_is_used_stays_and_other_speech_goes(redis_url: str) -> None:
    client = open_client(redis_url)
    cache = RedisSpeechCache(client, on_failure=no_failure, ttl=timedelta(seconds=100), patience=5)
    await cache.put(KEY, b"speech")
    (name,) = await client.execute_command("KEYS", "*")
    assert 90 < await client.execute_command("TTL", name) <= 100
    await client.execute_command("EXPIRE", name, 10)
    assert await cache.get(KEY) == b"speech"
    assert 90 < await client.execute_command("TTL", name) <= 100
    await client.aclose()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9", "redis+cluster://127.0.0.1:9"])
async def test_a_redis_that_is_away_is_a_miss_and_counted(url: str) -> None:
    failures: list[str] = []
    client = open_client(url)
    cache = RedisSpeechCache(client, on_failure=lambda: failures.append("failed"))
    assert await cache.get(KEY) is None
    await cache.put(KEY, b"speech")
    assert len(failures) == 2
    await client.aclose()


async def test_a_value_that_is_none_of_ours_is_a_miss(redis_url: str) -> None:
    failures: list[str] = []
    client = open_client(redis_url)
    await client.execute_command("RPUSH", f"calling:speech:{KEY}", "a list")
    cache = RedisSpeechCache(client, on_failure=lambda: failures.append("failed"), patience=5)
    assert await cache.get(KEY) is None
    assert len(failures) == 1
    await client.aclose()


async def test_a_call_does_not_wait_for_a_redis_that_is_silent(tmp_path: Path) -> None:
    failures: list[str] = []
    with PrivateRedis(tmp_path) as redis:
        client = open_client(redis.url)
        cache = RedisSpeechCache(client, on_failure=lambda: failures.append("failed"), patience=0.05)
        redis.freeze()
        async with asyncio.timeout(1):
            assert await cache.get(KEY) is None
        redis.thaw()
        await client.aclose()
    assert len(failures) == 1
