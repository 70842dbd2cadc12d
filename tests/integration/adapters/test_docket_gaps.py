"""What docket does not promise, and what is done all the same: records say what is due, docket only wakes."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.docket import worker as docket_worker
from orchestrator.adapters.docket.alarm_clock import DocketAlarmClock
from orchestrator.adapters.docket.worker import DocketWorker
from orchestrator.adapters.redis.client import RedisClient, open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.redis.keys import JOBS
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.due_work import DueWork
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.errors import StoreUnavailable
from tests.fakes.consultations import brief, consultation, next_change
from tests.fakes.redis_cluster import RealCluster
from tests.fakes.waiting import until

pytestmark = pytest.mark.slow

LEASE = timedelta(seconds=0.6)
WORKERS = 3


@dataclass
class Workshop:
    """Several workers over one store; each piece of work takes some seconds.

    Attributes:
        takes: seconds of a piece of work.
        failures: how many pieces fail first.
        begun, done: consultations, in order.
    """

    client: RedisClient
    store: RedisConsultationStore
    alarm_clock: DocketAlarmClock
    takes: float = 0.0
    failures: int = 0
    begun: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    async def order(self, after: float = 0.0) -> str:
        record = consultation()
        due_at = datetime.now(UTC) + timedelta(seconds=after)
        await self.store.create(brief(), Change(record, due={DueKind.DIAL: due_at}))
        return record.consultation_id

    async def handle(self, consultation_id: str) -> None:
        self.begun.append(consultation_id)
        await asyncio.sleep(self.takes)
        if self.failures:
            self.failures -= 1
            raise RuntimeError
        record = await self.store.get(consultation_id)
        await self.store.commit(next_change(record, due={DueKind.DIAL: None}))
        self.done.append(consultation_id)

    async def forget_all_jobs(self) -> None:
        """Does to docket's keys what a failover can: all of them are as if they had never been written."""
        keys = [key async for key in self.client.scan_iter(f"{JOBS}*")]
        assert keys
        await self.client.delete(*keys)


@pytest.fixture
async def shop(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workshop]:
    monkeypatch.setattr(docket_worker, "REDELIVERED_AFTER", LEASE)
    monkeypatch.setattr(docket_worker, "SWEEP_EVERY", timedelta(seconds=0.1))
    async with open_shop(redis_url, workers=WORKERS) as shop:
        yield shop


@asynccontextmanager
async def open_shop(url: str, *, workers: int) -> AsyncIterator[Workshop]:
    client, clock, alarm_clock = open_client(url), SystemClock(), DocketAlarmClock(url)
    store = RedisConsultationStore(client, clock, alarm_clock=alarm_clock)
    await store.prepare()
    await alarm_clock.open()
    shop = Workshop(client, store, alarm_clock)
    async with AsyncExitStack() as stack:
        for _ in range(workers):
            work = DueWork(store, clock, {DueKind.DIAL: shop.handle}, lambda *_: None)
            await stack.enter_async_context(_working(DocketWorker(url, work, alarm_clock)))
        yield shop
    await alarm_clock.close()
    await store.close()
    await client.aclose()


@asynccontextmanager
async def _working(worker: DocketWorker) -> AsyncIterator[None]:
    running = asyncio.create_task(worker.run())
    yield
    await worker.stop(5)
    await running


async def test_what_docket_lost_in_a_failover_is_found_by_the_next_sweep(shop: Workshop) -> None:
    early = await shop.order()
    await until(lambda: shop.done == [early], seconds=5)
    late = await shop.order(after=0.5)
    await shop.forget_all_jobs()
    await until(lambda: shop.done == [early, late], seconds=5)


async def test_what_docket_lost_while_it_was_done_is_done_once_and_recorded(shop: Workshop) -> None:
    shop.takes = 0.4
    running = await shop.order()
    await until(lambda: shop.begun == [running], seconds=5)
    await shop.forget_all_jobs()
    waiting = await shop.order()
    await until(lambda: {running, waiting} <= set(shop.done), seconds=5)
    assert await shop.store.overdue(limit=10) == ()


async def test_many_sweeps_of_many_workers_begin_overdue_work_once(shop: Workshop) -> None:
    """A task that repeats itself is not made several times by several workers: there is none, each sweeps by itself."""
    shop.takes = 1.0
    due = [await shop.order(after=0.2) for _ in range(5)]
    await until(lambda: len(shop.done) == len(due), seconds=10)
    await asyncio.sleep(0.3)
    assert sorted(shop.begun) == sorted(due)


async def test_work_that_takes_longer_than_a_lease_is_not_given_to_another(shop: Workshop) -> None:
    shop.takes = 4 * LEASE.total_seconds()
    due = await shop.order()
    await until(lambda: shop.done == [due], seconds=10)
    await asyncio.sleep(2 * LEASE.total_seconds())
    assert shop.begun == [due]


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_wake_by_a_machine_whose_clock_is_wrong_is_a_wake(
    shop: Workshop, ahead: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + ahead

    record = replace(consultation())
    change = Change(record, due={DueKind.DIAL: datetime.now(UTC)})
    with monkeypatch.context() as there:
        there.setattr("docket.docket.datetime", Wrong)
        there.setattr("docket.execution.datetime", Wrong)
        await shop.store.create(brief(), change)
    await until(lambda: shop.done == [record.consultation_id], seconds=5)


async def test_what_keeps_failing_stays_due_and_is_tried_until_it_succeeds(shop: Workshop) -> None:
    """Docket keeps no list of what failed: the record does."""
    shop.failures = 2
    due = await shop.order()
    await until(lambda: len(shop.begun) == 1, seconds=5)
    assert [each.consultation_id for each in await shop.store.overdue(limit=10)] == [due]
    await until(lambda: shop.done == [due], seconds=10)
    assert len(shop.begun) == 3


@pytest.mark.timeout(90)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_worker_outlives_the_cluster_node_at_which_it_listens_for_cancellations(tmp_path: Path) -> None:
    with RealCluster(tmp_path) as cluster:
        async with open_shop(cluster.url, workers=1) as shop:
            early = await shop.order()
            await until(lambda: shop.done == [early], seconds=10)
            (listened_to,) = (each for each in cluster.masters if each.ask.execute_command("PUBSUB", "NUMPAT"))
            listened_to.kill()
            for node in cluster.masters:
                if node is not listened_to:  # so that the worker has to begin again wherever its queue is
                    node.ask.execute_command("CLIENT", "KILL", "TYPE", "normal")
            late = await _once_it_can(shop.order)
            await until(lambda: shop.done == [early, late], seconds=20)
    gc.collect()


async def _once_it_can(order: Callable[[], Awaitable[str]]) -> str:
    async with asyncio.timeout(15):
        while True:
            with suppress(StoreUnavailable):
                return await order()
            await asyncio.sleep(0.1)
