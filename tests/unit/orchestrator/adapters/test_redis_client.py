"""What errors of Redis mean, and how clients are opened."""

import asyncio
from contextlib import suppress

import pytest
from redis import exceptions
from redis.asyncio import Redis, RedisCluster

from orchestrator.adapters import redis_client
from orchestrator.adapters.redis_client import open_client, store_access
from orchestrator.domain.errors import InvalidPageToken, StoreUnavailable


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ConnectionError("refused"),
        exceptions.TimeoutError("slow"),
        exceptions.BusyLoadingError("loading"),
        exceptions.AuthenticationError("who"),
        exceptions.ReadOnlyError("a replica"),
        exceptions.OutOfMemoryError("full"),
        exceptions.ClusterDownError("down"),
        exceptions.MasterDownError("down"),
        exceptions.TryAgainError("moving"),
        exceptions.RedisClusterException("no node"),
        exceptions.SlotNotCoveredError("no node"),
        exceptions.ResponseError("MISCONF cannot write to disk"),
        exceptions.ResponseError("BUSY running a script"),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
async def test_the_store_is_not_available(error: Exception) -> None:
    with pytest.raises(StoreUnavailable) as unavailable:
        async with store_access():
            raise error
    assert unavailable.value.__cause__ is error


@pytest.mark.parametrize(
    "error", [exceptions.ResponseError("ERR wrong number of arguments"), InvalidPageToken(), KeyError("x")]
)
async def test_faults_of_ours_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)):
        async with store_access():
            raise error


async def test_a_use_of_the_store_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "DEADLINE", 0.05)
    with pytest.raises(StoreUnavailable):
        async with store_access():
            await asyncio.sleep(30)


async def test_a_cancellation_that_was_hidden_comes_out() -> None:
    async def hiding() -> None:
        async with store_access():
            with suppress(asyncio.CancelledError):  # as asyncio.wait_for does, until Python 3.12
                await asyncio.sleep(30)

    task = asyncio.create_task(hiding())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/3", "rediss://127.0.0.1:9/3", "unix:///nowhere?db=3"])
async def test_one_server(url: str) -> None:
    client = open_client(url)
    assert isinstance(client, Redis)
    options = client.connection_pool.connection_kwargs
    assert (options["db"], options["protocol"], options["socket_timeout"]) == (3, 2, 2.0)
    assert options["retry"].get_retries() == 2
    await client.aclose()


@pytest.mark.parametrize("url", ["redis+cluster://127.0.0.1:9", "rediss+cluster://127.0.0.1:9"])
async def test_a_cluster(url: str) -> None:
    client = open_client(url)
    assert isinstance(client, RedisCluster)
    assert (client.connection_kwargs["protocol"], client.connection_kwargs["socket_timeout"]) == (2, 2.0)
    await client.aclose()


@pytest.mark.parametrize("url", ["", "127.0.0.1:6379", "http://127.0.0.1"])
async def test_what_is_no_url_of_redis(url: str) -> None:
    with pytest.raises(ValueError, match="Redis URL"):
        open_client(url)
