"""Alarms from the store in Redis to the sandbox's backend: a reader of the message that somebody else wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from orchestrator.adapters.backend.alarm_receivers import HttpAlarmReceivers
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.due_work import DueWork
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.alarm import Alarm, Observer, noticed
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.event import AlarmChanged
from sandbox.alarm_desk import OPERATOR
from sandbox.backend import SandboxBackend
from sandbox.events import Events
from tests.fakes.alarm_clock import InlineAlarmClock
from tests.fakes.clock import ManualClock
from tests.fakes.consultations import brief, consultation, next_change, turn
from tests.fakes.waiting import until


@dataclass
class Watch:
    """A consultation in Redis, its alarms, and those who take them."""

    clock: ManualClock
    store: RedisConsultationStore
    backend: SandboxBackend
    alarms: Alarms
    record: Consultation

    async def notice(self, danger: DangerKind) -> None:
        before = await self.store.get(self.record.consultation_id)
        alarms, alarm = noticed(before.alarms, danger, 2, Observer.RULES, self.clock.now())
        due = {DueKind.ALARM: self.clock.now()}
        assert await self.store.commit(
            next_change(before, record={"alarms": alarms}, occurrences=(AlarmChanged(alarm),), due=due)
        )

    async def alarm(self) -> Alarm:
        return (await self.store.get(self.record.consultation_id)).alarms[0]


@pytest.fixture
async def watch(redis_url: str) -> AsyncIterator[Watch]:
    clock = ManualClock()
    client = open_client(redis_url)
    store = RedisConsultationStore(client, clock)
    await store.prepare()
    record = consultation(turn_count=2)
    await store.create(brief(), Change(record, (turn(1), turn(2, "더 살고 싶지 않아요"))))
    async with SandboxBackend(Events()) as backend:
        receivers = HttpAlarmReceivers([backend.alarm_url, backend.alarm_url])
        alarms = Alarms(store, receivers, clock, acknowledge_within=timedelta(seconds=60))
        yield Watch(clock, store, backend, alarms, record)
        await receivers.close()
    await store.close()
    await client.aclose()


@pytest.mark.parametrize("danger", DangerKind)
async def test_every_message_is_as_it_must_be_and_may_be_answered_by_taking_over(
    watch: Watch, danger: DangerKind
) -> None:
    await watch.notice(danger)
    await watch.alarms.attend(watch.record.consultation_id)
    (post,) = watch.backend.alarm_desk.posts
    assert (post.status, post.faults) == (200, ())
    assert (post.body["danger_kind"], post.body["quote"]) == (danger, "더 살고 싶지 않아요")
    assert (await watch.alarm()).acknowledged_by == OPERATOR


async def test_due_work_tells_the_line_until_somebody_takes_over(watch: Watch) -> None:
    watch.backend.alarm_desk.manner = "taken"
    failures: list[BaseException] = []
    handlers = {DueKind.ALARM: watch.alarms.attend}
    work = DueWork(watch.store, watch.clock, handlers, lambda _due, error: failures.append(error))
    alarm_clock = InlineAlarmClock(work.attend)
    posts = watch.backend.alarm_desk.posts
    await watch.notice(DangerKind.COLLAPSE)
    await work.sweep(alarm_clock)
    await until(lambda: len(posts) == 1)
    watch.clock.advance(60)
    await until(lambda: alarm_clock.idle)
    await work.sweep(alarm_clock)
    await until(lambda: len(posts) == 3)
    await watch.alarms.acknowledge(watch.record.consultation_id, 1, "operator-7")
    watch.clock.advance(600)
    await work.sweep(alarm_clock)
    await until(lambda: alarm_clock.idle)
    assert ([post.body["place_in_line"] for post in posts], failures) == ([1, 1, 2], [])
    events = await watch.store.events(watch.record.consultation_id, "", wait=0)
    counts = [event.occurrence.alarm.notification_count for event in events]  # type: ignore[union-attr]
    assert counts == [0, 1, 3, 3]
