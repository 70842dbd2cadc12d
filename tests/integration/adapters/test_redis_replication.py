"""What a failover loses: acknowledged changes without WAIT, none with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.redis.replication import Replication
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import ConsultationNotFound, StoreUnavailable
from tests.fakes.consultations import brief, consultation, next_change, turn
from tests.fakes.redis_cluster import RealCluster
from tests.fakes.redis_sentinels import WatchedRedis

MILLISECONDS = 50
EVERY_SHARD = 40
"""Consultations that surely lie on all masters of a cluster."""


class Counted:
    """A store that waits for replicas, and how often there were too few."""

    def __init__(self) -> None:
        self.shortfalls = 0

    @asynccontextmanager
    async def store(self, url: str, *, replicas: int = 1) -> AsyncIterator[RedisConsultationStore]:
        client = open_client(url)
        replication = Replication(replicas, MILLISECONDS, self._count)
        store = RedisConsultationStore(client, SystemClock(), replication)
        try:
            yield store
        finally:
            await store.close()
            await client.aclose()

    def _count(self) -> None:
        self.shortfalls += 1


async def put(store: RedisConsultationStore) -> Consultation:
    record = consultation()
    assert await store.create(brief(), Change(record)) is None
    return record


async def stand_alone(url: str) -> Consultation:
    """Returns a consultation that was started before the replicas went away."""
    async with Counted().store(url, replicas=0) as store:
        return await put(store)


async def test_a_call_goes_on_without_replicas_and_each_commit_is_counted(redis_url: str) -> None:
    record, counted = await stand_alone(redis_url), Counted()
    async with counted.store(redis_url) as store:
        change = next_change(record, turns=(turn(1),))
        assert await store.commit(change)
        assert counted.shortfalls == 3, "replicas that are late are given time"
        assert await store.commit(change), "the same change again is no other one"
        assert counted.shortfalls == 4, "once they are known to be away, nobody waits for them three times"
        assert await store.transcript(record.consultation_id) == (change.consultation, (turn(1),))


async def test_a_start_that_no_replica_has_is_not_acknowledged(redis_url: str) -> None:
    record, counted = consultation(), Counted()
    async with counted.store(redis_url) as store:
        with pytest.raises(StoreUnavailable):
            await store.create(brief(), Change(record))
        assert counted.shortfalls == 3
    async with counted.store(redis_url, replicas=0) as store:
        # Asked again, it is there already, and this is said; the same writer's change is its own.
        assert await store.create(brief(), Change(consultation(record.consultation_id))) == record


async def test_what_was_refused_is_said_as_without_replication(redis_url: str) -> None:
    record = await stand_alone(redis_url)
    async with Counted().store(redis_url) as store:
        assert await store.commit(next_change(record))
        assert not await store.commit(next_change(record, turns=(turn(1),)))
        with pytest.raises(ConsultationNotFound):
            await store.commit(next_change(consultation()))
        with pytest.raises(ValueError, match="order of their numbers"):
            await store.commit(next_change((await store.get(record.consultation_id)), turns=(turn(2),)))


async def test_a_result_that_no_replica_has_is_not_taken_for_written(redis_url: str) -> None:
    record, counted = await stand_alone(redis_url), Counted()
    async with counted.store(redis_url) as store:
        change = next_change(record, result=b"{}")
        with pytest.raises(StoreUnavailable):
            await store.commit(change)
        assert counted.shortfalls == 3, "it was tried three times"
    async with counted.store(redis_url, replicas=0) as store:
        assert await store.result(record.consultation_id) == b"{}", "the master has it all the same"


@pytest.mark.slow
async def test_replicas_that_are_there_are_enough_in_a_cluster_too(whole_cluster_url: str, sentinel_url: str) -> None:
    for url in (whole_cluster_url, sentinel_url):
        counted = Counted()
        async with counted.store(url) as store:
            records = [await put(store) for _ in range(EVERY_SHARD)]
            assert all(await asyncio.gather(*(store.commit(next_change(record, result=b"{}")) for record in records)))
        assert counted.shortfalls == 0


@pytest.mark.slow
@pytest.mark.parametrize("replicas", [0, 1])
async def test_a_master_that_dies_before_its_replica_has_everything(replicas: int, tmp_path: Path) -> None:
    """Replication breaks, the master goes on taking turns and results, then it dies."""
    counted = Counted()
    with WatchedRedis(tmp_path) as redis:
        async with counted.store(redis.url, replicas=replicas) as store:
            await store.prepare()
            before = [await put(store) for _ in range(10)]
            assert counted.shortfalls == 0
            await asyncio.to_thread(redis.cut_replication)
            acknowledged = 0
            for record in before:
                with suppress(StoreUnavailable):
                    acknowledged += await store.commit(next_change(record, result=b"{}"))
            await asyncio.to_thread(redis.fail_over)
        async with counted.store(redis.url, replicas=0) as store:
            results = [await store.result(record.consultation_id) for record in before]
    lost = acknowledged - sum(result is not None for result in results)
    print(
        f"\n{acknowledged} results acknowledged after replication broke; {lost} lost; waiting for {replicas} replicas"
    )
    assert (acknowledged, lost) == ((0, 0) if replicas else (10, 10))
    assert counted.shortfalls == (30 if replicas else 0)


@pytest.mark.slow
async def test_a_change_that_stands_already_counts_only_when_the_replicas_have_it(tmp_path: Path) -> None:
    """WAIT asks for the writes of its own connection: a new one has none, and every replica has those."""
    counted = Counted()
    with WatchedRedis(tmp_path) as redis:
        async with counted.store(redis.url) as store:
            record = await put(store)
            redis.replica.freeze()
            change = next_change(record, turns=(turn(1),))
            assert await store.commit(change)
            assert counted.shortfalls == 3
            redis.master.ask.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            assert await store.commit(change)
            assert counted.shortfalls == 4


@pytest.mark.slow
async def test_scripts_that_a_new_master_does_not_know(tmp_path: Path) -> None:
    with RealCluster(tmp_path) as cluster:
        counted = Counted()
        async with counted.store(cluster.url) as store:
            records = [await put(store) for _ in range(EVERY_SHARD)]
            for master in cluster.masters:
                master.ask.script_flush()
            assert all(await asyncio.gather(*(store.commit(next_change(record)) for record in records)))
            # Slots move to another node without a failure: whoever asks the old one is sent on.
            cluster.replicas[0].ask.execute_command("CLUSTER", "FAILOVER")
            await asyncio.sleep(1)
            for record in records:
                assert await store.commit(next_change(await store.get(record.consultation_id)))
        assert counted.shortfalls == 0
