"""Who learns of a danger, when, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.alarms import LONGEST, MOST, SHORTEST, Alarms
from orchestrator.dialogue.ports.alarms import AlarmNotice, AlarmReceipt
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.alarm import Alarm, Observer, noticed
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.errors import AlarmNotFound, ConsultationNotFound
from orchestrator.domain.event import AlarmChanged
from tests.fakes.alarm_receivers import AWAY, ScriptedAlarmReceivers
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import brief, consultation, next_change, turn
from tests.virtual_time import run, virtual_time

WITHIN = 60.0
GIVEN_UP = 3600.0
WORDS = "더 살고 싶지 않아요"


class Danger:
    """A call in which dangers are noticed, and those who are told."""

    def __init__(self, receivers: ScriptedAlarmReceivers) -> None:
        self.clock = ManualClock()
        self.store = InMemoryConsultationStore(self.clock)
        self.receivers = receivers
        self.alarms = Alarms(
            self.store,
            receivers,
            self.clock,
            acknowledge_within=timedelta(seconds=WITHIN),
            give_up_after=timedelta(seconds=GIVEN_UP),
        )
        self.began = self.clock.now()
        self.moments: list[float] = []
        self.id = ""

    async def call(self) -> None:
        record = consultation(turn_count=2)
        self.id = record.consultation_id
        await self.store.create(brief(), Change(record, (turn(1), turn(2, WORDS))))

    async def notice(
        self, danger: DangerKind = DangerKind.SELF_HARM, observer: Observer = Observer.RULES, turn_number: int = 2
    ) -> None:
        """What an exchange does that hears of a danger."""
        before = await self.record()
        alarms, alarm = noticed(before.alarms, danger, turn_number, observer, self.clock.now())
        due = {DueKind.ALARM: self.clock.now()}
        change = next_change(before, record={"alarms": alarms}, occurrences=(AlarmChanged(alarm),), due=due)
        assert await self.store.commit(change)

    async def work(self, seconds: float = 0.0, *, step: float = 0.5) -> None:
        """Does what is due, now and for some time, and notes when somebody was told."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while True:
            for due in await self.store.overdue(limit=10):
                assert due.kind is DueKind.ALARM
                before = len(self.receivers.told)
                await self.alarms.attend(due.consultation_id)
                age = (self.clock.now() - self.began).total_seconds()
                self.moments += [age] * (len(self.receivers.told) - before)
            if self.clock.now() >= end:
                return
            self.clock.advance(step)

    async def record(self) -> Consultation:
        return await self.store.get(self.id)

    async def alarm(self, number: int = 1) -> Alarm:
        return (await self.record()).alarms[number - 1]

    async def seen(self) -> list[Alarm]:
        """What a watcher was told of alarms."""
        events = await self.store.events(self.id, "", wait=0)
        return [event.occurrence.alarm for event in events if isinstance(event.occurrence, AlarmChanged)]


async def noticed_in_a_call(line: int = 2, answers: dict[int, list[AlarmReceipt]] | None = None) -> Danger:
    danger = Danger(ScriptedAlarmReceivers(line, answers))
    await danger.call()
    await danger.notice()
    return danger


@virtual_time
async def test_the_first_in_line_is_told_at_once_and_with_the_callees_words() -> None:
    danger = await noticed_in_a_call()
    await danger.work()
    ((place, notice),) = danger.receivers.told
    raised = (await danger.seen())[0]
    assert place == 0
    assert notice == AlarmNotice(danger.id, "v-17", "operator-1", raised, WORDS)
    told = await danger.alarm()
    assert (told.notification_count, told.told_at, told.escalated_at, told.open) == (1, danger.began, None, True)
    assert await danger.seen() == [raised, told]


@virtual_time
async def test_without_an_acknowledgement_the_next_in_line_is_told_too() -> None:
    danger = await noticed_in_a_call(line=3)
    await danger.work(WITHIN - 1)
    assert danger.receivers.places == [0]
    await danger.work(2 * WITHIN)
    assert danger.receivers.places == [0, 0, 1, 0, 1, 2]
    assert danger.moments == [0, 60, 60, 120, 120, 120]
    alarm = await danger.alarm()
    assert alarm.escalated_at == danger.began + timedelta(seconds=WITHIN)
    assert alarm.notification_count == 6


