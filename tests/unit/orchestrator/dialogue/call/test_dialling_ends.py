"""Calls that are cancelled, or whose end nobody reports."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.call.dialling import MARGIN
from orchestrator.dialogue.call.exchange_record import QUIET
from orchestrator.dialogue.ports.store import DueKind
from orchestrator.dialogue.ports.telephone import CallOrder, CallReport, CallStatus
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import StoreUnavailable, TelephoneUnavailable
from tests.fakes.consultations import brief, next_change
from tests.unit.orchestrator.dialogue.scene import LATER, Scene, ordered
from tests.virtual_time import virtual_time

LONGEST = 40 + 1800 + MARGIN.total_seconds()


# Cancelling.


@virtual_time
async def test_what_is_cancelled_before_it_rang_never_rings() -> None:
    scene = await ordered()
    claimed = await scene.due()
    await scene.consultations.end(scene.id)
    assert [due.kind for due in claimed] == [DueKind.DIAL]
    await scene.dialling.dial(scene.id)
    await scene.work(LATER)
    assert scene.telephone.orders == []
    assert (await scene.record()).state is State.CANCELLED


@virtual_time
async def test_what_is_cancelled_between_reading_and_writing_never_rings() -> None:
    scene = await ordered()
    intends = scene.dialling._intends

    async def cancelled_first(consultation_id: str) -> bool:
        await scene.consultations.end(consultation_id)
        return await intends(consultation_id)

    scene.dialling._intends = cancelled_first  # type: ignore[method-assign]
    await scene.dialling.dial(scene.id)
    assert scene.telephone.orders == []


@virtual_time
async def test_what_is_cancelled_while_the_network_is_asked_is_hung_up() -> None:
    scene = await ordered()
    dial = scene.telephone.dial

    async def cancelled_meanwhile(order: CallOrder) -> str:
        await scene.consultations.end(scene.id)
        return await dial(order)

    scene.telephone.dial = cancelled_meanwhile  # type: ignore[method-assign]
    await scene.work()
    assert scene.telephone.hung_up == list(scene.telephone.calls)
    assert (await scene.record()).state is State.CANCELLED
    await scene.work(LATER)
    assert len(scene.telephone.hung_up) == 1


@virtual_time
async def test_hanging_up_what_was_cancelled_is_tried_until_it_works() -> None:
    scene = await ordered()
    dial = scene.telephone.dial

    async def lost_and_cancelled(order: CallOrder) -> str:
        await dial(order)
        await scene.consultations.end(scene.id)
        scene.telephone.error = TelephoneUnavailable()
        raise TelephoneUnavailable(happened=None)

    scene.telephone.dial = lost_and_cancelled  # type: ignore[method-assign]
    await scene.work()
    with pytest.raises(TelephoneUnavailable):
        await scene.work(LATER)
    scene.telephone.error = None
    await scene.work(LATER)
    assert scene.telephone.hung_up == list(scene.telephone.calls)
    await scene.work(LATER)
    assert len(scene.telephone.hung_up) == 1


# Calls whose end nobody reports.


@pytest.mark.parametrize("status", [CallStatus.COMPLETED, CallStatus.NO_ANSWER])
@virtual_time
async def test_an_end_that_nobody_reported_is_found(status: CallStatus) -> None:
    scene = Scene()
    await scene.start()
    scene.telephone.calls[scene.call_sid] = CallReport(scene.call_sid, status)
    await scene.work(LONGEST)
    await scene.work(LATER)
    assert (await scene.record()).state is State.FAILED


@virtual_time
async def test_a_call_that_the_network_does_not_know_is_over() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    scene.telephone.calls.clear()
    await scene.work(LONGEST)
    await scene.work(LATER)
    assert (await scene.outcome()).exception is ExceptionCode.DISCONNECTED


@virtual_time
async def test_a_call_that_still_goes_on_is_looked_up_again_and_again() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    await scene.status(CallStatus.IN_PROGRESS)
    for _ in range(3):
        await scene.work(QUIET.total_seconds())
        assert (await scene.record()).state is State.IN_PROGRESS
    scene.telephone.calls[scene.call_sid] = CallReport(scene.call_sid, CallStatus.COMPLETED)
    await scene.work(MARGIN.total_seconds())
    await scene.work(LATER)
    assert (await scene.record()).state is State.FAILED


@virtual_time
async def test_when_all_is_over_nothing_is_due_any_more() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    call_report = scene.telephone.call_report

    async def ends_meanwhile(call_sid: str) -> CallReport | None:
        report = await call_report(call_sid)
        await scene.hang_up()
        return report

    scene.telephone.call_report = ends_meanwhile  # type: ignore[method-assign]
    scene.clock.advance(LONGEST)
    await scene.dialling.check(scene.id)
    await scene.finish()
    scene.clock.advance(10 * LONGEST)
    assert await scene.due() == ()


@virtual_time
async def test_a_look_at_a_call_that_is_over_is_the_last_one() -> None:
    scene = Scene()
    await scene.start()
    await scene.status(CallStatus.BUSY)
    await scene.finish()
    await scene.store.commit(next_change(await scene.record(), due={DueKind.CHECK: scene.clock.now()}))
    await scene.work()
    scene.clock.advance(10 * LONGEST)
    assert await scene.due() == ()


@virtual_time
async def test_the_store_may_go_away() -> None:
    scene = await ordered()
    scene.store.error = StoreUnavailable()
    for work in (scene.dialling.dial, scene.dialling.check):
        with pytest.raises(StoreUnavailable):
            await work(scene.id)
    scene.store.error = None
    await scene.work()
    assert len(scene.telephone.orders) == 1


@pytest.mark.parametrize("told", [(), (CallStatus.RINGING,), (CallStatus.RINGING, CallStatus.IN_PROGRESS)])
@virtual_time
async def test_a_call_that_went_silent_is_looked_up_once_its_phone_cannot_ring_any_more(
    told: tuple[CallStatus, ...],
) -> None:
    scene = Scene()
    await scene.start()
    for status in told:
        await scene.status(status)
    await scene.telephone.hang_up(scene.call_sid)
    await scene.work(brief().dialling.ring_timeout + MARGIN.total_seconds() - 1)
    assert not (await scene.record()).reached(State.SUMMARISING)
    await scene.work(2)
    assert (await scene.record()).reached(State.SUMMARISING)


@virtual_time
async def test_a_call_that_waits_long_at_the_network_or_is_silent_and_goes_on_is_left_alone() -> None:
    scene = Scene()
    await scene.start()
    for minutes in range(10):
        await scene.work(60)
        assert (await scene.record()).state is State.DIALLING, minutes
    await scene.answer()
    for minutes in range(10):
        await scene.work(60)
        assert (await scene.record()).state is State.IN_PROGRESS, minutes
    assert scene.telephone.hung_up == []
