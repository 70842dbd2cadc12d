"""Ringing the phone: once, whatever breaks in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from orchestrator.dialogue.call.call_status import LAST_WORDS
from orchestrator.dialogue.call.dialling import MOST_ATTEMPTS
from orchestrator.dialogue.call.exchange_record import QUIET
from orchestrator.dialogue.ports.store import Change
from orchestrator.dialogue.ports.telephone import CallOrder, CallStatus
from orchestrator.domain.codes import DialFailure, ExceptionCode
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import DialRefused, TelephoneUnavailable
from tests.fakes.consultations import brief
from tests.unit.orchestrator.dialogue.scene import LATER, Scene, ordered, talking
from tests.virtual_time import virtual_time


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
    await scene.work(LATER)
    assert len(scene.telephone.orders) == 1


@virtual_time
async def test_a_crash_after_the_phone_rang_finds_the_call() -> None:
    scene = await ordered()
    crash_on_commit(scene, lambda change: bool(change.consultation.call_sid))
    with pytest.raises(Crash):
        await scene.work()
    await scene.work(LATER)
    assert len(scene.telephone.orders) == 1
    assert (await scene.record()).call_sid in scene.telephone.calls
    assert await scene.due() == ()


@virtual_time
async def test_a_crash_after_the_intent_gives_up_rather_than_ring_twice() -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [Crash()]  # type: ignore[list-item]
    with pytest.raises(Crash):
        await scene.work()
    await scene.work(LATER)
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
    await scene.work(LATER)
    record = await scene.record()
    assert (len(scene.telephone.orders), record.dial_open) == (1, False)
    assert record.call_sid in scene.telephone.calls


@virtual_time
async def test_an_attempt_is_not_looked_up_before_the_network_must_list_it() -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [TelephoneUnavailable(happened=None)]
    await scene.work()
    await scene.work(29)
    assert (await scene.record()).dial_open
    await scene.work(1)
    assert (await scene.record()).dial_failure is DialFailure.UNKNOWN


@virtual_time
async def test_who_was_stopped_after_writing_the_intent_does_not_ring_any_more() -> None:
    scene = await ordered()
    commit = scene.store.commit

    async def stopped(change: Change) -> bool:
        scene.store.commit = commit  # type: ignore[method-assign]
        written = await commit(change)
        scene.clock.advance(20)
        return written

    scene.store.commit = stopped  # type: ignore[method-assign]
    await scene.work()
    assert scene.telephone.orders == []
    await scene.work(LATER)
    assert (scene.telephone.orders, (await scene.record()).dial_failure) == ([], DialFailure.UNKNOWN)


@virtual_time
async def test_looking_up_is_tried_until_the_network_answers() -> None:
    scene = await ordered()
    scene.telephone.dial_errors = [TelephoneUnavailable(happened=None)]
    await scene.work()
    scene.telephone.error = TelephoneUnavailable()
    with pytest.raises(TelephoneUnavailable):
        await scene.work(LATER)
    scene.telephone.error = None
    await scene.work(LATER)
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
    await scene.work(LATER)
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


@virtual_time
async def test_a_failure_that_the_network_itself_contradicts_is_none() -> None:
    """The request failed, they say; but the phone rings."""
    scene = await ordered()
    dial = scene.telephone.dial

    async def rings_and_fails(order: CallOrder) -> str:
        scene.call_sid = await dial(order)
        await scene.status(CallStatus.RINGING)
        raise TelephoneUnavailable(happened=False)

    scene.telephone.dial = rings_and_fails  # type: ignore[method-assign]
    await scene.work()
    await scene.work(LATER)
    assert ((await scene.record()).state, len(scene.telephone.orders)) == (State.RINGING, 1)


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
    await scene.work(LATER)
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


@virtual_time
async def test_a_call_whose_end_nobody_reported_is_looked_up_after_a_few_quiet_minutes() -> None:
    scene = await talking("네")
    await scene.telephone.hang_up(scene.call_sid)
    await scene.work(QUIET.total_seconds() - 1)
    assert (await scene.record()).state is State.IN_PROGRESS
    await scene.work(2)
    await scene.work(LAST_WORDS.total_seconds())
    assert (await scene.record()).state is State.FAILED
