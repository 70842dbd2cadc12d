"""Redis that is gone, killed, frozen or full, and comes back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestrator.adapters.redis import client as redis_client
from orchestrator.adapters.redis.audio_store import RedisAudioStore
from orchestrator.adapters.redis.client import RedisClient, open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.domain.event import TurnTaken
from orchestrator.domain.turn import SilenceInput
from tests.fakes.consultations import brief, consultation, next_change, turn
from tests.fakes.redis_server import PrivateRedis


@pytest.fixture
def redis(tmp_path: Path) -> PrivateRedis:
    return PrivateRedis(tmp_path)


@asynccontextmanager
async def storing(url: str) -> AsyncIterator[tuple[RedisClient, RedisConsultationStore]]:
    client = open_client(url)
    store = RedisConsultationStore(client, SystemClock())
    yield client, store
    await store.close()
    await client.aclose()


async def put(store: RedisConsultationStore) -> Consultation:
    record = consultation()
    await store.create(brief(), Change(record))
    return record


async def test_everything_says_that_the_store_is_gone(redis: PrivateRedis) -> None:
    record = consultation()
    known = record.consultation_id
    async with storing(redis.url) as (client, store):
        audio = RedisAudioStore(client)
        calls = [
            store.prepare(),
            store.ping(),
            store.create(brief(), Change(record)),
            store.commit(next_change(record)),
            store.get(known),
            store.load(known),
            store.reply(known, 0),
            store.replies(known),
            store.remember_input(known, 2, SilenceInput()),
            store.remembered_input(known, 2),
            store.transcript(known),
            store.events(known, "", wait=5),
            store.result(known),
            store.newest(limit=1, token=""),
            store.undelivered(limit=1, token=""),
            store.overdue(limit=1),
            store.delete(known),
            audio.put(b"RIFF"),
            audio.get("token"),
            audio.delete(["token"]),
        ]
        started = time.monotonic()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert time.monotonic() - started < 3.5
        assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * len(calls)


async def test_nobody_there_over_tcp() -> None:
    async with storing("redis://127.0.0.1:9/0") as (_, store):
        with pytest.raises(StoreUnavailable):
            await store.ping()


async def test_a_cluster_that_is_gone() -> None:
    async with storing("redis+cluster://127.0.0.1:9") as (_, store):
        with pytest.raises(StoreUnavailable):
            await store.ping()


async def test_killed_and_started_again(redis: PrivateRedis) -> None:
    with redis:
        async with storing(redis.url) as (_, store):
            record = await put(store)
            await asyncio.gather(*(store.ping() for _ in range(20)))
            redis.kill()
            with pytest.raises(StoreUnavailable):
                await store.commit(next_change(record, turns=(turn(1),)))
            redis.start()
            # Every connection in the pool is broken; no call notices.
            await asyncio.gather(*(store.ping() for _ in range(20)))
            assert await store.commit(next_change(record, turns=(turn(1),)))
            assert (await store.transcript(record.consultation_id))[1] == (turn(1),)


async def test_watchers_survive_a_restart(redis: PrivateRedis) -> None:
    with redis:
        async with storing(redis.url) as (_, store):
            record = await put(store)
            assert await store.events(record.consultation_id, "", wait=0.05) == ()
            redis.kill()
            redis.start()
            watcher = asyncio.create_task(store.events(record.consultation_id, "", wait=10))
            await asyncio.sleep(0.05)
            await store.commit(next_change(record, occurrences=(TurnTaken(turn(1)),)))
            async with asyncio.timeout(3):
                assert len(await watcher) == 1


def test_a_store_that_is_silent_is_given_up_within_three_seconds() -> None:
    assert redis_client.SOCKET_TIMEOUT < redis_client.DEADLINE <= 3.0


async def test_frozen_and_thawed_a_change_is_written_once(redis: PrivateRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "SOCKET_TIMEOUT", 0.3)
    monkeypatch.setattr(redis_client, "DEADLINE", 0.5)
    with redis:
        async with storing(redis.url) as (_, store):
            record = await put(store)
            change = next_change(record, turns=(turn(1),))
            redis.freeze()
            started = time.monotonic()
            with pytest.raises(StoreUnavailable):
                await store.commit(change)
            assert 0.3 < time.monotonic() - started < 1
            redis.thaw()
            # Redis carries out what still lay in its sockets: how often, the transcript does not show.
            assert await store.commit(change)
            assert await store.transcript(record.consultation_id) == (change.consultation, (turn(1),))


async def test_full_it_still_reads(redis: PrivateRedis) -> None:
    with redis:
        async with storing(redis.url) as (client, store):
            record = await put(store)
            await client.execute_command("CONFIG", "SET", "maxmemory", "1")
            with pytest.raises(StoreUnavailable):
                await store.commit(next_change(record))
            assert await store.get(record.consultation_id) == record


async def test_a_server_that_only_copies_another_one_is_not_available(redis: PrivateRedis) -> None:
    with redis:
        async with storing(redis.url) as (client, store):
            record = await put(store)
            await client.execute_command("REPLICAOF", "127.0.0.1", "9")
            with pytest.raises(StoreUnavailable):
                await store.commit(next_change(record))


async def test_tasks_that_are_cancelled_end(redis: PrivateRedis) -> None:
    """redis-py can hide a cancellation; a loop over the store must end all the same."""

    async def work(store: RedisConsultationStore) -> None:
        while True:
            await store.ping()

    with redis:
        async with storing(redis.url) as (_, store):
            for pause in range(20):
                tasks = [asyncio.create_task(work(store)) for _ in range(10)]
                await asyncio.sleep(pause / 1000)
                for task in tasks:
                    task.cancel()
                _, left = await asyncio.wait(tasks, timeout=2)
                assert not left
            await store.ping()
