"""Calls wait for a permit, hold one while they last, and give it back however they end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.dialogue.ports.telephone import CallOrder, CallStatus
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.consultation import DeliveryState, State
from orchestrator.domain.errors import DialRefused, StoreUnavailable, TelephoneUnavailable
from tests.unit.orchestrator.dialogue.scene import LATER, Scene, plain_brief
from tests.virtual_time import virtual_time


async def ordered(**limits: float) -> Scene:
    scene = Scene(**limits)  # type: ignore[arg-type]
    await scene.order()
    return scene


def somebody_else() -> Brief:
    return plain_brief(person=replace(plain_brief().person, person_id="v-18", phone="+821087654321"))


async def held(scene: Scene) -> list[str]:
    return list(scene.permits.leases)


@virtual_time
async def test_a_call_without_a_permit_is_put_off_and_made_when_there_is_one() -> None:
    scene = await ordered(calls_per_second=0.1)
    await scene.work()
    first = scene.id
    await scene.order(somebody_else())
    second = scene.id
    await scene.work()
    assert [order.consultation_id for order in scene.telephone.orders] == [first]
    assert (await scene.record()).state is State.SCHEDULED  # the intent was not written
    await scene.work(5)
    assert len(scene.telephone.orders) == 1
    await scene.work(5)
    assert [order.consultation_id for order in scene.telephone.orders] == [first, second]


@virtual_time
async def test_a_permit_that_comes_soon_is_waited_for_in_place() -> None:
    scene = await ordered(calls_per_second=4)
    ask = scene.permits.ask

    async def asked_later(consultation_id: str, **wanted: Any) -> float:
        wait = await ask(consultation_id, **wanted)
        scene.clock.advance(wait)  # as the loop's clock will have moved
        return wait

    scene.permits.ask = asked_later  # type: ignore[method-assign]
    await scene.order(somebody_else())
    await scene.work()
    assert len(scene.telephone.orders) == 2


@virtual_time
async def test_a_permit_is_held_from_the_dialling_to_the_end() -> None:
    scene = await ordered(most_calls=1)
    await scene.work()
    scene.call_sid = (await scene.record()).call_sid
    assert await held(scene) == [scene.id]
    await scene.answer()
    first = scene.id
    await scene.order(somebody_else())
    await scene.work(30)
    assert len(scene.telephone.orders) == 1
    second, scene.id = scene.id, first
    await scene.hang_up()
    await scene.work(15)
    await scene.work(2)
    assert await held(scene) == [second]
    assert len(scene.telephone.orders) == 2


@pytest.mark.parametrize("status", [CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.FAILED, CallStatus.CANCELED])
@virtual_time
async def test_a_call_that_was_not_answered_gives_its_permit_back(status: CallStatus) -> None:
    scene = await ordered(most_calls=1)
    await scene.work()
    scene.call_sid = (await scene.record()).call_sid
    await scene.status(status)
    await scene.work()
    assert await held(scene) == []


@pytest.mark.parametrize(
    "error", [DialRefused(DialFailure.INVALID_NUMBER), TelephoneUnavailable(happened=False)], ids=["refused", "away"]
)
@virtual_time
async def test_a_call_the_network_did_not_take_gives_its_permit_back(error: Exception) -> None:
    scene = await ordered(most_calls=1)
    scene.telephone.dial_errors = [error]
    await scene.work()
    assert await held(scene) == []


@virtual_time
async def test_a_network_that_has_too_much_to_do_is_left_alone_by_everybody() -> None:
    scene = await ordered()
    busy = TelephoneUnavailable(7, happened=False, failure=DialFailure.RATE_LIMITED)
    scene.telephone.dial_errors = [busy]
    await scene.work()
    await scene.order(somebody_else())
    await scene.work(5)
    assert scene.telephone.orders == []
    await scene.work(3)
    assert len(scene.telephone.orders) == 2


@pytest.mark.parametrize("rung", [False, True])
@virtual_time
async def test_a_call_that_is_cancelled_gives_its_permit_back(rung: bool) -> None:
    scene = await ordered(most_calls=1)
    if rung:
        await scene.work()
    else:
        await scene.permits.ask(scene.id, hold=60, line=0)  # by a replica that died then
    await scene.consultations.end(scene.id)
    await scene.work()
    assert await held(scene) == []


@virtual_time
async def test_a_call_that_is_cancelled_while_the_network_is_asked_gives_its_permit_back() -> None:
    scene = await ordered(most_calls=1)
    dial = scene.telephone.dial

    async def cancelled_meanwhile(order: CallOrder) -> str:
        call_sid = await dial(order)
        await scene.consultations.end(scene.id)
        return call_sid

    scene.telephone.dial = cancelled_meanwhile  # type: ignore[method-assign]
    await scene.work()
    assert (await held(scene), len(scene.telephone.hung_up)) == ([], 1)


@virtual_time
async def test_without_the_store_of_permits_nothing_is_dialled() -> None:
    scene = await ordered()
    scene.permits.error = StoreUnavailable()
    with pytest.raises(StoreUnavailable):
        await scene.work()
    assert scene.telephone.orders == []
    scene.permits.error = None
    await scene.work(LATER)
    assert len(scene.telephone.orders) == 1


@virtual_time
async def test_a_call_that_is_not_wanted_at_this_moment_is_cancelled_and_told_to_nobody() -> None:
    scene = Scene(most_calls=1)
    asked: list[tuple[str, str]] = []

    async def unwanted(brief: Brief, consultation_id: str) -> bool:
        asked.append((brief.campaign_id, consultation_id))
        return False

    scene.dialling._may_dial = unwanted
    await scene.order(plain_brief(campaign_id="spring"))
    await scene.work()
    record = await scene.record()
    assert (record.state, record.dial_failure) == (State.CANCELLED, DialFailure.NOT_NOW)
    assert record.delivery.state is DeliveryState.NOT_WANTED
    assert asked == [("spring", scene.id)]
    await scene.work()  # its dialling is due once more, to give back the permit
    assert (scene.telephone.orders, await held(scene)) == ([], [])


# Two consultations with one number.


@virtual_time
async def test_the_second_call_to_a_number_waits_for_the_end_of_the_first() -> None:
    scene = await ordered()
    await scene.work()
    first, scene.call_sid = scene.id, (await scene.record()).call_sid
    await scene.answer()
    second = (await scene.order()).consultation_id
    for _ in range(20):
        await scene.work(30)  # the first one talks on
    assert [order.consultation_id for order in scene.telephone.orders] == [first]
    assert (await scene.record()).state is State.SCHEDULED
    scene.id = first
    await scene.hang_up()
    await scene.work(15)
    await scene.work(5)
    assert [order.consultation_id for order in scene.telephone.orders] == [first, second]


@virtual_time
async def test_of_two_that_begin_at_the_same_time_one_rings() -> None:
    scene = await ordered()
    first = scene.id
    await scene.order()
    await asyncio.gather(*(scene.dialling.dial(consultation_id) for consultation_id in (first, scene.id)))
    assert len(scene.telephone.orders) == 1


@pytest.mark.parametrize("error", [DialRefused(DialFailure.INVALID_NUMBER), TelephoneUnavailable(happened=False)])
@virtual_time
async def test_a_first_call_that_was_not_placed_does_not_keep_the_second_waiting(error: Exception) -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [error]
    await scene.dialling.dial(scene.id)
    await scene.order()
    await scene.work(5)
    assert scene.telephone.orders[0].consultation_id == scene.id


@virtual_time
async def test_who_is_cancelled_while_the_number_is_engaged_never_rings() -> None:
    scene = await ordered()
    await scene.work()
    await scene.order()
    await scene.work()
    await scene.consultations.end(scene.id)
    await scene.work(60)
    assert (len(scene.telephone.orders), (await scene.record()).state) == (1, State.CANCELLED)


@virtual_time
async def test_who_was_not_placed_and_waits_long_for_another_permit_is_not_given_up() -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [TelephoneUnavailable(happened=False)]
    await scene.work()
    await scene.permits.ask("another", hold=3600, line=0, phone=plain_brief().person.phone)
    for _ in range(20):
        await scene.work(30)
    assert (await scene.record()).state is State.DIALLING
    await scene.permits.release("another")
    await scene.work(5)
    assert len(scene.telephone.orders) == 1