@pytest.mark.parametrize("told_first", [False, True])
@virtual_time
async def test_an_acknowledgement_ends_it(told_first: bool) -> None:
    danger = await noticed_in_a_call()
    if told_first:
        await danger.work(5)
    before = len(danger.receivers.told)
    acknowledged = await danger.alarms.acknowledge(danger.id, 1, "operator-7")
    assert (acknowledged.acknowledged_by, acknowledged.acknowledged_at) == ("operator-7", danger.clock.now())
    await danger.work(10 * WITHIN)
    assert len(danger.receivers.told) == before
    assert (await danger.seen())[-1] == acknowledged == await danger.alarm()


@virtual_time
async def test_who_acknowledged_first_stays() -> None:
    danger = await noticed_in_a_call()
    first = await danger.alarms.acknowledge(danger.id, 1, "operator-7")
    version = (await danger.record()).version
    danger.clock.advance(10)
    assert await danger.alarms.acknowledge(danger.id, 1, "operator-8") == first
    assert (await danger.record()).version == version


@virtual_time
async def test_the_answer_to_the_message_may_acknowledge() -> None:
    danger = await noticed_in_a_call(answers={0: [AlarmReceipt(True, "operator-7")]})
    await danger.work(3 * WITHIN)
    alarm = await danger.alarm()
    assert (alarm.acknowledged_by, alarm.acknowledged_at, alarm.notification_count) == ("operator-7", danger.began, 1)
    assert danger.receivers.places == [0]


@virtual_time
async def test_who_cannot_be_reached_is_passed_over_at_once() -> None:
    danger = await noticed_in_a_call(line=3, answers={0: [AWAY]})
    await danger.work(WITHIN / 2)
    assert danger.receivers.places == [0, 1]
    alarm = await danger.alarm()
    assert (alarm.notification_count, alarm.escalated_at) == (1, danger.began)


@virtual_time
async def test_while_nobody_can_be_reached_it_is_tried_again_ever_more_rarely() -> None:
    danger = await noticed_in_a_call(line=1, answers={0: [AWAY]})
    await danger.work(130)
    assert danger.moments == [0, 1, 2, 4, 8, 16, 32, 62, 92, 122]
    assert await danger.seen() == [await danger.alarm()]
    danger.receivers.answers = {}
    await danger.work(30)
    assert (await danger.alarm()).notification_count == 1


@virtual_time
async def test_reminders_end() -> None:
    danger = await noticed_in_a_call()
    await danger.work(GIVEN_UP + 5 * WITHIN, step=10)
    rounds = int(GIVEN_UP / WITHIN)
    assert danger.receivers.places == [0] + [0, 1] * (rounds - 1)
    assert max(danger.moments) < GIVEN_UP
    assert (await danger.alarm()).open
    await danger.alarms.acknowledge(danger.id, 1, "operator-7")
    assert not (await danger.alarm()).open


@virtual_time
async def test_trying_ends() -> None:
    danger = await noticed_in_a_call(answers={0: [AWAY], 1: [AWAY]})
    await danger.work(MOST.total_seconds() + 600, step=30)
    assert GIVEN_UP < max(danger.moments) < MOST.total_seconds()


@virtual_time
async def test_nobody_in_line() -> None:
    danger = await noticed_in_a_call(line=0)
    await danger.work(WITHIN)
    assert danger.receivers.told == []
    assert (await danger.alarm()).open


@virtual_time
async def test_a_second_danger_is_told_at_once_and_the_first_not_again() -> None:
    danger = await noticed_in_a_call()
    await danger.work(10)
    await danger.notice(DangerKind.COLLAPSE)
    await danger.work(10)
    assert [(place, notice.alarm.number) for place, notice in danger.receivers.told] == [(0, 1), (0, 2)]
    await danger.alarms.acknowledge(danger.id, 2, "operator-7")
    await danger.work(WITHIN)
    assert {notice.alarm.number for _, notice in danger.receivers.told[2:]} == {1}


@virtual_time
async def test_a_second_observer_changes_the_alarm_and_disturbs_nobody() -> None:
    danger = await noticed_in_a_call()
    await danger.work(1)
    await danger.notice(observer=Observer.LANGUAGE_MODEL)
    await danger.work(1)
    alarm = await danger.alarm()
    assert alarm.noticed_by == (Observer.RULES, Observer.LANGUAGE_MODEL)
    assert len(danger.receivers.told) == 1


