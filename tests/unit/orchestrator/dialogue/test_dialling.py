"""Ringing the phone: once, whatever breaks in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from orchestrator.dialogue.dialling import MARGIN, MOST_ATTEMPTS
from orchestrator.dialogue.ports import CallOrder, CallReport, CallStatus, Change, Due, DueKind
from orchestrator.domain.codes import DialFailure, ExceptionCode
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import DialRefused, StoreUnavailable, TelephoneUnavailable
from tests.fakes.consultations import brief
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.virtual_time import virtual_time

LEASE = 60.0
LONGEST = 40 + 1800 + MARGIN.total_seconds()


async def ordered() -> Scene:
    scene = Scene()
    await scene.order()
    return scene


async def claim(scene: Scene) -> tuple[Due, ...]:
    return await scene.store.claim_due(limit=10, lease=LEASE)


async def state(scene: Scene) -> State:
    return (await scene.record()).state


@virtual_time
async def test_the_phone_rings_as_ordered() -> None:
    scene = await ordered()
    await scene.work()
    assert scene.telephone.orders == [CallOrder(scene.id, brief().person.phone, ring_timeout=40, time_limit=1800)]
    record = await scene.record()
    assert (record.state, record.dial_attempts, record.dial_open) == (State.DIALLING, 1, False)
    assert record.call_sid in scene.telephone.calls
    assert record.dialled_at == scene.clock.now()


@virtual_time
async def test_dialling_again_does_not_ring_again() -> None:
    scene = await ordered()
    for _ in range(3):
        await scene.dialling.dial(scene.id)
    assert len(scene.telephone.orders) == 1


@virtual_time
async def test_two_who_dial_at_the_same_time_ring_once() -> None:
    """Both read the record before either writes to it."""
    scene = await ordered()
    load, both_read = scene.store.load, asyncio.Barrier(2)

    async def load_together(consultation_id: str) -> Any:
        loaded = await load(consultation_id)
        if loaded[1].version == 1:
            await both_read.wait()
            scene.clock.advance(0.001)  # two clocks never show the very same time
        return loaded

    scene.store.load = load_together  # type: ignore[method-assign]
    await asyncio.gather(scene.dialling.dial(scene.id), scene.dialling.dial(scene.id))
    assert len(scene.telephone.orders) == 1


# Crashes: what is done is done, and the lease brings the work back.


class Crash(BaseException):
    """The process is gone."""


def crash_on_commit(scene: Scene, doomed: Callable[[Change], bool]) -> None:
    """Lets the process die before it writes a certain change; the next one writes again."""
    commit = scene.store.commit

    async def dying(change: Change) -> bool:
        if doomed(change):
            scene.store.commit = commit  # type: ignore[method-assign]
            raise Crash
        return await commit(change)

    scene.store.commit = dying  # type: ignore[method-assign]


@virtual_time
async def test_a_crash_before_the_intent_is_written_rings_later() -> None:
    scene = await ordered()
    crash_on_commit(scene, lambda change: change.consultation.dial_open)
    with pytest.raises(Crash):
        await scene.work()
    assert scene.telephone.orders == []
    await scene.work(LEASE)
    assert len(scene.telephone.orders) == 1


@virtual_time
async def test_a_crash_after_the_phone_rang_finds_the_call() -> None:
    scene = await ordered()
    crash_on_commit(scene, lambda change: bool(change.consultation.call_sid))
    with pytest.raises(Crash):
        await scene.work()
    await scene.work(LEASE)
    assert len(scene.telephone.orders) == 1
    assert (await scene.record()).call_sid in scene.telephone.calls
    assert await claim(scene) == ()


@virtual_time
async def test_a_crash_after_the_intent_gives_up_rather_than_ring_twice() -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [Crash()]  # type: ignore[list-item]
    with pytest.raises(Crash):
        await scene.work()
    await scene.work(LEASE)
    assert scene.telephone.orders == []
    assert (await scene.record()).dial_failure is DialFailure.UNKNOWN
    assert (await scene.outcome()).exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_an_unknown_outcome_is_looked_up_never_dialled_again() -> None:
    scene = await ordered()
    dial = scene.telephone.dial

    async def answer_lost(order: CallOrder) -> str:
        await dial(order)
        raise TelephoneUnavailable(happened=None)

    scene.telephone.dial = answer_lost  # type: ignore[method-assign]
    await scene.work()
    assert (await scene.record()).dial_open
    await scene.work(LEASE)
    record = await scene.record()
    assert (len(scene.telephone.orders), record.dial_open) == (1, False)
    assert record.call_sid in scene.telephone.calls


@virtual_time
async def test_looking_up_is_tried_until_the_network_answers() -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [TelephoneUnavailable(happened=None)]
    await scene.work()
    scene.telephone.error = TelephoneUnavailable()
    with pytest.raises(TelephoneUnavailable):
        await scene.work(LEASE)
    scene.telephone.error = None
    await scene.work(LEASE)
    assert (await scene.record()).dial_failure is DialFailure.UNKNOWN


@virtual_time
async def test_the_network_may_report_before_it_answers() -> None:
    scene = await ordered()
    dial = scene.telephone.dial

    async def report_first(order: CallOrder) -> str:
        scene.call_sid = await dial(order)
        await scene.status(CallStatus.RINGING)
        return scene.call_sid

    scene.telephone.dial = report_first  # type: ignore[method-assign]
    await scene.work()
    record = await scene.record()
    assert (record.state, record.call_sid) == (State.RINGING, scene.call_sid)
    await scene.work(LEASE)
    assert len(scene.telephone.orders) == 1


@virtual_time
async def test_a_call_may_be_over_before_the_network_answers() -> None:
    scene = await ordered()
    dial = scene.telephone.dial

    async def busy_first(order: CallOrder) -> str:
        scene.call_sid = await dial(order)
        await scene.status(CallStatus.BUSY)
        return scene.call_sid

    scene.telephone.dial = busy_first  # type: ignore[method-assign]
    await scene.work()
    assert (await scene.record()).dial_failure is DialFailure.BUSY
    assert scene.telephone.hung_up == []


# Refusals.


@pytest.mark.parametrize("failure", [failure for failure in DialFailure if failure is not DialFailure.NONE])
@virtual_time
async def test_a_refusal_is_final_and_typed(failure: DialFailure) -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [DialRefused(failure, 21211)]
    await scene.work()
    record = await scene.record()
    assert (record.state, record.dial_failure) == (State.FAILED, failure)
    assert (await scene.outcome()).exception is ExceptionCode.NOT_ANSWERED
    await scene.work(LEASE)
    assert record.dial_attempts == 1


@virtual_time
async def test_a_network_that_is_away_is_tried_again_with_growing_waits_then_given_up() -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [TelephoneUnavailable(happened=False) for _ in range(MOST_ATTEMPTS)]
    tried_at = []
    for second in range(300):
        tried = len(scene.telephone.dial_errors)
        await scene.work(1)
        if len(scene.telephone.dial_errors) < tried:
            tried_at.append(second)
    waits = [later - earlier for earlier, later in pairwise(tried_at)]
    assert waits == sorted(waits) == [2, 10, 30, 60]
    record = await scene.record()
    assert (record.state, record.dial_failure, record.dial_attempts) == (
        State.FAILED,
        DialFailure.NETWORK,
        MOST_ATTEMPTS,
    )
    assert scene.telephone.orders == []


@virtual_time
async def test_a_network_that_comes_back_rings_once() -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [TelephoneUnavailable(happened=False)]
    await scene.work()
    await scene.work(2)
    assert len(scene.telephone.orders) == 1


# Cancelling.


@virtual_time
async def test_what_is_cancelled_before_it_rang_never_rings() -> None:
    scene = await ordered()
    claimed = await claim(scene)
    await scene.consultations.end(scene.id)
    assert [due.kind for due in claimed] == [DueKind.DIAL]
    await scene.dialling.dial(scene.id)
    await scene.work(LEASE)
    assert scene.telephone.orders == []
    assert await state(scene) is State.CANCELLED


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
    assert await state(scene) is State.CANCELLED
    await scene.work(LEASE)
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
        await scene.work(LEASE)
    scene.telephone.error = None
    await scene.work(LEASE)
    assert scene.telephone.hung_up == list(scene.telephone.calls)
    await scene.work(LEASE)
    assert len(scene.telephone.hung_up) == 1


# Calls whose end nobody reports.


@pytest.mark.parametrize("status", [CallStatus.COMPLETED, CallStatus.NO_ANSWER])
@virtual_time
async def test_an_end_that_nobody_reported_is_found(status: CallStatus) -> None:
    scene = Scene()
    await scene.start()
    scene.telephone.calls[scene.call_sid] = CallReport(scene.call_sid, status)
    await scene.work(LONGEST)
    await scene.work(LEASE)
    assert await state(scene) is State.FAILED


@virtual_time
async def test_a_call_that_the_network_does_not_know_is_over() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    scene.telephone.calls.clear()
    await scene.work(LONGEST)
    await scene.work(LEASE)
    assert (await scene.outcome()).exception is ExceptionCode.DISCONNECTED


@virtual_time
async def test_a_call_that_still_goes_on_is_looked_up_again_and_again() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    await scene.status(CallStatus.IN_PROGRESS)
    for _ in range(3):
        await scene.work(LONGEST)
        assert await state(scene) is State.IN_PROGRESS
    scene.telephone.calls[scene.call_sid] = CallReport(scene.call_sid, CallStatus.COMPLETED)
    await scene.work(MARGIN.total_seconds())
    await scene.work(LEASE)
    assert await state(scene) is State.FAILED


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
    await scene.dialling.check(scene.id)
    await scene.finish()
    scene.clock.advance(10 * LONGEST)
    assert await claim(scene) == ()


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
