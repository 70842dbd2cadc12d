"""Programs that are killed or stand still in mid-call, each beside another one: the callee waits 5 s at most.

Phone time is real time here.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.events import Subscription
from sandbox.payloads.mode import in_mode
from sandbox.phone_call import place_call
from sandbox.report import Report
from sandbox.script import parse_script
from tests.e2e.fleet import Fleet, Place, running_fleet
from tests.e2e.heard_words import assert_heard_in_order, seconds_until_heard
from tests.e2e.test_trouble import SHORT

MOST_SECONDS = 5.0
FROZEN_SECONDS = 10.0
QUESTION = "강아지 초콜릿 먹어도 돼요?"

Blow = tuple[str, float]
"""What was done to the fleet, and in which second of the call."""


@dataclass(frozen=True)
class LiveCall:
    """A call that is being had by a fleet."""

    fleet: Fleet
    events: Subscription

    @property
    def now(self) -> float:
        call = next(iter(self.fleet.world.twilio.newest_first()))
        return call.line.now if call.line else 0.0

    async def until(self, kind: str, text: str = "") -> None:
        """Waits until something happens in it."""
        async for event in self.events:
            if event.kind == kind and text in event.text:
                return

    async def asked(self) -> Place:
        """Waits until the callee's question is being thought about; returns where."""
        await self.until("callee_said", QUESTION)
        return await self.fleet.thinking()


async def struck(
    folder: Path, mode: str, asks: int, blows: Callable[[LiveCall], AsyncIterator[Blow]], **how: Any
) -> tuple[Report, dict[str, float]]:
    """Has a call whose callee asks something so many times, then hangs up, while the programs are struck.

    Returns:
        The report, and the seconds that the callee waited for the agent's voice after each blow.
    """
    script = {
        "when": [
            {"heard": "녹음해도", "say": QUESTION, "times": asks},
            {"heard": "녹음해도", "hangup": True},
        ],
        "otherwise": "네.",
    }
    payload = in_mode(json.dumps(SHORT).encode(), mode)
    async with running_fleet(folder, **how) as fleet:
        with fleet.world.events() as events:
            callee = parse_script(json.dumps(script))
            calling = asyncio.create_task(place_call(fleet.world, fleet.url, payload, callee, real_timeout_s=90))
            try:
                done = [blow async for blow in blows(LiveCall(fleet, events))]
                report = await calling
            finally:
                calling.cancel()
                await asyncio.gather(calling, return_exceptions=True)
    waits = {what: seconds_until_heard(report, at) for what, at in done}
    print(f"\n{mode}: seconds without the agent's voice after: {waits}")
    return report, waits


@asynccontextmanager
async def frozen(place: Place) -> AsyncIterator[None]:
    """Lets an orchestrator stand still for a while."""
    place.signal("orchestrator", signal.SIGSTOP)
    try:
        yield
        await asyncio.sleep(FROZEN_SECONDS)
    finally:
        place.signal("orchestrator", signal.SIGCONT)


def assert_unharmed(report: Report) -> None:
    assert report.ended
    assert [turn["turn"] for turn in report.transcript] == list(range(1, len(report.transcript) + 1))
    assert_heard_in_order(report)


@pytest.mark.slow
@pytest.mark.timeout(150)
async def test_a_stream_outlives_whoever_carries_it(tmp_path: Path) -> None:
    async def blows(call: LiveCall) -> AsyncIterator[Blow]:
        await call.until("answered")
        await asyncio.sleep(3.0)
        carrying = await call.fleet.streaming()
        carrying.signal("orchestrator", signal.SIGKILL)
        yield "orchestrator killed while the agent speaks", call.now
        await call.asked()
        call.fleet.places[0].signal("gateway", signal.SIGKILL)
        yield "gateway killed while the agent thinks, and no load balancer", call.now
        async with frozen(await call.asked()):
            yield "orchestrator frozen while the agent thinks", call.now

    report, waits = await struck(tmp_path, "stream", 2, blows, balanced=False)
    assert max(waits.values()) <= MOST_SECONDS
    assert_unharmed(report)
    assert sum(turn["text"] == QUESTION for turn in report.transcript) == 2


@pytest.mark.slow
@pytest.mark.timeout(150)
async def test_a_sentence_outlives_the_gateway_that_carries_it(tmp_path: Path) -> None:
    async def blows(call: LiveCall) -> AsyncIterator[Blow]:
        await call.until("answered")
        await asyncio.sleep(3.0)
        call.fleet.connected.signal("gateway", signal.SIGKILL)
        yield "gateway killed while the agent speaks, another one beside it", call.now

    report, waits = await struck(tmp_path, "stream", 1, blows)
    assert max(waits.values()) <= MOST_SECONDS
    assert_unharmed(report)


@pytest.mark.slow
@pytest.mark.timeout(150)
async def test_a_turn_outlives_whoever_takes_it(tmp_path: Path) -> None:
    async def blows(call: LiveCall) -> AsyncIterator[Blow]:
        (await call.asked()).signal("orchestrator", signal.SIGKILL)
        yield "orchestrator killed while the agent thinks", call.now
        await call.asked()
        call.fleet.connected.signal("gateway", signal.SIGKILL)
        yield "gateway killed while the agent thinks", call.now
        async with frozen(await call.asked()):
            yield "orchestrator frozen while the agent thinks", call.now

    report, waits = await struck(tmp_path, "turn_by_turn", 3, blows, SILENCE_TIMEOUT_SECONDS="1")
    assert max(waits.values()) <= MOST_SECONDS
    assert_unharmed(report)
    assert sum(turn["text"] == QUESTION for turn in report.transcript) == 3
