"""A master that dies: whoever uses the store is told for seconds, and finds everything again."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchestrator.adapters.redis.audio_store import RedisAudioStore
from orchestrator.adapters.redis.client import RedisClient, open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.redis.keys import SHARDS, consultation_keys
from orchestrator.adapters.redis.pause_memory import RedisPauseMemory
from orchestrator.adapters.redis.replication import Replication
from orchestrator.adapters.redis.stream_tokens import RedisStreamTokens
from orchestrator.adapters.redis.vector_store import RedisVectorStore
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.dialogue.ports.streams import ExpectedStream
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.domain.event import TurnTaken
from orchestrator.domain.turn import SilenceInput
from tests.fakes.consultations import NOON, brief, consultation, next_change, turn
from tests.fakes.redis_cluster import RealCluster
from tests.fakes.redis_sentinels import WatchedRedis

pytestmark = [
    pytest.mark.slow,
    # redis-py leaves connections to a node that a cluster has lost to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

RECOVERY = 8.0
"""Seconds within which everything works again; a failover takes about two."""


@dataclass(frozen=True)
class World:
    url: str
    kill_a_master: Callable[[], None]


@pytest.fixture(params=["cluster", "sentinel"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "cluster":
        with RealCluster(tmp_path) as cluster:
            yield World(cluster.url, cluster.masters[0].kill)
    else:
        with WatchedRedis(tmp_path) as watched:
            yield World(watched.url, watched.master.kill)
    gc.collect()


@asynccontextmanager
async def storing(url: str, *, replicas: int = 1) -> AsyncIterator[tuple[RedisClient, RedisConsultationStore]]:
    client = open_client(url)
    store = RedisConsultationStore(client, SystemClock(), Replication(replicas, milliseconds=300))
    try:
        await store.prepare()
        yield client, store
    finally:
        await store.close()
        await client.aclose()


def one_of_each_shard() -> list[Consultation]:
    found: dict[str, Consultation] = {}
    while len(found) < SHARDS:
        record = consultation()
        found.setdefault(consultation_keys(record.consultation_id).due, record)
    return list(found.values())


@dataclass
class Call:
    """A call whose turns are written one after the other, and watched; notes what was acknowledged, and every error."""

    store: RedisConsultationStore
    record: Consultation
    acknowledged: int = 0
    seen: int = 0
    errors: list[Exception] = field(default_factory=list)

    async def talk(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.say(self.acknowledged + 1)
            await asyncio.sleep(0.05)

    async def say(self, number: int) -> None:
        change = next_change(self.record, turns=(turn(number),), occurrences=(TurnTaken(turn(number)),))
        try:
            assert await self.store.commit(change)
        except Exception as error:  # noqa: BLE001 - which they are is the question
            self.errors.append(error)
        else:
            self.record, self.acknowledged = change.consultation, number

    async def watch(self, stop: asyncio.Event) -> None:
        cursor = ""
        while not stop.is_set() or self.seen < self.acknowledged:
            try:
                events = await self.store.events(self.record.consultation_id, cursor, wait=1)
            except StoreUnavailable:
                await asyncio.sleep(0.1)
                continue
            self.seen += len(events)
            cursor = events[-1].cursor if events else cursor

    async def check(self) -> None:
        record, turns = await self.store.transcript(self.record.consultation_id)
        assert [taken.number for taken in turns[: self.acknowledged]] == list(range(1, self.acknowledged + 1))
        assert len(turns) - self.acknowledged in {0, 1}  # a turn whose acknowledgement was lost may have been written
        assert record.version - self.record.version == len(turns) - self.acknowledged


async def until_it_works(use: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await use()
        except StoreUnavailable:
            await asyncio.sleep(0.1)
        else:
            return


async def test_turns_that_were_acknowledged_stay_and_calls_and_watchers_go_on(world: World) -> None:
    async with storing(world.url) as (_, store):
        calls = [Call(store, record) for record in one_of_each_shard()[::4]]
        for call in calls:
            await store.create(brief(), Change(call.record, due={DueKind.DIAL: NOON}))
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(call.talk(stop))
                group.create_task(call.watch(stop))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(world.kill_a_master)
            killed = asyncio.get_running_loop().time()
            said = {id(call): call.acknowledged for call in calls}
            async with asyncio.timeout(RECOVERY):
                while not all(call.acknowledged > said[id(call)] + 1 for call in calls):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            took = asyncio.get_running_loop().time() - killed
            stop.set()
        errors = [error for call in calls for error in call.errors]
        print(f"\nevery call went on within {took:.1f} s of the kill; {len(errors)} commits were refused meanwhile")
        assert {type(error) for error in errors} == {StoreUnavailable}
        for call in calls:
            await call.check()
        assert len((await store.newest(limit=100, token="")).items) == len(calls)
        assert len(await store.overdue(limit=100)) == len(calls)


async def test_every_use_says_that_the_store_is_gone_or_does_what_it_should(world: World) -> None:
    # Nobody is left to be the new master's replica, without which nothing is started where one is wanted.
    async with storing(world.url, replicas=0) as (client, store):
        record = consultation()
        known = record.consultation_id
        await store.create(brief(), Change(record))
        audio, tokens = RedisAudioStore(client), RedisStreamTokens(client)
        pauses, vectors = RedisPauseMemory(client, retention=NOON - NOON.replace(day=1)), RedisVectorStore(client)
        token = await audio.put(b"RIFF")
        uses: list[Callable[[], Awaitable[object]]] = [
            store.ping,
            store.prepare,
            lambda: store.get(known),
            lambda: store.load(known),
            lambda: store.replies(known),
            lambda: store.reply(known, 0),
            lambda: store.remember_input(known, 2, SilenceInput()),
            lambda: store.remembered_input(known, 2),
            lambda: store.transcript(known),
            lambda: store.events(known, "", wait=0.2),
            lambda: store.result(known),
            lambda: store.newest(limit=5, token=""),
            lambda: store.undelivered(limit=5, token=""),
            lambda: store.overdue(limit=5),
            lambda: store.create(brief(), Change(consultation())),
            lambda: audio.put(b"RIFF"),
            lambda: audio.get(token),
            lambda: audio.delete([f"nothing-{number}" for number in range(20)]),
            lambda: tokens.issue(ExpectedStream(known, "CA1")),
            lambda: tokens.redeem("nothing"),
            lambda: pauses.pause("v-17"),
            lambda: pauses.remember("v-17", 2.5),
            lambda: vectors.put("key", b"bytes"),
            lambda: vectors.get("key"),
        ]
        refused: list[Exception] = []

        async def use(once: Callable[[], Awaitable[object]], until: asyncio.Event) -> None:
            while not until.is_set():
                try:
                    await once()
                except StoreUnavailable as error:
                    refused.append(error)
                await asyncio.sleep(0.05)

        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for once in uses:
                group.create_task(use(once, stop))
            await asyncio.sleep(0.3)
            await asyncio.to_thread(world.kill_a_master)
            await asyncio.sleep(3)
            stop.set()
        assert refused, "nobody noticed"
        async with asyncio.timeout(RECOVERY):
            for once in uses:
                await until_it_works(once)


async def test_nothing_is_read_from_a_master_that_comes_back_after_it_was_replaced(tmp_path: Path) -> None:
    """It hung; nobody who was connected to it has noticed anything; and it takes itself for the master for seconds."""
    with WatchedRedis(tmp_path) as watched:
        async with storing(watched.url) as (client, store):
            call = Call(store, consultation())
            await store.create(brief(), Change(call.record))
            assert not (await store.transcript(call.record.consultation_id))[1]
            in_use = await client.connection_pool.get_connection()
            watched.master.freeze()
            await asyncio.to_thread(watched.until_replaced)
            await asyncio.sleep(1.0)
            async with storing(watched.url) as (_, elsewhere):
                await until_it_works(lambda: elsewhere.get(call.record.consultation_id))
                await Call(elsewhere, call.record).say(1)
            await client.connection_pool.release(in_use)
            watched.master.thaw()
            assert await asyncio.to_thread(lambda: watched.master.replication()["role"]) == "master"
            _, turns = await store.transcript(call.record.consultation_id)
            assert [taken.number for taken in turns] == [1]
            assert not in_use.is_connected
            assert await asyncio.to_thread(lambda: watched.master.replication()["role"]) == "master", (
                "it gave up too soon"
            )
