"""Random campaigns, two at once, and processes that die between any two steps of dialling, settling and starting.

Held over all replicas and all the time: the pace, the most calls at once, the calling hours (at the moment of the
dialling), one open attempt a person, and that a wish goes before the rules. In the end everybody was called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orchestrator.adapters.korean_holidays import KoreanHolidays
from orchestrator.dialogue.call.call_status import CallStatusReports
from orchestrator.dialogue.call.dialling import Dialling
from orchestrator.dialogue.campaign.calling_hours import is_open
from orchestrator.dialogue.campaign.pump import Pump
from orchestrator.dialogue.consultations import Consultations
from orchestrator.dialogue.ports.store import DueKind
from orchestrator.dialogue.ports.telephone import CallOrder, CallReport, CallStatus
from orchestrator.domain.campaign import CallingHours, Campaign, CampaignState, Item, ItemState, RetryRules
from orchestrator.domain.outcome import CallBackWish
from tests.fakes.campaigns import order
from tests.fakes.telephone import ScriptedTelephone
from tests.unit.orchestrator.dialogue.campaign.campaign_world import CampaignWorld, plan
from tests.unit.orchestrator.dialogue.campaign.test_pump_invariants import Died, Mortal
from tests.virtual_time import VirtualTimeLoop

MOST_CALLS = 2
CALLS_PER_SECOND = 0.5
CALLING = {DueKind.DIAL, DueKind.CHECK, DueKind.CONCLUDE}
SHORT_DAY = CallingHours(10 * 60, 10 * 60 + 20, tuple(range(7)), holidays=True)
RULES = RetryRules((timedelta(minutes=1),), (timedelta(minutes=5),), (timedelta(minutes=1),), most_attempts=3)


class ClockedTelephone(ScriptedTelephone):
    """Knows when it was asked to ring, and finds a call only if it was placed late enough."""

    def __init__(self, world: CampaignWorld) -> None:
        super().__init__()
        self._world = world
        self.placed_at: list[datetime] = []

    async def dial(self, order: CallOrder) -> str:
        self.placed_at.append(self._world.clock.now())
        return await super().dial(order)

    async def find_call(self, phone: str, since: datetime) -> CallReport | None:
        calls = zip(self.orders, self.placed_at, self.calls.values(), strict=True)
        return next((call for placed, at, call in reversed([*calls]) if placed.phone == phone and at >= since), None)


class LimitedWorld(CampaignWorld):
    """Two campaigns share the account's pace and room."""

    def __init__(self) -> None:
        super().__init__(calls_per_second=CALLS_PER_SECOND, most_calls=MOST_CALLS)
        self.telephone = ClockedTelephone(self)
        self.ids: list[str] = []
        self.use_mortal(life=[10**9])

    def use_mortal(self, life: list[int]) -> None:
        """Has everything that is due done by a process with so many steps to live."""
        store, telephone = Mortal(self.store, life), Mortal(self.telephone, life)
        reports = CallStatusReports(store, self.clock, telephone=telephone)  # type: ignore[arg-type]
        self.consultations = Consultations(
            store=store,  # type: ignore[arg-type]
            audio=self.audio,
            telephone=telephone,  # type: ignore[arg-type]
            clock=self.clock,
            institution=self.institution,
            pauses=self.pauses,
            alarms=self.alarms,
        )
        campaigns: Any = Mortal(self.campaign_store, life)
        self.pump = Pump(campaigns, self.consultations, self.clock, KoreanHolidays())
        dialling = Dialling(
            store,  # type: ignore[arg-type]
            telephone,  # type: ignore[arg-type]
            self.clock,
            reports,
            permits=Mortal(self.permits, life),  # type: ignore[arg-type]
            may_dial=self.pump.may_dial,
        )
        self.handlers |= {
            DueKind.CAMPAIGN: self.pump.attend, DueKind.DIAL: dialling.dial, DueKind.CHECK: dialling.check,
        }  # fmt: skip

    async def start(self, name: str, people: int, hours: CallingHours, priority: int, pace: float) -> None:  # type: ignore[override]
        orders = [order(f"{name}{each}", phone=f"+8210{ord(name[0])}{each:05}") for each in range(people)]
        wanted = plan(calls=3, pace=pace, hours=hours, retry=RULES, priority=priority)
        campaign = await self.campaigns.start(wanted, orders, request_id=name, fingerprint=name, paused=False)
        self.ids.append(campaign.campaign_id)

    async def all(self) -> list[Campaign]:
        return [await self.campaigns.get(each) for each in self.ids]

    async def everybody(self) -> list[Item]:
        return [item for each in self.ids for item in self.campaign_store._stored[each].items.values()]

    def until_something_is_due(self) -> float:
        """Returns how many seconds nothing has to be done for a campaign."""
        times = [at for stored in self.store._stored.values() for kind, at in stored.due.items() if kind in CALLING]
        first = min([*times, *self.store.due_elsewhere.values()], default=self.clock.now())
        return max(0.0, (first - self.clock.now()).total_seconds())

    async def hours_of(self, consultation_id: str) -> CallingHours:
        brief, _ = await self.store.load(consultation_id)
        return (await self.campaigns.get(brief.campaign_id)).plan.hours


