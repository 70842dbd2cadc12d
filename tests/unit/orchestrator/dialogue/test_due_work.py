"""Work that waits for its time, and is done although wakes are lost and workers are two."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from orchestrator.dialogue.due_work import DueWork, Handler
from orchestrator.dialogue.ports.store import Change, Due, DueKind
from orchestrator.domain.errors import ConsultationNotFound, StoreUnavailable, TelephoneUnavailable
from tests.fakes.alarm_clock import InlineAlarmClock
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import brief, consultation, next_change
from tests.virtual_time import virtual_time


class Workshop:
    """A store with work, and what does it."""

    def __init__(self, handle: Handler) -> None:
        self.clock = ManualClock()
        self.store = InMemoryConsultationStore(self.clock)
        self.done: list[str] = []
        self.failed: list[tuple[Due, BaseException]] = []
        self._handle = handle
        handlers = dict.fromkeys(DueKind, self._do)
        self.work = DueWork(self.store, self.clock, handlers, lambda *failure: self.failed.append(failure), timeout=60)
        self.alarm_clock = InlineAlarmClock(self.work.attend)

    async def _do(self, consultation_id: str) -> None:
        await self._handle(consultation_id)
        self.done.append(consultation_id)
        await self.settle(consultation_id, None)

    async def settle(self, consultation_id: str, after: float | None) -> None:
        """Writes that the work is done, or due again after some seconds."""
        due_at = None if after is None else self.clock.now() + timedelta(seconds=after)
        record = await self.store.get(consultation_id)
        await self.store.commit(next_change(record, due={DueKind.DIAL: due_at}))

    async def add(self, after: float = 0.0) -> Due:
        record = consultation()
        due_at = self.clock.now() + timedelta(seconds=after)
        await self.store.create(brief(), Change(record, due={DueKind.DIAL: due_at}))
        return Due(DueKind.DIAL, record.consultation_id)


async def nothing(_consultation_id: str) -> None:
    pass


def failing_once(error: Exception) -> Handler:
    errors = [error]

    async def handle(_consultation_id: str) -> None:
        if errors:
            raise errors.pop()

    return handle


async def test_what_is_due_is_done_and_what_is_done_is_not_due() -> None:
    shop = Workshop(nothing)
    due = await shop.add()
    assert await shop.work.attend(due)
    assert await shop.work.attend(due)
    assert shop.done == [due.consultation_id]


async def test_who_is_woken_early_does_nothing() -> None:
    shop = Workshop(nothing)
    due = await shop.add(after=30)
    assert await shop.work.attend(due)
    assert shop.done == []
    shop.clock.advance(30)
    assert await shop.work.attend(due)
    assert len(shop.done) == 1


async def test_a_clock_that_is_slow_does_at_once_what_another_made_due_at_once() -> None:
    shop = Workshop(nothing)
    assert await shop.work.attend(await shop.add(after=0.9))
    assert len(shop.done) == 1


@pytest.mark.parametrize("error", [TelephoneUnavailable(), StoreUnavailable(), RuntimeError("a bug"), TimeoutError()])
async def test_what_fails_is_reported_and_still_due(error: Exception) -> None:
    shop = Workshop(failing_once(error))
    due = await shop.add()
    assert not await shop.work.attend(due)
    assert shop.failed == [(due, error)]
    assert await shop.work.attend(due)
    assert len(shop.done) == 1


async def test_what_was_erased_meanwhile_is_no_failure() -> None:
    shop = Workshop(failing_once(ConsultationNotFound("gone")))
    assert await shop.work.attend(await shop.add())
    assert await shop.work.attend(Due(DueKind.DIAL, "nobody"))
    assert shop.failed == []


@virtual_time
async def test_work_does_not_take_longer_than_it_may() -> None:
    async def too_long(_consultation_id: str) -> None:
        await asyncio.sleep(1000)

    shop = Workshop(too_long)
    began = asyncio.get_running_loop().time()
    assert not await shop.work.attend(await shop.add())
    assert asyncio.get_running_loop().time() - began == pytest.approx(60)
    assert [type(reason) for _, reason in shop.failed] == [TimeoutError]


async def test_what_becomes_due_again_while_it_is_done_is_done_again_at_once() -> None:
    """Last words, say, that come in while the call is concluded: nobody can be woken for what is being done."""
    rounds: list[str] = []

    async def due_again(consultation_id: str) -> None:
        rounds.append(consultation_id)
        await shop.settle(consultation_id, after=0)

    shop = Workshop(nothing)
    due = await shop.add()
    work = DueWork(shop.store, shop.clock, {DueKind.DIAL: due_again}, lambda *_: None)
    assert await work.attend(due)
    assert len(rounds) == 3, "but not for ever"


async def test_what_is_due_soon_after_it_was_done_waits_for_its_time() -> None:
    rounds: list[str] = []

    async def due_soon(consultation_id: str) -> None:
        rounds.append(consultation_id)
        await shop.settle(consultation_id, after=0.5)

    shop = Workshop(nothing)
    due = await shop.add()
    assert await DueWork(shop.store, shop.clock, {DueKind.DIAL: due_soon}, lambda *_: None).attend(due)
    assert len(rounds) == 1


@virtual_time
async def test_a_sweep_wakes_what_is_overdue_and_nothing_else() -> None:
    shop = Workshop(nothing)
    overdue = [await shop.add(), await shop.add()]
    await shop.add(after=30)
    await shop.work.sweep(shop.alarm_clock)
    await asyncio.sleep(1)
    assert sorted(shop.done) == sorted(due.consultation_id for due in overdue)
    shop.clock.advance(30)
    await shop.work.sweep(shop.alarm_clock)
    await asyncio.sleep(1)
    assert len(shop.done) == 3


@virtual_time
async def test_what_fails_and_whose_wake_was_lost_is_found_by_the_next_sweep() -> None:
    shop = Workshop(nothing)
    await shop.add()
    shop.alarm_clock.silent = True
    await shop.work.sweep(shop.alarm_clock)
    shop.alarm_clock.silent = False
    shop.store.error = StoreUnavailable()
    await shop.work.sweep(shop.alarm_clock)
    shop.store.error = None
    await asyncio.sleep(1)
    assert shop.done == []
    await shop.work.sweep(shop.alarm_clock)
    await asyncio.sleep(1)
    assert len(shop.done) == 1