@virtual_time
async def test_what_happens_while_people_are_told_is_not_lost() -> None:
    danger = await noticed_in_a_call()
    tell = danger.receivers.tell

    async def meanwhile(place: int, notice: AlarmNotice, *, timeout: float) -> AlarmReceipt:
        danger.receivers.tell = tell  # type: ignore[method-assign]
        await danger.notice(DangerKind.FIRE)
        await danger.alarms.acknowledge(danger.id, 1, "operator-7")
        return await tell(place, notice, timeout=timeout)

    danger.receivers.tell = meanwhile  # type: ignore[method-assign]
    await danger.work(1)
    first, second = (await danger.record()).alarms
    assert (first.acknowledged_by, first.notification_count) == ("operator-7", 1)
    assert (second.danger, second.notification_count) == (DangerKind.FIRE, 1)


@virtual_time
async def test_after_an_outage_everybody_whose_turn_has_come_is_told_at_once() -> None:
    danger = await noticed_in_a_call(line=3)
    danger.clock.advance(10 * WITHIN)
    await danger.work()
    assert danger.receivers.places == [0, 1, 2]


@virtual_time
async def test_what_is_not_there_cannot_be_acknowledged() -> None:
    danger = await noticed_in_a_call()
    for number in (0, 2, -1):
        with pytest.raises(AlarmNotFound):
            await danger.alarms.acknowledge(danger.id, number, "operator-7")
    with pytest.raises(ConsultationNotFound):
        await danger.alarms.acknowledge("unknown", 1, "operator-7")
    with pytest.raises(ConsultationNotFound):
        await danger.alarms.attend("unknown")


@virtual_time
async def test_an_alarm_goes_with_its_consultation() -> None:
    danger = await noticed_in_a_call()
    await danger.work()
    await danger.store.delete(danger.id)
    await danger.work(2 * WITHIN)
    assert danger.receivers.places == [0]


@virtual_time
async def test_a_turn_that_is_not_in_the_transcript() -> None:
    danger = Danger(ScriptedAlarmReceivers())
    await danger.call()
    await danger.notice(turn_number=9)
    await danger.work()
    assert [notice.quote for _, notice in danger.receivers.told] == [""]


@given(
    line=st.integers(1, 4),
    silent=st.sets(st.integers(0, 3)),
    acknowledged_at=st.one_of(st.none(), st.floats(0, 400)),
    kinds=st.lists(st.sampled_from(DangerKind), min_size=1, max_size=3, unique=True),
)
def test_whoever_is_away_somebody_learns_of_every_danger_and_nobody_after_it_was_taken_over(
    line: int, silent: set[int], acknowledged_at: float | None, kinds: list[DangerKind]
) -> None:
    async def story() -> None:
        danger = Danger(ScriptedAlarmReceivers(line, {place: [AWAY] for place in silent}))
        await danger.call()
        for kind in kinds:
            await danger.notice(kind)
        await danger.work(min(400, acknowledged_at or 400), step=5)
        reachable = set(range(line)) - silent
        for alarm in (await danger.record()).alarms:
            taken = [n for place, n in danger.receivers.told if n.alarm.number == alarm.number and place in reachable]
            assert alarm.notification_count == len(taken)
            assert bool(taken) == bool(reachable)
            assert bool(alarm.escalated_at) <= (line > 1)
        if acknowledged_at is not None:
            for number in range(1, len(kinds) + 1):
                await danger.alarms.acknowledge(danger.id, number, "operator-7")
        before = len(danger.receivers.told)
        await danger.work(200, step=5)
        assert (len(danger.receivers.told) == before) == (acknowledged_at is not None)

    run(story())


@given(age=st.floats(0, 80_000), line=st.integers(0, 3), tried=st.booleans(), told=st.booleans())
def test_the_next_time_is_neither_past_nor_far(age: float, line: int, tried: bool, told: bool) -> None:
    danger = Danger(ScriptedAlarmReceivers(line))
    now = danger.began + timedelta(seconds=age)
    alarm = Alarm(1, DangerKind.FIRE, 2, (Observer.RULES,), danger.began)
    alarm = replace(alarm, told_at=now) if told else alarm
    due = danger.alarms._due(alarm, now, tried=tried)
    if not line or (told and age >= GIVEN_UP):
        assert due is None
    elif told:
        assert due is not None
        assert timedelta(0) < due - now <= timedelta(seconds=WITHIN)
    elif tried:
        assert due is not None
        assert SHORTEST <= due - now <= LONGEST
    else:
        assert due == now