class CampaignLimits(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner(loop_factory=VirtualTimeLoop)
        self._world = LimitedWorld()
        self._telephone: ClockedTelephone = self._world.telephone  # type: ignore[assignment]
        self._wishes: dict[str, datetime] = {}
        self._checked = 0

    def _run(self, work: Awaitable[Any]) -> Any:
        async def running() -> Any:
            return await work

        return self._runner.run(running())

    @initialize(
        hours=st.sampled_from([SHORT_DAY, CallingHours(0, 1440, tuple(range(7)), holidays=True)]),
        people=st.integers(1, 4),
        pace=st.sampled_from([0.2, 100.0]),
    )
    def begin(self, hours: CallingHours, people: int, pace: float) -> None:
        self._run(self._world.start("a", people, hours, 3, pace))
        self._run(self._world.start("b", 2, SHORT_DAY, 0, 100.0))

    @rule(life=st.integers(0, 60), seconds=st.sampled_from([0.0, 0.3, 1.0, 2.0, 40.0]))
    def work_and_die(self, life: int, seconds: float) -> None:
        self._world.use_mortal([life])
        with suppress(Died):
            self._run(self._world.work(seconds))
        self._world.use_mortal([10**9])

    @rule(seconds=st.sampled_from([0.3, 1.0, 2.0, 61.0, 900.0, 22 * 3600.0]))
    def time_passes(self, seconds: float) -> None:
        self._run(self._world.work(seconds))

    @rule(which=st.integers(0, 3), status=st.sampled_from([CallStatus.BUSY, CallStatus.NO_ANSWER]))
    @precondition(lambda self: self._world.ringing())
    def nobody_answers(self, which: int, status: CallStatus) -> None:
        ringing = self._world.ringing()
        self._run(self._world.happens(ringing[which % len(ringing)], status))

    @rule(which=st.integers(0, 3), wished=st.none() | st.sampled_from([0, 30, 700, 90_000]))
    @precondition(lambda self: self._world.ringing())
    def somebody_talks(self, which: int, wished: int | None) -> None:
        sid = self._world.ringing()[which % len(self._world.ringing())]
        wish = None
        placed = self._telephone.orders[list(self._telephone.calls).index(sid)]
        if wished is not None:
            self._wishes[placed.consultation_id] = self._world.clock.now() + timedelta(seconds=wished)
            wish = CallBackWish("다음에요", 4, not_before=self._wishes[placed.consultation_id])
        self._run(self._world.talks(sid, wish))

    @rule(which=st.integers(0, 1), state=st.sampled_from(["pause", "resume"]))
    def held_up(self, which: int, state: str) -> None:
        campaign = self._run(self._world.campaigns.get(self._world.ids[which]))
        assume(not campaign.state.final)
        self._run(getattr(self._world.campaigns, state)(campaign.campaign_id))

    @invariant()
    def calls_are_as_far_apart_as_the_account_allows(self) -> None:
        least = timedelta(seconds=1 / CALLS_PER_SECOND)
        assert all(after - before >= least for before, after in pairwise(self._telephone.placed_at))

    @invariant()
    def no_more_calls_at_once_than_the_account_allows_and_one_a_person(self) -> None:
        calls = list(self._telephone.calls)
        ringing = [self._telephone.orders[calls.index(sid)].phone for sid in self._world.ringing()]
        assert len(ringing) <= MOST_CALLS
        assert len(set(ringing)) == len(ringing)

    @invariant()
    def nobody_was_rung_outside_of_the_hours(self) -> None:
        for placed, at in list(zip(self._telephone.orders, self._telephone.placed_at, strict=True))[self._checked :]:
            assert is_open(self._run(self._world.hours_of(placed.consultation_id)), at, KoreanHolidays())
        self._checked = len(self._telephone.orders)

    @invariant()
    def a_wish_goes_before_rules_and_number_of_attempts(self) -> None:
        for item in self._run(self._world.everybody()):
            wished_at = self._wishes.get(item.consultation_id)
            if item.state is ItemState.WAITING and wished_at is not None:
                assert item.wished
                assert item.next_attempt_at is not None
                assert item.next_attempt_at >= wished_at

    def teardown(self) -> None:
        """Left alone, both campaigns come to their end, and everybody's phone was rung or was tried to."""
        for campaign_id in self._world.ids:
            with suppress(Exception):
                self._run(self._world.campaigns.resume(campaign_id))
        for _ in range(300):
            for sid in self._world.ringing():
                self._run(self._world.talks(sid))
            self._run(self._world.work(self._world.until_something_is_due()))
            campaigns = self._run(self._world.all())
            if all(campaign.ended_at for campaign in campaigns):
                break
        self.calls_are_as_far_apart_as_the_account_allows()
        self.nobody_was_rung_outside_of_the_hours()
        people = self._run(self._world.everybody())
        self._runner.close()
        assert [campaign.state for campaign in campaigns] == [CampaignState.COMPLETED] * len(campaigns)
        assert all(item.state.final and item.attempts >= 1 for item in people)


TestCampaignLimits = CampaignLimits.TestCase
TestCampaignLimits.settings = settings(max_examples=5, stateful_step_count=20, deadline=None)


@pytest.mark.slow
class TestCampaignLimitsAtLength(CampaignLimits.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
