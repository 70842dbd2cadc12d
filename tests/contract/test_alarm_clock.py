"""What every alarm clock does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from orchestrator.adapters.docket.alarm_clock import DocketAlarmClock
from orchestrator.adapters.docket.worker import DocketWorker
from orchestrator.dialogue.ports.alarm_clock import AlarmClock
from orchestrator.dialogue.ports.store import Due, DueKind
from tests.fakes.alarm_clock import InlineAlarmClock
from tests.fakes.waiting import until

DIAL = Due(DueKind.DIAL, "one")
CHECK = Due(DueKind.CHECK, "one")


@dataclass
class Workshop:
    """Does what it is woken for."""

    clock: AlarmClock = field(init=False)
    begun: list[Due] = field(default_factory=list)
    done: list[Due] = field(default_factory=list)
    failures: int = 0
    free: asyncio.Event = field(default_factory=asyncio.Event)
    swept: int = 0

    async def attend(self, due: Due) -> bool:
        self.begun.append(due)
        await self.free.wait()
        if self.failures:
            self.failures -= 1
            return False
        self.done.append(due)
        return True

    async def sweep(self, _clock: AlarmClock) -> None:
        self.swept += 1

    async def finished(self, number: int) -> None:
        await until(lambda: len(self.done) >= number, seconds=5)


@asynccontextmanager
async def inline(shop: Workshop) -> AsyncIterator[None]:
    shop.clock = clock = InlineAlarmClock(shop.attend)
    yield
    await clock.close()


@asynccontextmanager
async def docket(shop: Workshop, url: str) -> AsyncIterator[None]:
    shop.clock = clock = DocketAlarmClock(url)
    worker = DocketWorker(url, shop, clock)  # type: ignore[arg-type]
    await clock.open()
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        shop.free.set()
        await worker.stop(5)
        await running
        await clock.close()


@pytest.fixture(params=["inline", "docket", "docket in a cluster"])
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Workshop]:
    shop = Workshop()
    match request.param:
        case "inline":
            opened = inline(shop)
        case "docket":
            opened = docket(shop, request.getfixturevalue("redis_url"))
        case _:
            opened = docket(shop, request.getfixturevalue("cluster_url"))
    async with opened:
        yield shop


async def test_what_is_woken_is_done_at_once(shop: Workshop) -> None:
    shop.free.set()
    await shop.clock.wake(DIAL)
    await shop.clock.wake(CHECK)
    await shop.finished(2)
    assert sorted(due.kind for due in shop.done) == [DueKind.CHECK, DueKind.DIAL]


async def test_what_is_being_done_is_not_begun_again(shop: Workshop) -> None:
    for _ in range(3):
        await shop.clock.wake(DIAL)
    await shop.clock.wake(CHECK)
    await until(lambda: CHECK in shop.begun)
    await shop.clock.wake(DIAL)
    shop.free.set()
    await shop.finished(2)
    await asyncio.sleep(0.1)
    assert len(shop.begun) == 2


async def test_what_was_done_can_be_woken_again(shop: Workshop) -> None:
    shop.free.set()
    await shop.clock.wake(DIAL)
    await shop.finished(1)
    async with asyncio.timeout(5):
        while len(shop.done) < 2:
            await shop.clock.wake(DIAL)
            await asyncio.sleep(0.01)


async def test_what_fails_is_tried_again(shop: Workshop) -> None:
    shop.free.set()
    shop.failures = 1
    await shop.clock.wake(DIAL)
    await shop.finished(1)
    assert len(shop.begun) == 2
