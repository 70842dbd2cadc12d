"""Watching a consultation."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.dialogue.ports.alarms import AlarmReceipt
from orchestrator.dialogue.ports.results import Receipt
from orchestrator.domain.consultation import DeliveryState, State
from orchestrator.domain.errors import (
    ConsultationNotFound,
    InvalidCursor,
)
from orchestrator.domain.event import AlarmChanged, DeliveryAttempted, Event, StateChanged, TurnTaken
from tests.fakes.alarm_receivers import TAKEN
from tests.fakes.result_receiver import ScriptedResultReceiver
from tests.unit.orchestrator.dialogue.scene import Scene, concluded, plain_brief
from tests.virtual_time import virtual_time


async def watched(scene: Scene, cursor: str = "", most: int = 1000) -> list[Event]:
    events: list[Event] = []
    async with aclosing(scene.consultations.watch(scene.id, cursor)) as stream:
        async for event in stream:
            events.append(event)
            if len(events) == most:
                break
    return events


@virtual_time
async def test_a_watch_shows_everything_in_order_and_ends() -> None:
    scene = await concluded(receiver=ScriptedResultReceiver(Receipt(500, accepted=False), Receipt(200, accepted=True)))
    await scene.work(60)
    events = [event.occurrence for event in await watched(scene)]
    states = [event.consultation.state for event in events if isinstance(event, StateChanged)]
    assert states == [
        State.SCHEDULED,
        State.DIALLING,
        State.IN_PROGRESS,
        State.SUMMARISING,
        State.COMPLETED,
    ]
    assert [event.turn for event in events if isinstance(event, TurnTaken)] == list(await scene.turns())
    tries = [(event.number, event.state) for event in events if isinstance(event, DeliveryAttempted)]
    assert tries == [(1, DeliveryState.PENDING), (2, DeliveryState.DELIVERED)]


@virtual_time
async def test_a_watch_goes_on_from_every_cursor_without_loss_or_doubles() -> None:
    scene = await concluded()
    events = await watched(scene)
    for place, event in enumerate(events):
        assert await watched(scene, event.cursor) == events[place + 1 :]
        assert await watched(scene, most=place + 1) + await watched(scene, event.cursor) == events


@virtual_time
async def test_a_watch_shows_everything_although_the_store_gives_it_piece_by_piece() -> None:
    scene = await concluded()
    events, everything = scene.store.events, await watched(scene)

    async def one_by_one(consultation_id: str, cursor: str, *, wait: float) -> tuple[Event, ...]:
        return (await events(consultation_id, cursor, wait=wait))[:1]

    scene.store.events = one_by_one  # type: ignore[method-assign]
    assert await watched(scene) == everything


@virtual_time
async def test_a_watch_that_began_before_the_call_sees_the_same_as_one_after() -> None:
    scene = Scene()
    await scene.order(plain_brief())
    live = asyncio.create_task(watched(scene))
    await scene.work()
    scene.call_sid = (await scene.record()).call_sid
    await scene.answer()
    for text in ("네", "네", "없어요"):
        await asyncio.sleep(30)
        await scene.say(text)
    await asyncio.sleep(30)
    await scene.finish()
    assert await live == await watched(scene)


@virtual_time
async def test_a_watch_ends_although_nothing_happens_after_the_last_event() -> None:
    scene = await concluded(receiver=ScriptedResultReceiver(wanted=False))
    async with asyncio.timeout(1):
        last = (await watched(scene))[-1].occurrence
    assert isinstance(last, StateChanged)
    assert replace(last.consultation, version=0) == replace(await scene.record(), version=0)


@virtual_time
async def test_a_watch_of_a_dead_delivery_ends_and_a_later_replay_can_be_seen() -> None:
    scene = await concluded(
        receiver=ScriptedResultReceiver(Receipt(400, accepted=False, final=True), Receipt(200, accepted=True))
    )
    events = await watched(scene)
    assert isinstance(events[-1].occurrence, DeliveryAttempted)
    assert events[-1].occurrence.state is DeliveryState.DEAD
    await scene.deliveries.deliver_now(scene.id)
    (replay,) = await watched(scene, events[-1].cursor)
    assert isinstance(replay.occurrence, DeliveryAttempted)
    assert replay.occurrence.state is DeliveryState.DELIVERED


@virtual_time
async def test_a_watch_of_what_is_deleted_meanwhile_fails() -> None:
    scene = await concluded(receiver=ScriptedResultReceiver(Receipt(500, accepted=False)))
    watch = asyncio.create_task(watched(scene))
    await asyncio.sleep(1)
    await scene.consultations.delete(scene.id)
    with pytest.raises(ConsultationNotFound):
        await watch


@virtual_time
async def test_a_foreign_cursor() -> None:
    scene = await concluded()
    with pytest.raises(InvalidCursor):
        await watched(scene, "nonsense")


@virtual_time
async def test_a_watch_can_be_left_at_any_time() -> None:
    scene = Scene()
    await scene.order()
    watch = asyncio.create_task(watched(scene))
    await asyncio.sleep(60)
    watch.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watch


async def after_a_danger(*receipts: AlarmReceipt) -> Scene:
    """A consultation that is over; those in line were told once of a danger."""
    scene = Scene()
    scene.alarm_receivers.answers = {0: list(receipts)}
    await scene.ring(plain_brief(), "네", "네", "더 살고 싶지 않아요", "없어요")
    await scene.finish()
    assert (await scene.record()).settled
    return scene


@virtual_time
async def test_a_watch_stays_until_an_open_alarm_is_acknowledged() -> None:
    scene = await after_a_danger(TAKEN)
    watch = asyncio.create_task(watched(scene))
    await scene.work(300)
    await asyncio.sleep(300)
    assert not watch.done()
    await scene.alarms.acknowledge(scene.id, 1, "operator-7")
    async with asyncio.timeout(1):
        last = (await watch)[-1].occurrence
    assert isinstance(last, AlarmChanged)
    assert last.alarm.acknowledged_by == "operator-7"


@virtual_time
async def test_a_watch_of_an_alarm_that_nobody_acknowledges_ends_when_nobody_is_reminded_any_more() -> None:
    scene = await after_a_danger(TAKEN)
    (alarm,) = (await scene.record()).alarms
    watch = asyncio.create_task(watched(scene))
    before = alarm.raised_at + timedelta(hours=1) - scene.clock.now()
    await scene.work(before.total_seconds() - 1)
    await asyncio.sleep(60)
    assert not watch.done()
    await scene.work(1)
    async with asyncio.timeout(10):
        events = await watch
    assert events[-1].occurrence == AlarmChanged((await scene.record()).alarms[0])


@virtual_time
async def test_a_watch_of_an_alarm_that_was_acknowledged_during_the_call_ends_with_the_consultation() -> None:
    scene = await after_a_danger(AlarmReceipt(True, "operator-7"))
    async with asyncio.timeout(1):
        assert await watched(scene)
