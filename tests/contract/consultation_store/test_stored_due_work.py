"""What every consultation store does with due work, and when it erases."""

from datetime import timedelta

import pytest

from orchestrator.dialogue.ports.store import Change, ConsultationStore, Due, DueKind
from orchestrator.domain.consultation import Delivery, DeliveryState
from orchestrator.domain.errors import ConsultationNotFound
from orchestrator.domain.event import TurnTaken
from orchestrator.domain.turn import (
    KeypadInput,
    Reply,
    Wait,
)
from tests.contract.consultation_store.records import commit, put
from tests.fakes.clock import ManualClock
from tests.fakes.consultations import NOON, brief, consultation, next_change, turn


async def test_work_is_overdue_from_its_time_on_until_a_change_says_otherwise(
    store: ConsultationStore, clock: ManualClock
) -> None:
    record = await put(store)
    soon = clock.now() + timedelta(seconds=10)
    record = await commit(store, next_change(record, due={DueKind.DIAL: clock.now(), DueKind.CHECK: soon}))
    dial, check = (Due(kind, record.consultation_id) for kind in (DueKind.DIAL, DueKind.CHECK))
    assert [await store.due_at(due) for due in (dial, check)] == [clock.now(), soon]
    assert await store.overdue(limit=10) == (dial,)
    clock.advance(10)
    assert await store.overdue(limit=10) == (dial, check), "the longest waiting first"
    record = await commit(store, next_change(record, due={DueKind.DIAL: None, DueKind.CHECK: NOON + timedelta(days=1)}))
    assert await store.due_at(dial) is None
    assert await store.overdue(limit=10) == ()


async def test_no_more_work_is_returned_than_wanted_the_longest_waiting_first(
    store: ConsultationStore, clock: ManualClock
) -> None:
    waiting = []
    for _ in range(7):
        record = await commit(store, next_change(await put(store), due={DueKind.DELIVER: clock.now()}))
        waiting.append(Due(DueKind.DELIVER, record.consultation_id))
        clock.advance(1)
    assert await store.overdue(limit=3) == tuple(waiting[:3])
    assert await store.overdue(limit=10) == tuple(waiting)


async def test_what_is_due_can_be_made_with_the_consultation(store: ConsultationStore) -> None:
    record = consultation()
    await store.create(brief(), Change(record, due={DueKind.DIAL: NOON}))
    assert await store.overdue(limit=1) == (Due(DueKind.DIAL, record.consultation_id),)


async def test_erasing_leaves_nothing(store: ConsultationStore, clock: ManualClock) -> None:
    record = await put(store)
    await store.remember_input(record.consultation_id, 2, KeypadInput("1"))
    await commit(
        store,
        next_change(
            record,
            record={"delivery": Delivery(DeliveryState.DEAD, settled_at=NOON)},
            turns=(turn(1),),
            occurrences=(TurnTaken(turn(1)),),
            replies={0: Reply((), Wait(2))},
            due=dict.fromkeys(DueKind, NOON),
            result=b"{}",
        ),
    )
    await store.delete(record.consultation_id)
    with pytest.raises(ConsultationNotFound):
        await store.transcript(record.consultation_id)
    with pytest.raises(ConsultationNotFound):
        await store.delete(record.consultation_id)
    assert (await store.newest(limit=10, token="")).items == ()
    assert (await store.undelivered(limit=10, token="")).items == ()
    clock.advance(1000)
    assert await store.overdue(limit=10) == ()
    again = await put(store, consultation_id=record.consultation_id)
    assert await store.transcript(again.consultation_id) == (again, ())
    assert await store.events(again.consultation_id, "", wait=0) == ()
    assert await store.replies(again.consultation_id) == ()
    assert await store.result(again.consultation_id) is None


async def test_ping(store: ConsultationStore) -> None:
    await store.ping()
