"""Alarms from the settings to a desk that takes only what is signed."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientSession, web
from prometheus_client import CollectorRegistry
from standardwebhooks import Webhook, WebhookVerificationError

from orchestrator.bootstrap.outside import open_outside
from orchestrator.config import Settings
from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.alarm import Alarm, Observer, noticed
from orchestrator.domain.danger import DangerKind
from tests.fakes.consultations import NOON, brief, consultation, turn
from tests.fakes.http_server import HttpServer

SECRET = "whsec_b3VyIHNlY3JldCBvdXIgc2VjcmV0"
OLD_SECRET = "b2xkIHNlY3JldCBvbGQgc2VjcmV0"


class Desk(HttpServer):
    """Takes over what is signed with its secret, and refuses the rest."""

    def __init__(self, secret: str = SECRET) -> None:
        self.webhook = Webhook(secret)
        self.answered: list[int] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            self.webhook.verify(await request.read(), dict(request.headers))
        except WebhookVerificationError:
            self.answered.append(401)
            return web.Response(status=401)
        self.answered.append(200)
        return web.json_response({"acknowledged_by": "operator-7"})


class Forger(HttpServer):
    """Stands between, and changes one word."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).replace(b"v-17", b"v-18")
        async with ClientSession() as session, session.post(self.desk.url, data=body, headers=request.headers) as told:
            return web.Response(status=told.status, body=await told.read(), content_type="application/json")


async def told(redis_url: str, url: str, secrets: str) -> Alarm:
    """Notices a danger, and tells those in line of it."""
    async with AsyncExitStack() as stack:
        settings = Settings(_env_file=None, redis_url=redis_url, alarm_urls=url, result_signing_secret=secrets)
        outside = open_outside(settings, CollectorRegistry(), stack)
        alarms, _ = noticed((), DangerKind.SELF_HARM, 2, Observer.RULES, outside.clock.now())
        record = consultation(created_at=NOON, turn_count=2, alarms=alarms)
        await outside.store.create(brief(), Change(record, (turn(1), turn(2, "더 살고 싶지 않아요"))))
        await Alarms(outside.store, outside.alarm_receivers, outside.clock).attend(record.consultation_id)
        return (await outside.store.get(record.consultation_id)).alarms[0]


@pytest.mark.parametrize("secrets", [SECRET, f"{OLD_SECRET},{SECRET}"])
async def test_an_alarm_is_signed_and_taken_over(redis_url: str, secrets: str) -> None:
    async with Desk() as desk:
        assert (await told(redis_url, desk.url, secrets)).acknowledged_by == "operator-7"
    assert desk.answered == [200]


@pytest.mark.parametrize("secrets", ["", OLD_SECRET])
async def test_an_alarm_that_is_not_signed_as_agreed_is_refused_and_stays_open(redis_url: str, secrets: str) -> None:
    async with Desk() as desk:
        alarm = await told(redis_url, desk.url, secrets)
    assert (alarm.open, alarm.told_at, desk.answered) == (True, None, [401])


async def test_an_alarm_that_was_changed_on_its_way_is_refused_and_stays_open(redis_url: str) -> None:
    async with Desk() as desk, Forger(desk) as forger:
        alarm = await told(redis_url, forger.url, SECRET)
    assert (alarm.open, alarm.told_at, desk.answered) == (True, None, [401])
