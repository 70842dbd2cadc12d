"""A campaign from its start to its end: whom it calls when, and how it is held up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.dialogue.ports.telephone import CallReport, CallStatus
from orchestrator.domain.campaign import (
    AttemptResult,
    CallingHours,
    CampaignChanged,
    CampaignState,
    ItemChanged,
    ItemState,
    RetryRules,
    Tally,
)
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import (
    CampaignNotFound,
    CampaignRequestIdReused,
    InvalidField,
    StoreUnavailable,
    WrongCampaignState,
)
from orchestrator.domain.outcome import CallBackWish
from tests.fakes.campaigns import order
from tests.unit.orchestrator.dialogue.campaign.campaign_world import MONDAY, CampaignWorld, plan
from tests.virtual_time import virtual_time

DAY = 24 * 3600


@virtual_time
async def test_everybody_is_called_once_and_then_it_is_over() -> None:
    world = CampaignWorld()
    await world.begin("a", "b", "c")
    await world.pass_time(5)
    assert sorted(order.phone[-1] for order in world.telephone.orders) == ["0", "1", "2"]
    for sid in world.ringing():
        await world.talks(sid)
    await world.pass_time(30)
    campaign = await world.campaign()
    assert (campaign.state, campaign.tally) == (CampaignState.COMPLETED, Tally(reached=3, attempts=3))
    assert campaign.ended_at is not None
    await world.pass_time(2 * DAY, step=3600)
    assert len(world.telephone.orders) == 3
    assert await world.campaign_store.order(world.campaign_id, "a") is None  # nothing of the person is kept here


@virtual_time
async def test_no_more_calls_at_once_than_wanted_and_no_faster() -> None:
    world = CampaignWorld()
    people = [f"p{number}" for number in range(12)]
    await world.begin(*people, wanted=plan(calls=4, pace=2))
    await world.pass_time(1)
    assert len(world.telephone.orders) == 2
    await world.pass_time(20)
    assert len(world.ringing()) == 4
    for _ in range(12):
        for sid in world.ringing()[:1]:
            await world.talks(sid)
        await world.pass_time(6)
        assert len(world.ringing()) <= 4
    assert len(world.telephone.orders) == 12


@virtual_time
async def test_who_was_not_reached_is_called_again_by_the_rules() -> None:
    world = CampaignWorld()
    await world.begin("a", wanted=plan(retry=RetryRules(most_attempts=3)))
    for status, wait in ((CallStatus.BUSY, 600), (CallStatus.NO_ANSWER, 1800)):
        await world.pass_time(3)
        (sid,) = world.ringing()
        await world.happens(sid, status)
        rung = len(world.telephone.orders)
        await world.pass_time(wait - 10, step=10)
        assert len(world.telephone.orders) == rung
        await world.pass_time(60, step=10)
        assert len(world.telephone.orders) == rung + 1
    (sid,) = world.ringing()
    await world.happens(sid, CallStatus.NO_ANSWER)
    await world.pass_time(5)
    item = await world.item("a")
    assert (item.state, item.attempts) == (ItemState.UNREACHED, 3)
    assert item.results == (AttemptResult.BUSY, AttemptResult.NO_ANSWER, AttemptResult.NO_ANSWER)
    assert (await world.campaign()).state is CampaignState.COMPLETED


@virtual_time
async def test_a_network_whose_clock_is_ahead_puts_nothing_off() -> None:
    world = CampaignWorld()
    await world.begin("a")
    await world.pass_time(3)
    (sid,) = world.ringing()
    now = world.clock.now()
    report = CallReport(sid, CallStatus.BUSY, happened_at=now + timedelta(hours=2))
    await world.reports.report((await world.item("a")).consultation_id, report)
    await world.pass_time(5)
    item = await world.item("a")
    assert item.next_attempt_at is not None
    assert item.next_attempt_at <= now + timedelta(seconds=605)


@virtual_time
async def test_nobody_is_called_outside_the_hours() -> None:
    world = CampaignWorld()
    morning = CallingHours(10 * 60, 10 * 60 + 1)
    await world.begin("a", "b", wanted=plan(calls=1, hours=morning))
    await world.pass_time(10)
    (sid,) = world.ringing()
    await world.pass_time(60)
    await world.talks(sid)
    await world.pass_time(DAY - 120, step=10)
    assert len(world.telephone.orders) == 1
    await world.pass_time(60)
    assert len(world.telephone.orders) == 2


@virtual_time
async def test_the_hours_are_looked_at_again_when_the_phone_is_about_to_ring() -> None:
    world = CampaignWorld(most_calls=1)
    await world.order()
    await world.work()
    morning = CallingHours(10 * 60, 10 * 60 + 1)
    await world.begin("a", wanted=plan(hours=morning))
    await world.pass_time(30)  # the only line is busy
    assert (await world.item("a")).state is ItemState.OPEN
    await world.pass_time(60)
    await world.happens(world.ringing()[0], CallStatus.BUSY)
    await world.pass_time(120)
    item = await world.item("a")
    assert (item.state, item.attempts, item.results) == (ItemState.WAITING, 0, (AttemptResult.NOT_NOW,))
    assert len(world.telephone.orders) == 1
    await world.pass_time(DAY, step=10)
    assert len(world.telephone.orders) == 2


@virtual_time
async def test_a_wish_goes_before_rules_and_order() -> None:
    world = CampaignWorld()
    people = [f"p{number:02}" for number in range(6)]
    await world.begin(*people, wanted=plan(calls=1, retry=RetryRules(most_attempts=1)))
    await world.pass_time(3)
    (sid,) = world.ringing()
    wish = CallBackWish("다음에요", 4, not_before=world.clock.now() + timedelta(seconds=30))
    await world.talks(sid, wish)
    await world.pass_time(20)
    (sid,) = world.ringing()  # p01 meanwhile
    await world.pass_time(30)
    await world.talks(sid)
    await world.pass_time(20)
    assert world.telephone.orders[-1].phone == world.telephone.orders[0].phone
    assert (await world.item("p00")).state is ItemState.OPEN
    await world.talks(world.ringing()[0])
    await world.pass_time(20)
    assert (await world.item("p00")).state is ItemState.REACHED


@virtual_time
async def test_a_time_that_was_named_in_a_call_is_when_the_phone_rings_again() -> None:
    world = CampaignWorld()
    await world.begin("a")
    await world.pass_time(3)
    world.id, world.call_sid = (await world.item("a")).consultation_id, world.ringing()[0]
    await world.answer()
    await world.say("네")
    await world.say("지금 바빠요. 내일 오전 열한 시에 다시 전화해 주세요.")
    assert world.over
    await world.pass_time(10)
    item = await world.item("a")
    assert (item.state, item.wished, item.results) == (ItemState.WAITING, True, (AttemptResult.CALL_BACK,))
    assert item.next_attempt_at == MONDAY + timedelta(hours=25)


@virtual_time
async def test_a_pause_holds_everything_up_and_a_resumption_goes_on() -> None:
    world = CampaignWorld()
    await world.begin("a", "b", "c", wanted=plan(calls=1))
    await world.pass_time(3)
    (sid,) = world.ringing()
    assert (await world.campaigns.pause(world.campaign_id)).state is CampaignState.PAUSED
    await world.campaigns.pause(world.campaign_id)
    await world.talks(sid)
    await world.pass_time(600, step=10)
    assert (await world.campaign()).tally == Tally(waiting=2, reached=1, attempts=1)
    assert len(world.telephone.orders) == 1
    await world.campaigns.resume(world.campaign_id)
    await world.pass_time(5)
    assert len(world.telephone.orders) == 2


@virtual_time
async def test_a_campaign_that_starts_paused_takes_more_people_first() -> None:
    world = CampaignWorld()
    await world.begin("a", paused=True)
    more = [order("b", phone="+821000000009"), order("c", phone="+821000000008")]
    await world.campaigns.add(world.campaign_id, more)
    after = await world.campaigns.add(world.campaign_id, [*more, order("d")])
    assert after.tally == Tally(waiting=4)
    await world.pass_time(60)
    assert world.telephone.orders == []
    await world.campaigns.resume(world.campaign_id)
    await world.pass_time(5)
    assert len(world.telephone.orders) == 4


@virtual_time
async def test_a_paused_campaign_calls_off_what_waits_to_be_dialled() -> None:
    world = CampaignWorld(most_calls=1)
    await world.begin("a", "b")
    await world.pass_time(3)
    await world.campaigns.pause(world.campaign_id)
    await world.talks(world.ringing()[0])
    await world.pass_time(30)
    assert (await world.campaign()).tally == Tally(waiting=1, reached=1, attempts=1)
    assert len(world.telephone.orders) == 1


@virtual_time
async def test_cancelling_calls_off_what_rings_and_leaves_what_was_answered() -> None:
    world = CampaignWorld()
    await world.begin("a", "b", "c", wanted=plan(calls=2))
    await world.pass_time(3)
    answered, rings = world.ringing()
    await world.happens(answered, CallStatus.IN_PROGRESS)
    assert (await world.campaigns.cancel(world.campaign_id)).tally == Tally(open=2, cancelled=1)
    await world.pass_time(5)
    assert world.telephone.hung_up == [rings]
    assert (await world.campaign()).ended_at is None
    await world.talks(answered)
    await world.pass_time(30)
    campaign = await world.campaign()
    assert campaign.tally == Tally(reached=1, cancelled=2, attempts=1)
    assert campaign.ended_at is not None
    with pytest.raises(WrongCampaignState):
        await world.campaigns.resume(world.campaign_id)
    with pytest.raises(WrongCampaignState):
        await world.campaigns.add(world.campaign_id, [order("z")])
    assert (await world.campaigns.cancel(world.campaign_id)).state is CampaignState.CANCELLED


@virtual_time
async def test_the_same_request_is_the_same_campaign_and_another_one_is_refused() -> None:
    world = CampaignWorld()
    first = await world.begin("a")
    await world.pass_time(3)
    assert (await world.begin("a")).campaign_id == first.campaign_id
    await world.pass_time(30)
    assert len(world.telephone.orders) == 1
    with pytest.raises(CampaignRequestIdReused):
        await world.campaigns.start(plan(), [], request_id="spring", fingerprint="other", paused=False)


@virtual_time
async def test_a_person_is_in_a_campaign_once() -> None:
    world = CampaignWorld()
    await world.begin("a", "b", paused=True)
    changed = replace(order("b"), fingerprint="something else")
    with pytest.raises(InvalidField) as error:
        await world.campaigns.add(world.campaign_id, [order("a"), changed])
    assert [violation.field for violation in error.value.violations] == ["consultations[1].person.person_id"]


@virtual_time
async def test_what_was_erased_or_ended_by_hand_is_not_called_again() -> None:
    world = CampaignWorld()
    await world.begin("a", "b")
    await world.pass_time(3)
    ended, erased = (order.consultation_id for order in world.telephone.orders)
    await world.consultations.end(ended)
    await world.happens(world.ringing()[0], CallStatus.BUSY)
    await world.work()
    del world.store._stored[erased]
    await world.pass_time(DAY, step=600)
    assert (await world.campaign()).tally.cancelled == 2
    assert len(world.telephone.orders) == 2


@virtual_time
async def test_a_watch_sees_everything_and_ends() -> None:
    world = CampaignWorld()
    await world.begin("a")
    await world.pass_time(3)
    await world.talks(world.ringing()[0])
    await world.pass_time(30)
    events = [event async for event in world.campaigns.watch(world.campaign_id, "")]
    seen = [
        event.occurrence.item.state if isinstance(event.occurrence, ItemChanged) else event.occurrence.campaign.state
        for event in events
    ]
    assert seen == [CampaignState.RUNNING, ItemState.OPEN, ItemState.REACHED, CampaignState.COMPLETED]
    assert [event.tally.reached for event in events] == [0, 0, 1, 1]
    resumed = [event async for event in world.campaigns.watch(world.campaign_id, events[1].cursor)]
    assert resumed == events[2:]
    assert isinstance(events[0].occurrence, CampaignChanged)


@virtual_time
async def test_higher_priorities_go_first_and_single_calls_before_all() -> None:
    world = CampaignWorld(calls_per_second=0.1)
    await world.begin("a", "b", wanted=plan(priority=1))
    await world.work()
    await world.campaigns.start(
        plan(priority=8),
        [order("urgent", phone="+821099999999")],
        request_id="late",
        fingerprint="late",
        paused=False,
    )
    await world.work()
    await world.order()
    single = world.id
    await world.pass_time(40, step=0.5)
    lines = {each.consultation_id: (await world.store.load(each.consultation_id))[0] for each in world.telephone.orders}
    ordered = [lines[each.consultation_id].dialling.line for each in world.telephone.orders]
    assert world.telephone.orders[1].consultation_id == single
    assert ordered[1:] == sorted(ordered[1:]) == [0, 2, 9]


@virtual_time
async def test_attending_to_what_is_not_there_or_cannot_be_read() -> None:
    world = CampaignWorld()
    await world.pump.attend("5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1")
    await world.begin("a")
    world.campaign_store.error = StoreUnavailable()
    with pytest.raises(StoreUnavailable):
        await world.pump.attend(world.campaign_id)
    world.campaign_store.error = None
    with pytest.raises(CampaignNotFound):
        await world.campaigns.get("5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1")


@virtual_time
async def test_a_starter_that_slept_calls_nobody_after_the_pause() -> None:
    """It wrote the intent, and starts the consultation when the campaign was paused and resumed."""
    world = CampaignWorld()
    await world.begin("a")
    start, asleep = world.consultations.start, []

    async def sleeps(*args: object, **fields: object) -> None:
        asleep.append((args, fields))
        raise StoreUnavailable

    world.consultations.start = sleeps  # type: ignore[method-assign,assignment]
    with pytest.raises(StoreUnavailable):
        await world.pump.attend(world.campaign_id)
    await world.campaigns.pause(world.campaign_id)
    await world.pump.attend(world.campaign_id)
    assert (await world.item("a")).state is ItemState.WAITING
    world.consultations.start = start  # type: ignore[method-assign]
    await world.campaigns.resume(world.campaign_id)
    await world.pass_time(3)
    ((args, fields),) = asleep
    late = await start(*args, **fields)  # type: ignore[arg-type]
    world.permits.leases.clear()  # else it would wait for the end of the call that was made instead
    await world.pass_time(30)
    assert (await world.store.get(late.consultation_id)).state is State.CANCELLED
    assert len(world.telephone.orders) == 1


@virtual_time
async def test_a_call_whose_starter_died_is_known_to_a_pause() -> None:
    """Started and dialled, and nobody wrote that it was; then the campaign is paused and resumed."""
    world = CampaignWorld()
    await world.begin("a")
    start = world.consultations.start

    async def started_and_died(*args: object, **fields: object) -> None:
        await start(*args, **fields)  # type: ignore[arg-type]
        raise StoreUnavailable

    world.consultations.start = started_and_died  # type: ignore[method-assign,assignment]
    with pytest.raises(StoreUnavailable):
        await world.pump.attend(world.campaign_id)
    world.consultations.start = start  # type: ignore[method-assign]
    await world.dialling.dial((await world.item("a")).consultation_id)
    await world.campaigns.pause(world.campaign_id)
    await world.pass_time(5)
    assert (await world.item("a")).state is ItemState.OPEN
    await world.campaigns.resume(world.campaign_id)
    await world.pass_time(30)
    assert len(world.telephone.orders) == 1
    await world.talks(world.ringing()[0])
    await world.pass_time(30)
    assert (await world.campaign()).tally == Tally(reached=1, attempts=1)
