"""Whatever dies in between, and however often a campaign is attended to: each attempt rings once, nobody is left out.

Every use of a store, and the start of a consultation, is a point at which the attending process may die: before the
step, or right after it, when it was carried out and nobody knows.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orchestrator.dialogue.ports.telephone import CallStatus
from orchestrator.domain.campaign import AttemptResult, CampaignState, ItemState, RetryRules
from tests.unit.orchestrator.dialogue.campaign.campaign_world import CampaignWorld, plan
from tests.virtual_time import VirtualTimeLoop

PEOPLE = [f"p{number}" for number in range(5)]
MOST_CALLS = 2
MOST_ATTEMPTS = 2
RANG = {AttemptResult.REACHED, AttemptResult.BUSY, AttemptResult.NO_ANSWER}


class Died(Exception):
    """The process that attended is gone."""


class Mortal:
    """Passes calls on until one step kills it."""

    def __init__(self, target: object, life: list[int]) -> None:
        self._target = target
        self._life = life

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._target, name)

        async def step(*args: object, **fields: object) -> object:
            self._step()
            answer = await method(*args, **fields)
            self._step()
            return answer

        return step

    def _step(self) -> None:
        self._life[0] -= 1
        if self._life[0] < 0:
            raise Died


class CampaignUnderCrashes(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner(loop_factory=VirtualTimeLoop)
        self._world = CampaignWorld()

    def _run(self, work: Awaitable[Any]) -> Any:
        return self._runner.run(_as_coroutine(work))

    @initialize()
    def begin(self) -> None:
        rules = RetryRules(most_attempts=MOST_ATTEMPTS)
        self._run(self._world.begin(*PEOPLE, wanted=plan(calls=MOST_CALLS, retry=rules)))

    @rule(life=st.integers(0, 40))
    def attend_and_die(self, life: int) -> None:
        self._attend(life)

    @rule(life=st.integers(0, 40), other=st.integers(0, 40))
    def two_attend_at_once(self, life: int, other: int) -> None:
        async def both() -> None:
            await asyncio.gather(self._attending(life), self._attending(other))

        self._run(both())

    def _attend(self, life: int) -> None:
        self._run(self._attending(life))

    async def _attending(self, life: int) -> None:
        world, left = self._world, [life]
        pump = type(world.pump)(
            Mortal(world.campaign_store, left),  # type: ignore[arg-type]
            Mortal(world.consultations, left),  # type: ignore[arg-type]
            world.clock,
            world.pump._holidays,
        )
        with suppress(Died):
            await pump.attend(world.campaign_id)

    @rule(seconds=st.sampled_from([1, 5, 61, 700, 4000]))
    def time_passes(self, seconds: int) -> None:
        self._run(self._world.work(seconds))

    @rule(which=st.integers(0, 3), status=st.sampled_from([CallStatus.BUSY, CallStatus.NO_ANSWER]))
    @precondition(lambda self: self._world.ringing())
    def nobody_answers(self, which: int, status: CallStatus) -> None:
        ringing = self._world.ringing()
        self._run(self._world.happens(ringing[which % len(ringing)], status))

    @rule(which=st.integers(0, 3))
    @precondition(lambda self: self._world.ringing())
    def somebody_talks(self, which: int) -> None:
        ringing = self._world.ringing()
        self._run(self._world.talks(ringing[which % len(ringing)]))

    @rule()
    def pause(self) -> None:
        if not self._campaign().state.final:
            self._run(self._world.campaigns.pause(self._world.campaign_id))

    @rule()
    def resume(self) -> None:
        if not self._campaign().state.final:
            self._run(self._world.campaigns.resume(self._world.campaign_id))

    @invariant()
    def no_phone_rings_more_often_than_allowed(self) -> None:
        assert all(times <= MOST_ATTEMPTS for times in self._world.rung().values())

    @invariant()
    def nobody_is_called_while_being_called(self) -> None:
        calls = list(self._world.telephone.calls)
        ringing = [self._world.telephone.orders[calls.index(sid)].phone for sid in self._world.ringing()]
        assert len(ringing) == len(set(ringing))
        assert len(ringing) <= MOST_CALLS

    @invariant()
    def the_tally_is_that_of_the_items(self) -> None:
        if not self._world.campaign_id:
            return
        items = self._run(self._world.campaign_store.items(self._world.campaign_id, PEOPLE)).values()
        tally = self._campaign().tally
        states = Counter(item.state for item in items)
        assert {state: getattr(tally, state) for state in ItemState} == {state: states[state] for state in ItemState}
        assert tally.attempts == sum(item.attempts for item in items)

    def teardown(self) -> None:
        """Left alone, the campaign comes to its end: everybody was rung, and every ring is in the books."""
        self.resume()
        for _ in range(60):
            self._run(self._world.pass_time(12, step=3))
            for sid in self._world.ringing():
                self._run(self._world.talks(sid))
            self._run(self._world.work(700))
            if self._campaign().ended_at is not None:
                break
        campaign = self._campaign()
        items = self._run(self._world.campaign_store.items(self._world.campaign_id, PEOPLE)).values()
        self._runner.close()
        assert campaign.state is CampaignState.COMPLETED
        assert campaign.tally.reached + campaign.tally.unreached == len(PEOPLE)
        assert campaign.tally.attempts == len(self._world.telephone.orders)
        assert all(item.attempts == sum(result in RANG for result in item.results) >= 1 for item in items)

    def _campaign(self) -> Any:
        return self._run(self._world.campaign())


async def _as_coroutine(work: Awaitable[Any]) -> Any:
    return await work


TestCampaignUnderCrashes = CampaignUnderCrashes.TestCase
TestCampaignUnderCrashes.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
