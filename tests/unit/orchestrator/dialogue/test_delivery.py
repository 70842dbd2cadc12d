"""Results on their way to the backend."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.delivery import FEWEST_ATTEMPTS, LATER, LONGEST, SHORTEST, Deliveries, _next_attempt
from orchestrator.dialogue.ports.results import Receipt
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.codes import DeliveryFailure
from orchestrator.domain.consultation import DeliveryState
from orchestrator.domain.errors import ConsultationNotFound, NoResultUrl, StoreUnavailable, WrongState
from tests.fakes.consultations import NOON
from tests.fakes.result_receiver import ScriptedResultReceiver
from tests.unit.orchestrator.dialogue.scene import RETENTION, Scene, plain_brief
from tests.virtual_time import virtual_time

ACCEPTED = Receipt(200, accepted=True)
BUSY = Receipt(503, accepted=False, failure=DeliveryFailure.BACKEND_FAILED)
SILENT = Receipt(None, accepted=False, failure=DeliveryFailure.TIMEOUT)
WRONG = Receipt(400, accepted=False, final=True, failure=DeliveryFailure.REFUSED)


async def delivering(*receipts: Receipt, wanted: bool = True) -> Scene:
    """A consultation that is over, its result tried once."""
    scene = Scene(receiver=ScriptedResultReceiver(*receipts, wanted=wanted))
    await scene.ring(plain_brief(), "네", "네", "없어요")
    await scene.finish()
    return scene


async def dead_ids(scene: Scene) -> list[str]:
    return [record.consultation_id for record in (await scene.consultations.undelivered(limit=10, token="")).items]


@virtual_time
async def test_what_is_accepted_is_sent_once() -> None:
    scene = await delivering(ACCEPTED)
    await scene.work(86_400)
    record = await scene.record()
    assert (record.delivery.state, record.delivery.attempts, record.delivery.http_status) == (
        DeliveryState.DELIVERED,
        1,
        200,
    )
    assert record.settled


@virtual_time
async def test_every_try_sends_the_same_bytes_under_the_same_key() -> None:
    scene = await delivering(BUSY, SILENT, ACCEPTED)
    for _ in range(10):
        await scene.work(10)
    assert len(scene.receiver.delivered) == 3
    assert set(scene.receiver.delivered) == {(f"result:{scene.id}", await scene.store.result(scene.id))}


@virtual_time
async def test_what_is_not_accepted_is_tried_again_later() -> None:
    scene = await delivering(BUSY)
    delivery = (await scene.record()).delivery
    assert (delivery.state, delivery.attempts, delivery.http_status) == (DeliveryState.PENDING, 1, 503)
    assert delivery.next_attempt_at is not None
    assert delivery.next_attempt_at > scene.clock.now()
    await scene.work((delivery.next_attempt_at - scene.clock.now()).total_seconds())
    assert (await scene.record()).delivery.attempts == 2


@virtual_time
async def test_the_backend_may_ask_to_be_left_alone() -> None:
    scene = await delivering(Receipt(429, accepted=False, retry_after=120))
    await scene.work(119)
    assert len(scene.receiver.delivered) == 1
    await scene.work(1)
    assert len(scene.receiver.delivered) == 2


@virtual_time
async def test_a_final_refusal_is_kept_for_a_human() -> None:
    scene = await delivering(WRONG)
    await scene.work(86_400)
    assert (await scene.record()).delivery.state is DeliveryState.DEAD
    assert len(scene.receiver.delivered) == 1
    assert await dead_ids(scene) == [scene.id]


@virtual_time
async def test_what_was_given_up_is_kept_as_long_as_everything_else_then_erased() -> None:
    scene = await delivering(WRONG, BUSY)
    await scene.work(RETENTION.total_seconds() - 3600)
    await scene.deliveries.deliver_now(scene.id)
    assert await dead_ids(scene) == [scene.id]
    await scene.work(3601)  # a replay that failed does not keep it longer
    assert await dead_ids(scene) == []
    with pytest.raises(ConsultationNotFound):
        await scene.record()


@virtual_time
async def test_what_a_replay_delivers_is_kept_from_then_on() -> None:
    scene = await delivering(WRONG, ACCEPTED)
    await scene.work(RETENTION.total_seconds() - 3600)
    await scene.deliveries.deliver_now(scene.id)
    await scene.work(RETENTION.total_seconds() - 3600)
    assert (await scene.record()).delivery.state is DeliveryState.DELIVERED


@virtual_time
async def test_a_dead_letter_says_why() -> None:
    scene = await delivering(SILENT, WRONG)
    first = scene.clock.now()
    await scene.work(60)
    dead = (await scene.consultations.undelivered(limit=10, token="")).items[0].delivery
    assert (dead.state, dead.failure, dead.http_status, dead.attempts) == (
        DeliveryState.DEAD,
        DeliveryFailure.REFUSED,
        400,
        2,
    )
    assert (dead.first_attempt_at, dead.last_attempt_at) == (first, scene.clock.now())


@virtual_time
async def test_a_backend_that_others_found_down_is_not_even_asked() -> None:
    scene = Scene()
    scene.receiver.worth_a_try = False
    await scene.ring(plain_brief(), "네", "네", "없어요")
    await scene.finish()
    await scene.work(LATER.total_seconds())
    delivery = (await scene.record()).delivery
    assert (delivery.state, delivery.attempts, scene.receiver.delivered) == (DeliveryState.PENDING, 0, [])
    scene.receiver.worth_a_try = True
    await scene.work(LATER.total_seconds())
    assert (await scene.record()).delivery.state is DeliveryState.DELIVERED


@virtual_time
async def test_what_is_delivered_while_it_is_put_off_is_not_due_again() -> None:
    scene = await delivering(BUSY, ACCEPTED)
    scene.receiver.worth_a_try = False
    load = scene.store.load

    async def delivered_meanwhile(consultation_id: str) -> Any:
        scene.store.load = load  # type: ignore[method-assign]
        await scene.deliveries.deliver_now(consultation_id)
        return await load(consultation_id)

    scene.store.load = delivered_meanwhile  # type: ignore[method-assign]
    await scene.deliveries.deliver(scene.id)
    scene.clock.advance(3600)
    assert await scene.due() == ()


@virtual_time
async def test_every_attempt_is_told_and_whether_one_went_before_it() -> None:
    scene = await delivering(ACCEPTED)
    scene.receiver.receipts = [SILENT, BUSY, ACCEPTED]
    told: list[tuple[DeliveryFailure, DeliveryFailure | None]] = []
    again = Deliveries(
        scene.store,
        scene.receiver,
        scene.clock,
        retention=RETENTION,
        on_attempt=lambda failure, before: told.append((failure, before)),
    )
    for _ in range(3):
        await again.deliver_now(scene.id)
    assert told == [
        (DeliveryFailure.TIMEOUT, DeliveryFailure.NONE),
        (DeliveryFailure.BACKEND_FAILED, DeliveryFailure.TIMEOUT),
        (DeliveryFailure.NONE, DeliveryFailure.BACKEND_FAILED),
    ]


@virtual_time
async def test_for_more_than_a_day_is_it_tried_then_given_up() -> None:
    scene = await delivering(SILENT)
    started = scene.clock.now()
    while (await scene.record()).delivery.state is DeliveryState.PENDING:
        await scene.work(LONGEST.total_seconds())
    assert (await scene.record()).delivery.attempts >= FEWEST_ATTEMPTS
    assert scene.clock.now() - started > timedelta(hours=24)


@virtual_time
async def test_who_could_not_try_for_two_days_does_not_give_up_at_the_first_try() -> None:
    scene = Scene(receiver=ScriptedResultReceiver(SILENT))
    await scene.ring(plain_brief(), "네", "네", "없어요")
    await scene.work(2 * 86_400)
    assert (await scene.record()).delivery.state is DeliveryState.PENDING


@virtual_time
async def test_now_delivers_what_was_given_up() -> None:
    scene = await delivering(WRONG, ACCEPTED)
    attempt = await scene.deliveries.deliver_now(scene.id)
    assert (attempt.number, attempt.state, attempt.http_status) == (2, DeliveryState.DELIVERED, 200)
    assert await dead_ids(scene) == []


@virtual_time
async def test_now_delivers_again_what_was_delivered() -> None:
    scene = await delivering(ACCEPTED)
    assert (await scene.deliveries.deliver_now(scene.id)).number == 2
    assert len(scene.receiver.delivered) == 2


@pytest.mark.parametrize(("before", "state"), [(WRONG, DeliveryState.DEAD), (ACCEPTED, DeliveryState.DELIVERED)])
@virtual_time
async def test_a_replay_that_fails_changes_nothing_but_the_count(before: Receipt, state: DeliveryState) -> None:
    scene = await delivering(before, BUSY)
    attempt = await scene.deliveries.deliver_now(scene.id)
    assert (attempt.number, attempt.http_status, attempt.state, attempt.next_attempt_at) == (2, 503, state, None)
    await scene.work(86_400)
    assert len(scene.receiver.delivered) == 2


@virtual_time
async def test_now_does_not_stop_what_is_tried_by_itself() -> None:
    scene = await delivering(BUSY, BUSY, ACCEPTED)
    assert (await scene.deliveries.deliver_now(scene.id)).state is DeliveryState.PENDING
    await scene.work(3600)
    assert (await scene.record()).delivery.state is DeliveryState.DELIVERED


@virtual_time
async def test_without_a_backend_nothing_is_sent() -> None:
    scene = await delivering(wanted=False)
    assert (await scene.record()).delivery.state is DeliveryState.NOT_WANTED
    assert scene.receiver.delivered == []
    with pytest.raises(NoResultUrl):
        await scene.deliveries.deliver_now(scene.id)


@virtual_time
async def test_without_a_result_nothing_is_sent() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네")
    with pytest.raises(WrongState):
        await scene.deliveries.deliver_now(scene.id)
    cancelled = Scene()
    await cancelled.order()
    await cancelled.consultations.end(cancelled.id)
    with pytest.raises(WrongState):
        await cancelled.deliveries.deliver_now(cancelled.id)
    assert await scene.deliveries.deliver(scene.id) is None


@pytest.mark.parametrize("wanted", [True, False])
@virtual_time
async def test_after_it_was_acknowledged_a_consultation_is_kept_for_a_while(wanted: bool) -> None:
    scene = await delivering(ACCEPTED, wanted=wanted)
    scene.clock.advance(RETENTION.total_seconds() - 10)
    assert (await scene.record()).settled
    scene.clock.advance(20)
    with pytest.raises(ConsultationNotFound):
        await scene.record()


@virtual_time
async def test_an_acknowledgement_that_cannot_be_written_is_a_second_try_not_a_loss() -> None:
    scene = await delivering(BUSY, ACCEPTED)
    commit = scene.store.commit

    async def unacknowledged(change: Change) -> bool:
        if len(scene.receiver.delivered) == 2:
            raise StoreUnavailable
        return await commit(change)

    scene.store.commit = unacknowledged  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        await scene.work(60)
    delivery = (await scene.record()).delivery
    assert (delivery.state, delivery.failure) == (DeliveryState.PENDING, DeliveryFailure.UNKNOWN)
    scene.store.commit = commit  # type: ignore[method-assign]
    await scene.work(60)
    assert (await scene.record()).delivery.state is DeliveryState.DELIVERED
    assert len(scene.receiver.delivered) == 3


@given(st.integers(1, 200), st.one_of(st.none(), st.floats(0, 1e6)))
def test_waits_grow_up_to_a_bound_and_respect_the_backend(attempts: int, retry_after: float | None) -> None:
    wait = _next_attempt(NOON, attempts, retry_after) - NOON
    most = min(LONGEST, SHORTEST * 2.0 ** min(attempts, 20))
    asked_for = min(timedelta(seconds=retry_after or 0), LONGEST)
    assert asked_for <= wait <= max(most, asked_for)
