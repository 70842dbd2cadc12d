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


async def test_work_is_claimed_when_it_is_due_and_again_when_the_lease_is_over(
    store: ConsultationStore, clock: ManualClock
) -> None:
    record = await put(store)
    soon = clock.now() + timedelta(seconds=10)
    record = await commit(store, next_change(record, due={DueKind.DIAL: clock.now(), DueKind.CHECK: soon}))
    dial, check = (Due(kind, record.consultation_id) for kind in (DueKind.DIAL, DueKind.CHECK))
    assert await store.claim_due(limit=10, lease=30) == (dial,)
    assert await store.claim_due(limit=10, lease=30) == ()
    clock.advance(10)
    assert await store.claim_due(limit=10, lease=30) == (check,)
    clock.advance(20)
    assert await store.claim_due(limit=10, lease=30) == (dial,)
    await commit(store, next_change(record, due={DueKind.DIAL: None, DueKind.CHECK: None}))
    clock.advance(100)
    assert await store.claim_due(limit=10, lease=30) == ()


async def test_no_more_is_claimed_than_wanted_and_nothing_twice(store: ConsultationStore) -> None:
    wanted = {
        Due(
            DueKind.DELIVER,
            (await commit(store, next_change(await put(store), due={DueKind.DELIVER: NOON}))).consultation_id,
        )
        for _ in range(7)
    }
    claimed: list[Due] = []
    for size in (3, 3, 1):
        batch = await store.claim_due(limit=3, lease=30)
        assert len(batch) == size
        claimed += batch
    assert set(claimed) == wanted


async def test_what_is_due_can_be_made_with_the_consultation(store: ConsultationStore) -> None:
    record = consultation()
    await store.create(brief(), Change(record, due={DueKind.DIAL: NOON}))
    assert await store.claim_due(limit=1, lease=1) == (Due(DueKind.DIAL, record.consultation_id),)


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
    assert await store.claim_due(limit=10, lease=1) == ()
    again = await put(store, consultation_id=record.consultation_id)
    assert await store.transcript(again.consultation_id) == (again, ())
    assert await store.events(again.consultation_id, "", wait=0) == ()
    assert await store.replies(again.consultation_id) == ()
    assert await store.result(again.consultation_id) is None


async def test_ping(store: ConsultationStore) -> None:
    await store.ping()
