"""What a process takes: nothing new while it is late or used up, and more step by step while it is calm."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.call.admission import RETRY_AFTER, Admission, Load, Newcomer
from orchestrator.dialogue.call.headroom import SHOWN_AFTER, USUAL_SHARE
from orchestrator.dialogue.call.room_to_dial import RoomToDial
from orchestrator.domain.consultation import State
from tests.unit.orchestrator.dialogue.scene import Scene, ordered
from tests.virtual_time import virtual_time

CALM, LATE, USED_UP = Load(0.001, 0.1), Load(0.2, 0.5), Load(0.001, 0.95)
STREAM, CALL = Newcomer.STREAM, Newcomer.CALL


def taken(admission: Admission, newcomer: Newcomer = STREAM, asking: int = 100) -> int:
    return sum(admission.takes(newcomer) for _ in range(asking))


def test_a_cold_process_takes_more_step_by_step() -> None:
    admission = Admission(first=4, most=16)
    steps = [taken(admission)]
    for _ in range(3):
        admission.measured(CALM)
        steps.append(taken(admission))
    assert steps == [4, 8, 16, 16]


def test_only_what_was_carried_proves_anything() -> None:
    admission = Admission(first=4)
    for _ in range(10):
        admission.measured(CALM)
    assert taken(admission) == 4


def test_a_late_process_and_one_that_is_used_up_take_nothing() -> None:
    for load in (LATE, USED_UP):
        admission = Admission()
        admission.measured(load)
        assert not taken(admission)
        assert not taken(admission, CALL)


def test_what_was_full_is_so_until_it_is_calm_and_then_begins_anew() -> None:
    admission = Admission(first=2)
    for _ in range(4):
        taken(admission)
        admission.measured(CALM)
    admission.measured(LATE)
    admission.measured(Load(0.07, 0.1))
    assert not taken(admission)
    admission.measured(CALM)
    assert taken(admission) == 2


def test_calls_that_are_dialled_leave_the_streams_their_part() -> None:
    admission = Admission(first=3)
    assert (taken(admission, CALL), taken(admission, STREAM)) == (3, 3)


def test_every_decision_is_told() -> None:
    told: list[tuple[Newcomer, bool]] = []
    admission = Admission(first=1, on_decision=lambda newcomer, taken: told.append((newcomer, taken)))
    taken(admission, asking=2)
    assert told == [(STREAM, True), (STREAM, False)]


LOADS = st.builds(Load, st.floats(0, 1), st.floats(0, 1))


@given(st.lists(st.tuples(LOADS, st.integers(0, 60)), max_size=20))
def test_no_period_takes_more_than_may_begin_and_none_that_is_full_takes_any(history: list[tuple[Load, int]]) -> None:
    admission = Admission(first=4, most=16)
    for load, asking in history:
        admission.measured(load)
        took = taken(admission, asking=asking)
        assert took <= (0 if admission.full else 16)


@given(st.lists(st.tuples(LOADS, st.integers(0, 60)), max_size=20))
def test_a_process_that_is_calm_and_has_taken_nothing_lately_takes_some(history: list[tuple[Load, int]]) -> None:
    admission = Admission(first=4)
    for load, asking in history:
        admission.measured(load)
        taken(admission, asking=asking)
    for _ in range(40):
        admission.measured(CALM)
    assert taken(admission, asking=4) == 4


def carried_in_the_end(share: float, periods: int) -> float:
    """Asks for as many streams as are taken; each shows its share of a processor evenly until it is 20 s old."""
    admission = Admission()
    begun: list[int] = []
    for now in range(periods):
        shown = share * sum(streams * min(1.0, (now - at) / SHOWN_AFTER) for at, streams in enumerate(begun))
        admission.measured(Load(0.001, min(1.0, shown)))
        begun.append(taken(admission))
        admission.streams += begun[-1]
    return share * admission.streams


@pytest.mark.parametrize("share", [0.002, 0.004, 0.006])
def test_as_much_is_taken_as_is_carried_when_all_of_them_talk(share: float) -> None:
    assert 0.8 <= carried_in_the_end(share, 400) <= 0.9


def test_who_just_rang_is_expected_to_talk() -> None:
    assert carried_in_the_end(USUAL_SHARE, 20) <= 0.9


@virtual_time
async def test_who_may_wait_is_taken_when_the_ramp_allows() -> None:
    admission = Admission(first=1)
    waiting = [asyncio.create_task(admission.takes_within(STREAM, 0.6)) for _ in range(4)]
    for _ in range(2):
        await asyncio.sleep(0.4)
        admission.measured(CALM)
    outcomes = await asyncio.gather(*waiting)
    assert sorted(outcomes) == [False, True, True, True]


@virtual_time
async def test_at_a_full_process_nobody_waits() -> None:
    admission = Admission()
    admission.measured(LATE)
    began = asyncio.get_running_loop().time()
    assert not await admission.takes_within(STREAM, 1.0)
    assert asyncio.get_running_loop().time() == began


def with_room(scene: Scene, admission: Admission) -> RoomToDial:
    return RoomToDial(scene.dialling.dial, admission, scene.store, scene.clock)


@virtual_time
async def test_dialling_waits_for_room_and_comes_again_soon() -> None:
    scene = await ordered()
    admission = Admission()
    admission.measured(LATE)
    (due,) = await scene.store.overdue(limit=10)
    await with_room(scene, admission).dial(due.consultation_id)
    assert not scene.telephone.orders
    assert (await scene.record()).state is State.SCHEDULED
    scene.clock.advance(2 * RETRY_AFTER)
    (again,) = await scene.store.overdue(limit=10)
    admission.measured(CALM)
    await with_room(scene, admission).dial(again.consultation_id)
    assert len(scene.telephone.orders) == 1


@virtual_time
async def test_what_was_begun_is_never_put_off() -> None:
    scene = await ordered()
    await scene.dialling.dial(scene.id)
    admission = Admission()
    admission.measured(LATE)
    await with_room(scene, admission).dial(scene.id)  # settles what is due
    scene.clock.advance(600)
    assert all(due.kind.value != "dial" for due in await scene.store.overdue(limit=10))


@virtual_time
async def test_a_call_that_was_cancelled_is_withdrawn_however_full_it_is() -> None:
    scene = await ordered()
    await scene.consultations.end(scene.id)
    admission = Admission()
    admission.measured(LATE)
    await with_room(scene, admission).dial(scene.id)
    scene.clock.advance(600)
    assert all(due.kind.value != "dial" for due in await scene.store.overdue(limit=10))
