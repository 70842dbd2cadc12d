"""Workers that die, or stop for a while, between a POST and its acknowledgement: of a result, or of a call."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.consultation import Delivery, DeliveryState, State
from tests.fakes.consultations import brief, consultation
from tests.fakes.http_server import HttpServer
from tests.fakes.twilio_rest import Asked, ScriptedTwilio
from tests.fakes.waiting import until

pytestmark = pytest.mark.slow
BODY = '{"summary":"가나다"}'.encode()


class Backend(HttpServer):
    """Takes results; the first waits for its answer."""

    def __init__(self) -> None:
        self.posted: list[tuple[float, str, bytes]] = []
        self.answering = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.posted.append((time.monotonic(), request.headers["Idempotency-Key"], await request.read()))
        if len(self.posted) == 1:
            await self.answering.wait()
        return web.Response()


@asynccontextmanager
async def worker(
    redis_url: str, url: str, program_name: str = "delivery_worker"
) -> AsyncIterator[asyncio.subprocess.Process]:
    module = f"tests.fakes.{program_name}"
    program = await asyncio.create_subprocess_exec(sys.executable, "-m", module, redis_url, url)
    try:
        yield program
    finally:
        if program.returncode is None:
            program.send_signal(signal.SIGCONT)
            program.kill()
        await program.wait()


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[RedisConsultationStore]:
    client = open_client(redis_url)
    store = RedisConsultationStore(client, SystemClock())
    yield store
    await store.close()
    await client.aclose()


async def delivery_due(store: RedisConsultationStore) -> str:
    record = replace(consultation(), state=State.COMPLETED, delivery=Delivery(DeliveryState.PENDING))
    await store.create(brief(), Change(record, due={DueKind.DELIVER: datetime.now(UTC)}, result=BODY))
    return record.consultation_id


async def test_a_worker_killed_before_the_acknowledgement_costs_one_more_post_within_seconds(
    redis_url: str, store: RedisConsultationStore
) -> None:
    consultation_id = await delivery_due(store)
    async with Backend() as backend:
        async with worker(redis_url, backend.url) as killed:
            await until(lambda: len(backend.posted) == 1, seconds=20)
            async with worker(redis_url, backend.url):
                await asyncio.sleep(2.5)  # it is up, and finds the work in hands that renew their lease
                assert len(backend.posted) == 1
                killed.kill()
                died = time.monotonic()
                await until(lambda: len(backend.posted) == 2, seconds=20)
                assert backend.posted[1][0] - died < 7
                await asyncio.sleep(2.5)
        backend.answering.set()
    assert [posted[1:] for posted in backend.posted] == [(f"result:{consultation_id}", BODY)] * 2
    assert (await store.get(consultation_id)).delivery.state is DeliveryState.DELIVERED


async def test_a_worker_that_comes_back_to_life_changes_nothing(redis_url: str, store: RedisConsultationStore) -> None:
    consultation_id = await delivery_due(store)
    async with Backend() as backend, worker(redis_url, backend.url) as stopped:
        await until(lambda: len(backend.posted) == 1, seconds=20)
        async with worker(redis_url, backend.url):
            stopped.send_signal(signal.SIGSTOP)
            await until(lambda: len(backend.posted) == 2, seconds=20)
            await asyncio.sleep(4)
            backend.answering.set()
            stopped.send_signal(signal.SIGCONT)
            await asyncio.sleep(4)
    assert [posted[1:] for posted in backend.posted] == [(f"result:{consultation_id}", BODY)] * 2
    assert (await store.get(consultation_id)).delivery.state is DeliveryState.DELIVERED


class KillingTwilio(ScriptedTwilio):
    """Gives no answer to who wants to call somebody; may have taken the call for all that."""

    takes: bool = True

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            return await super().handle(request)
        if self.takes:
            await super().handle(request)
        else:
            self.asked.append(Asked(request.method, request.path, []))
        await asyncio.sleep(60)
        return web.Response()

    @property
    def orders(self) -> int:
        return sum(asked.method == "POST" for asked in self.asked)


@pytest.mark.parametrize("taken", [True, False])
async def test_a_worker_killed_while_it_dials_lets_nobody_be_called_twice(
    redis_url: str, store: RedisConsultationStore, taken: bool
) -> None:
    record = consultation(created_at=datetime.now(UTC))
    await store.create(brief(), Change(record, due={DueKind.DIAL: datetime.now(UTC)}))
    async with KillingTwilio() as twilio:
        twilio.takes = taken
        async with worker(redis_url, twilio.url, "dial_worker") as killed:
            await until(lambda: twilio.orders == 1, seconds=20)
            assert (await store.get(record.consultation_id)).dial_open
            killed.kill()
        async with worker(redis_url, twilio.url, "dial_worker"), asyncio.timeout(30):
            while (after := await store.get(record.consultation_id)).dial_open:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert twilio.orders == 1
    if taken:
        assert (after.state, after.call_sid) == (State.DIALLING, twilio.calls[0]["sid"])
    else:
        assert (after.state, after.call_sid, after.dial_failure) == (State.SUMMARISING, "", DialFailure.UNKNOWN)
