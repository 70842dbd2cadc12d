"""What errors of Redis mean, and how clients are opened."""

import asyncio
from contextlib import suppress

import pytest
from redis import exceptions
from redis.asyncio import Redis, RedisCluster

from orchestrator.adapters.redis import client as redis_client
from orchestrator.adapters.redis.client import open_client, store_access
from orchestrator.adapters.redis.sentinel import SentinelPool
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


async def test_a_connection_that_was_closed_in_the_middle_of_a_write() -> None:
    """redis-py issue 4287."""
    client = open_client("redis://127.0.0.1:9")
    assert isinstance(client, Redis)
    connection = client.connection_pool.make_connection()
    connection._reader = connection._writer = _Closing()
    with pytest.raises(StoreUnavailable):
        async with store_access():
            await connection.send_packed_command(b"PING")
    connection._reader = connection._writer = None
    await client.aclose()


class _Closing:
    """A writer that another task has just taken away."""

    def writelines(self, _data: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'writelines'")

    def close(self) -> None: ...


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


@pytest.mark.parametrize(
    ("url", "sentinels", "service", "db", "password"),
    [
        ("redis+sentinel://one:1,two:2,[::1]:3/calling/4", [("one", 1), ("two", 2), ("::1", 3)], "calling", 4, None),
        ("redis+sentinel://one/calling", [("one", 26379)], "calling", 0, None),
        ("rediss+sentinel://me:a%2Fb@one:1/calling/2?health_check_interval=7", [("one", 1)], "calling", 2, "a/b"),
    ],
)
async def test_a_master_that_sentinels_name(
    url: str, sentinels: list[tuple[str, int]], service: str, db: int, password: str | None
) -> None:
    client = open_client(url)
    assert isinstance(client, Redis)
    pool = client.connection_pool
    assert isinstance(pool, SentinelPool)
    assert pool.service_name == service
    asked = [sentinel.connection_pool.connection_kwargs for sentinel in pool.sentinel_manager.sentinels]
    assert [(each["host"], each["port"]) for each in asked] == sentinels
    options = pool.connection_kwargs
    assert (options.get("db", 0), options.get("password")) == (db, password)
    for each in (options, *asked):
        assert (each["protocol"], each["socket_timeout"]) == (2, 2.0)
    await client.aclose()


@pytest.mark.parametrize("url", ["redis+sentinel://one:1", "redis+sentinel:///calling", "redis+sentinel://,/calling"])
def test_sentinels_that_are_not_named(url: str) -> None:
    with pytest.raises(ValueError, match="Redis URL"):
        open_client(url)


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
