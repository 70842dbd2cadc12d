"""Alarms at the sandbox's backend."""

import aiohttp
import pytest

from sandbox.alarm_desk import OPERATOR
from sandbox.backend import SandboxBackend
from sandbox.events import Events
from sandbox.world import World

ID = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
GOOD = {
    "consultation_id": ID, "v_id": "V1", "account_id": None, "alarm_number": 1, "danger_kind": "self_harm",
    "danger_label": "자살·자해 위험", "turn_number": 8, "quote": "더 살고 싶지 않아요", "noticed_by": ["rules"],
    "raised_time": "2026-11-22T14:00:00", "place_in_line": 1, "line_length": 1, "notification_count": 0,
    "acknowledge_path": f"/api/consultations/{ID}/alarms/1/acknowledge",
}  # fmt: skip


@pytest.fixture
async def backend():
    async with SandboxBackend(Events()) as backend:
        yield backend


async def post(url, body=GOOD):
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


async def test_an_alarm_is_kept_and_taken_over(backend):
    assert await post(backend.alarm_url) == (200, f'{{"acknowledged_by": "{OPERATOR}"}}')
    (kept,) = backend.alarm_desk.posts
    assert (kept.body, kept.status, kept.faults, kept.acknowledged, kept.line_s) == (GOOD, 200, (), True, None)


@pytest.mark.parametrize(("manner", "status"), [("taken", 200), ("refused", 503)])
async def test_nobody_takes_it_over(backend, manner, status):
    backend.alarm_desk.manner = manner
    assert await post(backend.alarm_url) == (status, "")
    assert [(kept.status, kept.acknowledged) for kept in backend.alarm_desk.posts] == [(status, False)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"danger_kind": "boredom"}, {"quote": ""}, {"alarm_number": 0}, {"danger_label": "danger"}, {"extra": 1},
        {"raised_time": "2026-11-22T05:00:00Z"}, {"acknowledge_path": "/x"}, {"noticed_by": []}, {"v_id": 7},
    ],
)  # fmt: skip
async def test_an_alarm_that_is_not_as_it_must_be(backend, wrong):
    status, text = await post(backend.alarm_url, GOOD | wrong)
    (field,) = wrong
    assert status == 400
    assert text.startswith(field)
    (kept,) = backend.alarm_desk.posts
    assert (kept.faults, kept.acknowledged) == ((text,), False)


async def test_no_json(backend):
    async with aiohttp.ClientSession() as session, session.post(backend.alarm_url, data=b"\xff") as response:
        assert response.status == 400
    assert isinstance(backend.alarm_desk.posts[0].body, str)


async def test_it_is_known_when_in_the_call_an_alarm_came(sandbox, app):
    world: World = sandbox.world

    async def voice(request, seen):
        await post(world.alarm_url)
        return aiohttp.web.Response(text="<Response><Hangup/></Response>", content_type="text/xml")

    app.twiml("/voice", '<Pause length="7"/><Redirect>/danger</Redirect>')
    app.on("/danger", voice)
    with world.events() as events:
        await sandbox.call()
        await post(world.alarm_url)
        seen = [event async for event in until_two_alarms(events)]
    during, after = world.backend.alarm_desk.posts
    assert during.line_s == pytest.approx(7, abs=1)
    assert after.line_s is None
    assert [event.line_s for event in seen] == [during.line_s, None]


async def until_two_alarms(events):
    found = 0
    async for event in events:
        if event.kind == "alarmed":
            found += 1
            yield event
        if found == 2:
            return
