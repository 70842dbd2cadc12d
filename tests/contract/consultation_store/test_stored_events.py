"""What every consultation store does with events and those who follow them."""

import asyncio
from datetime import timedelta

import pytest

from orchestrator.dialogue.ports.store import ConsultationStore
from orchestrator.domain.consultation import DeliveryState, State
from orchestrator.domain.errors import ConsultationNotFound, InvalidCursor
from orchestrator.domain.event import DeliveryAttempted, StateChanged, TurnTaken
from tests.contract.consultation_store.records import commit, put
from tests.fakes.clock import ManualClock
from tests.fakes.consultations import NOON, next_change, turn


async def test_events_of_every_kind_in_order_from_any_cursor_on(store: ConsultationStore, clock: ManualClock) -> None:
    record = await put(store)
    dialling = record.to(State.DIALLING)
    attempt = DeliveryAttempted(1, 503, DeliveryState.PENDING, NOON + timedelta(seconds=2))
    clock.advance(5)
    record = await commit(
        store, next_change(record, occurrences=(StateChanged(dialling), TurnTaken(turn(1)), attempt), turns=(turn(1),))
    )
    clock.advance(5)
    record = await commit(store, next_change(record, occurrences=(TurnTaken(turn(2)),), turns=(turn(2),)))
    events = await store.events(record.consultation_id, "", wait=0)
    assert [event.occurrence for event in events] == [
        StateChanged(dialling),
        TurnTaken(turn(1)),
        attempt,
        TurnTaken(turn(2)),
    ]
    assert [(event.happened_at - NOON).total_seconds() for event in events] == [5, 5, 5, 10]
    for position, event in enumerate(events):
        assert await store.events(record.consultation_id, event.cursor, wait=0) == events[position + 1 :]


@pytest.mark.parametrize(
    "cursor", ["1-1", "2-2", "02-1", "-", "+", "(2-1", "nonsense", "9" * 30 + "-1", "2-1\n", "٢-1"]
)
async def test_cursors_that_were_never_given_out(store: ConsultationStore, cursor: str) -> None:
    record = await put(store)
    await commit(store, next_change(record, occurrences=(StateChanged(record),)))
    assert [event.cursor for event in await store.events(record.consultation_id, "", wait=0)] == ["2-1"]
    with pytest.raises(InvalidCursor):
        await store.events(record.consultation_id, cursor, wait=0)


async def test_watchers_wake_when_something_happens(store: ConsultationStore) -> None:
    record = await put(store)
    watchers = [asyncio.create_task(store.events(record.consultation_id, "", wait=10)) for _ in range(50)]
    await asyncio.sleep(0.1)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await commit(store, next_change(record, occurrences=(TurnTaken(turn(1)),)))
    for events in await asyncio.gather(*watchers):
        assert [event.occurrence for event in events] == [TurnTaken(turn(1))]
    assert loop.time() - started < 1.5


async def test_a_watcher_that_sees_nothing_returns_after_its_wait(store: ConsultationStore) -> None:
    record = await put(store)
    assert await store.events(record.consultation_id, "", wait=0.05) == ()


async def test_a_watcher_learns_that_the_consultation_is_gone(store: ConsultationStore) -> None:
    record = await put(store)
    watcher = asyncio.create_task(store.events(record.consultation_id, "", wait=10))
    await asyncio.sleep(0.1)
    await store.delete(record.consultation_id)
    with pytest.raises(ConsultationNotFound):
        await watcher


async def test_a_watcher_can_be_cancelled(store: ConsultationStore) -> None:
    record = await put(store)
    watcher = asyncio.create_task(store.events(record.consultation_id, "", wait=10))
    await asyncio.sleep(0.05)
    watcher.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watcher
