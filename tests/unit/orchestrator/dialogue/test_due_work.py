"""Work that waits for its time, and is done although workers die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from orchestrator.dialogue.due_work import DueWork, Handler
from orchestrator.dialogue.ports.store import Change, Due, DueKind
from orchestrator.domain.errors import ConsultationNotFound, StoreUnavailable, TelephoneUnavailable
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import brief, consultation, next_change
from tests.virtual_time import virtual_time


class LoopClock(ManualClock):
    """Runs as fast as the event loop's clock."""

    def now(self):  # type: ignore[no-untyped-def]
        return super().now() + timedelta(seconds=asyncio.get_running_loop().time())


class Workshop:
    """A store with work, and a worker."""

    def __init__(self, handle: Handler, **settings: float) -> None:
        self.store = InMemoryConsultationStore(LoopClock())
        self.done: list[str] = []
        self.failed: list[tuple[Due, BaseException]] = []
        self._handle = handle
        handlers = dict.fromkeys(DueKind, self._do)
        self.work = DueWork(self.store, handlers, lambda *failure: self.failed.append(failure), **settings)  # type: ignore[arg-type]

    async def _do(self, consultation_id: str) -> None:
        await self._handle(consultation_id)
        self.done.append(consultation_id)
        _, record = await self.store.load(consultation_id)
        await self.store.commit(next_change(record, due={DueKind.DIAL: None}))

    async def add(self, count: int = 1, after: float = 0.0) -> list[str]:
        ids = []
        for _ in range(count):
            record = consultation()
            due_at = self.store._clock.now() + timedelta(seconds=after)
            await self.store.create(brief(), Change(record, due={DueKind.DIAL: due_at}))
            ids.append(record.consultation_id)
        return ids

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        worker = asyncio.create_task(self.work.run())
        try:
            yield
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)


async def nothing(_consultation_id: str) -> None:
    pass


def failing_once(error: Exception) -> Handler:
    errors = [error]

    async def handle(_consultation_id: str) -> None:
        if errors:
            raise errors.pop()

    return handle


@virtual_time
async def test_what_is_due_is_done_once() -> None:
    shop = Workshop(nothing)
    ids = await shop.add(3)
    async with shop.running():
        await asyncio.sleep(300)
    assert sorted(shop.done) == sorted(ids)
    assert shop.failed == []


@virtual_time
async def test_what_is_not_due_yet_waits() -> None:
    shop = Workshop(nothing)
    await shop.add(after=30)
    async with shop.running():
        await asyncio.sleep(29)
        assert shop.done == []
        await asyncio.sleep(2)
        assert len(shop.done) == 1


@virtual_time
async def test_a_nudge_is_faster_than_the_next_look() -> None:
    shop = Workshop(nothing, poll=60)
    async with shop.running():
        await asyncio.sleep(1)
        await shop.add()
        shop.work.nudge()
        await asyncio.sleep(0.1)
        assert len(shop.done) == 1


@pytest.mark.parametrize("error", [TelephoneUnavailable(), StoreUnavailable(), RuntimeError("a bug"), TimeoutError()])
@virtual_time
async def test_what_fails_is_reported_and_done_again_when_its_lease_is_over(error: Exception) -> None:
    shop = Workshop(failing_once(error), lease=60)
    (failing, other) = await shop.add(2)
    async with shop.running():
        await asyncio.sleep(30)
        assert len(shop.done) == 1
        await asyncio.sleep(60)
    assert [(due.kind, reason) for due, reason in shop.failed] == [(DueKind.DIAL, error)]
    assert sorted(shop.done) == sorted([failing, other])


@virtual_time
async def test_what_was_erased_meanwhile_is_no_failure() -> None:
    shop = Workshop(failing_once(ConsultationNotFound("gone")))
    await shop.add()
    async with shop.running():
        await asyncio.sleep(10)
    assert shop.failed == []


@virtual_time
async def test_work_does_not_outlive_its_lease() -> None:
    times: list[float] = []

    async def too_long(_consultation_id: str) -> None:
        times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(1000)

    shop = Workshop(too_long, lease=60)
    await shop.add()
    async with shop.running():
        await asyncio.sleep(150)
    assert [round(later - times[0]) // 60 for later in times] == [0, 1, 2]
    assert [type(reason) for _, reason in shop.failed] == [TimeoutError, TimeoutError]


@virtual_time
async def test_no_more_than_allowed_at_once_and_everything_in_the_end() -> None:
    at_once, most = 0, 0

    async def busy(_consultation_id: str) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.5)
        at_once -= 1

    shop = Workshop(busy, at_once=4)
    ids = await shop.add(30)
    claim, claimed = shop.store.claim_due, []

    async def note_claims(*, limit: int, lease: float) -> tuple[Due, ...]:
        claimed.append(limit + at_once)
        return await claim(limit=limit, lease=lease)

    shop.store.claim_due = note_claims  # type: ignore[method-assign]
    async with shop.running():
        await asyncio.sleep(20)
    assert most == 4
    assert max(claimed) == 4, "nothing is claimed that has to wait for its turn"
    assert sorted(shop.done) == sorted(ids)


@virtual_time
async def test_a_store_that_goes_away_is_waited_for() -> None:
    shop = Workshop(nothing)
    await shop.add()
    shop.store.error = StoreUnavailable()
    async with shop.running():
        await asyncio.sleep(30)
        shop.store.error = None
        await asyncio.sleep(2)
    assert len(shop.done) == 1


@virtual_time
async def test_what_a_dead_worker_left_another_one_does() -> None:
    async def slow(_consultation_id: str) -> None:
        await asyncio.sleep(5)

    shop = Workshop(slow, lease=60)
    await shop.add()
    async with shop.running():
        await asyncio.sleep(1)
    assert shop.done == []
    async with shop.running():
        await asyncio.sleep(50)
        assert shop.done == []
        await asyncio.sleep(20)
    assert len(shop.done) == 1


@virtual_time
async def test_stopping_finishes_what_was_claimed_and_claims_nothing_more() -> None:
    async def slow(_consultation_id: str) -> None:
        await asyncio.sleep(5)

    shop = Workshop(slow)
    await shop.add()
    worker = asyncio.create_task(shop.work.run())
    await asyncio.sleep(1)
    shop.work.stop()
    await shop.add()
    async with asyncio.timeout(10):
        await worker
    assert len(shop.done) == 1


@pytest.mark.parametrize("when", [lambda shop: shop.work.stop(), lambda shop: shop.work.nudge() or shop.work.stop()])
@virtual_time
async def test_stopping_before_the_start(when: Callable[[Workshop], None]) -> None:
    shop = Workshop(nothing)
    await shop.add()
    when(shop)
    async with asyncio.timeout(1):
        await shop.work.run()
    assert shop.done == []
