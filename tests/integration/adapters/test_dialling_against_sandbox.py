"""Dialling from the store in Redis to the sandbox's Twilio, by a process that dies on the way."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.redis.dial_permits import RedisDialPermits
from orchestrator.adapters.twilio.telephone import TwilioTelephone
from orchestrator.dialogue.call.call_status import CallStatusReports
from orchestrator.dialogue.call.dialling import LOOK_UP_AFTER, MARGIN, Dialling
from orchestrator.dialogue.ports.store import Change, Due, DueKind
from orchestrator.dialogue.ports.telephone import CallOrder, CallReport, CallStatus
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.consultation import Consultation, State
from sandbox.script import Script
from sandbox.twilio.settings import ACCOUNT_SID, AUTH_TOKEN, FROM_NUMBER
from sandbox.world import World, WorldSettings
from tests.fakes.clock import ManualClock
from tests.fakes.consultations import brief, consultation
from tests.fakes.http_server import HttpServer

NOBODY = {"answers": "no-answer"}


class Crash(BaseException):
    """The process is gone."""


class Nobody(HttpServer):
    """A gateway that does not answer: no webhook tells anything."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=503)


class DyingTelephone(TwilioTelephone):
    """Twilio, and a process that dies before or after it asks for a call.

    Attributes:
        dies: "before", "after", or "": it lives.
    """

    dies = ""

    async def dial(self, order: CallOrder) -> str:
        if self.dies == "before":
            raise Crash
        call_sid = await super().dial(order)
        if self.dies == "after":
            raise Crash
        return call_sid


@dataclass
class Line:
    """A sandbox, and what dials it."""

    world: World
    clock: ManualClock
    store: RedisConsultationStore
    telephone: DyingTelephone
    reports: CallStatusReports
    dialling: Dialling

    async def order(self, order: Brief | None = None) -> Consultation:
        record = consultation(created_at=self.clock.now())
        due = {DueKind.DIAL: self.clock.now()}
        await self.store.create(order or brief(), Change(record, due=due))
        return record

    async def dies(self, when: str, callee: dict[str, Any]) -> Consultation:
        """Orders a call of somebody, and dies while it is dialled."""
        self.world.next_callee(Script.model_validate_json(json.dumps(callee)))
        record = await self.order()
        self.telephone.dies = when
        with pytest.raises(Crash):
            await self.dialling.dial(record.consultation_id)
        self.telephone.dies = ""
        return await self.store.get(record.consultation_id)

    async def goes_on(self, record: Consultation, kind: DueKind = DueKind.DIAL) -> Consultation:
        """Does what is due, in another process."""
        due_at = await self.store.due_at(Due(kind, record.consultation_id))
        assert due_at is not None
        self.clock.advance((due_at - self.clock.now()).total_seconds())
        await (self.dialling.dial if kind is DueKind.DIAL else self.dialling.check)(record.consultation_id)
        return await self.store.get(record.consultation_id)

    @property
    def calls(self) -> list[str]:
        return [call.sid for call in self.world.twilio.newest_first()]


@pytest.fixture
async def line(redis_url: str) -> AsyncIterator[Line]:
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(Nobody())  # closed after the world, which calls it to the end
        world = await stack.enter_async_context(World(WorldSettings(speed=2000)))
        client = open_client(redis_url)
        stack.push_async_callback(client.aclose)
        clock = ManualClock(datetime.now(UTC))
        store = RedisConsultationStore(client, clock)
        stack.push_async_callback(store.close)
        telephone = DyingTelephone(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            from_phone=FROM_NUMBER,
            public_base_url=gateway.url,
            api_base_url=world.twilio_url,
        )
        stack.push_async_callback(telephone.close)
        reports = CallStatusReports(store, clock, telephone=telephone)
        permits = RedisDialPermits(client, calls_per_second=0, most_calls=0, clock=clock)
        dialling = Dialling(store, telephone, clock, reports, permits=permits)
        yield Line(world, clock, store, telephone, reports, dialling)


async def test_killed_before_the_post_it_ends_as_not_called(line: Line) -> None:
    """Nobody knows that Twilio was never asked: what it does not list is given up, not dialled again."""
    record = await line.dies("before", NOBODY)
    assert (record.state, record.dial_open) == (State.DIALLING, True)
    began = line.clock.now()
    after = await line.goes_on(record)
    assert (line.clock.now() - began).total_seconds() == pytest.approx(LOOK_UP_AFTER.total_seconds(), abs=0.01)
    assert (after.state, after.dial_failure, line.calls) == (State.SUMMARISING, DialFailure.UNKNOWN, [])


async def test_killed_after_the_post_the_call_is_found_at_twilio_and_nobody_is_called_twice(line: Line) -> None:
    record = await line.dies("after", NOBODY)
    (call_sid,) = line.calls
    after = await line.goes_on(record)
    assert (after.call_sid, after.dial_open, line.calls) == (call_sid, False, [call_sid])


async def test_killed_after_the_post_the_first_report_finds_the_call(line: Line) -> None:
    record = await line.dies("after", NOBODY)
    (call_sid,) = line.calls
    await line.reports.report(record.consultation_id, CallReport(call_sid, CallStatus.RINGING))
    after = await line.goes_on(record)
    assert (after.state, after.call_sid, line.calls) == (State.RINGING, call_sid, [call_sid])


async def test_a_second_call_to_the_number_is_not_taken_for_the_one_that_was_never_made(line: Line) -> None:
    first = await line.dies("before", NOBODY)
    second = await line.order()
    await line.dialling.dial(second.consultation_id)
    assert line.calls == []  # it waits: the first one may be ringing
    after = await line.goes_on(first)
    assert (after.call_sid, after.dial_failure) == ("", DialFailure.UNKNOWN)


@pytest.mark.parametrize("answers", ["no-answer", "busy", "fail"])
async def test_a_call_of_which_no_report_came_is_looked_up_when_its_phone_cannot_ring_any_more(
    line: Line, answers: str
) -> None:
    line.world.next_callee(Script.model_validate_json(json.dumps({"answers": answers})))
    record = await line.order()
    await line.dialling.dial(record.consultation_id)
    call = line.world.twilio.find(line.calls[0])
    assert call is not None
    await call.settled.wait()
    began = line.clock.now()
    after = await line.goes_on(record, DueKind.CHECK)
    assert line.clock.now() - began <= MARGIN * 2
    assert (after.state, after.call_sid) == (State.SUMMARISING, line.calls[0])
    assert after.dial_failure is not DialFailure.NONE
