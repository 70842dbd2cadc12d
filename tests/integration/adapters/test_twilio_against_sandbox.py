"""The Twilio adapter against the sandbox's Twilio: a peer that somebody else wrote."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from audio import wav
from orchestrator.adapters.twilio.telephone import TwilioTelephone
from orchestrator.dialogue.ports.telephone import CallOrder, CallStatus
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.errors import DialRefused, InvalidAudio, RecordingNotReady, TelephoneUnavailable
from sandbox.script import Script
from sandbox.twilio.settings import ACCOUNT_SID, AUTH_TOKEN, FROM_NUMBER, TwilioSettings
from sandbox.world import World, WorldSettings
from tests.fakes.http_server import HttpServer
from tests.fakes.waiting import until

ID = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
PHONE = "+821012345678"
RECORD = '<Record action="/twilio/recording" timeout="2" maxLength="5" playBeep="false" trim="do-not-trim"/>'


class Gateway(HttpServer):
    """Takes the webhooks, and lets the callee speak once."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.signed: list[bool] = []
        self.twiml = f"<Response>{RECORD}</Response>"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers.get("X-Twilio-Signature", "")
        self.signed.append(RequestValidator(AUTH_TOKEN).validate(self.url + request.raw_path, form, signature))
        self.seen.append((request.path_qs, form))
        if request.path in {"/twilio/status", "/twilio/amd"}:
            return web.Response(status=204)
        text = self.twiml if request.path == "/twilio/voice" else "<Response><Hangup/></Response>"
        return web.Response(text=text, content_type="text/xml")

    def told(self, path: str) -> list[dict[str, str]]:
        return [form for path_qs, form in self.seen if path_qs.startswith(path)]


@dataclass
class Line:
    """A sandbox, a gateway, and the telephone between them."""

    world: World
    gateway: Gateway
    telephone: TwilioTelephone

    async def call(self, callee: dict[str, Any]) -> str:
        self.world.next_callee(Script.model_validate_json(json.dumps(callee)))
        return await self.telephone.dial(CallOrder(ID, PHONE, 40, 600))

    async def settled(self, call_sid: str) -> None:
        call = self.world.twilio.find(call_sid)
        assert call is not None
        await call.settled.wait()


Connect = Callable[..., Awaitable[Line]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def connected(**quirks: Any) -> Line:
            settings = TwilioSettings.model_validate({"quirks": quirks})
            world = await stack.enter_async_context(World(WorldSettings(speed=2000, twilio=settings)))
            gateway = await stack.enter_async_context(Gateway())
            telephone = TwilioTelephone(
                account_sid=ACCOUNT_SID,
                auth_token=AUTH_TOKEN,
                from_phone=FROM_NUMBER,
                public_base_url=gateway.url,
                api_base_url=world.twilio_url,
                backoff=0.01,
            )
            stack.push_async_callback(telephone.close)
            return Line(world, gateway, telephone)

        yield connected


async def test_a_whole_call(connect: Connect) -> None:
    line = await connect()
    sid = await line.call({"answers": "human", "turns": [{"say": "여보세요? 누구세요?"}], "otherwise": "네"})
    await line.settled(sid)
    assert line.gateway.seen[0][0].startswith("/twilio/status?consultation=" + ID)
    amd = f"/twilio/amd?consultation={ID}"  # unless the call is over before
    assert {path for path, _ in line.gateway.seen} - {amd} == {
        f"/twilio/voice?consultation={ID}",
        f"/twilio/status?consultation={ID}",
        "/twilio/recording",
    }
    assert all(line.gateway.signed)
    statuses = [form["CallStatus"] for form in line.gateway.told("/twilio/status")]
    assert sorted(statuses) == ["completed", "in-progress", "initiated", "ringing"]
    (recorded,) = line.gateway.told("/twilio/recording")
    recording_sid = recorded["RecordingUrl"].rpartition("/")[2]
    assert wav.duration(await line.telephone.fetch_recording(recording_sid, timeout=5)) > 0.5
    report = await line.telephone.call_report(sid)
    assert report is not None
    assert report.status is CallStatus.COMPLETED
    assert report.duration is not None
    assert line.world.twilio.journal.breaches == []

    await line.telephone.delete_recordings(sid)
    with pytest.raises(RecordingNotReady):
        await line.telephone.fetch_recording(recording_sid, timeout=0.05)
    await line.telephone.delete_recordings(sid)


@pytest.mark.parametrize(
    ("answers", "status"),
    [("busy", CallStatus.BUSY), ("no-answer", CallStatus.NO_ANSWER), ("fail", CallStatus.FAILED)],
)
async def test_calls_that_nobody_takes(connect: Connect, answers: str, status: CallStatus) -> None:
    line = await connect()
    sid = await line.call({"answers": answers})
    await line.settled(sid)
    report = await line.telephone.call_report(sid)
    assert report is not None
    assert report.status is status
    assert not line.gateway.told("/twilio/voice")


@pytest.mark.parametrize(
    ("answers", "found"), [("human", "human"), ("carrier-notice", "human"), ("voicemail", "machine_start")]
)
async def test_who_answered_is_told_while_the_call_goes_on(connect: Connect, answers: str, found: str) -> None:
    line = await connect()
    line.gateway.twiml = '<Response><Pause length="400"/></Response>'
    await line.settled(await line.call({"answers": answers}))
    (told,) = line.gateway.told(f"/twilio/amd?consultation={ID}")
    assert told["AnsweredBy"] == found
    assert all(line.gateway.signed)
    assert line.world.twilio.journal.breaches == []


async def test_hanging_up_in_the_middle(connect: Connect) -> None:
    line = await connect()
    line.gateway.twiml = '<Response><Pause length="3000"/></Response>'
    sid = await line.call({"answers": "human"})
    await until(lambda: bool(line.gateway.told("/twilio/voice")))
    await line.telephone.hang_up(sid)
    await line.settled(sid)
    await line.telephone.hang_up(sid)
    report = await line.telephone.call_report(sid)
    assert report is not None
    assert report.status is CallStatus.COMPLETED


@pytest.mark.parametrize(
    ("phone", "failure", "code"),
    [
        ("+15005550001", DialFailure.INVALID_NUMBER, 21217),
        ("+15005550002", DialFailure.INVALID_NUMBER, 21214),
        ("+15005550003", DialFailure.GEO_PERMISSION, 21215),
        ("+15005550004", DialFailure.FORBIDDEN_NUMBER, 21216),
        ("+15005550005", DialFailure.TRIAL_ACCOUNT, 21219),
    ],
)
async def test_numbers_that_are_refused(connect: Connect, phone: str, failure: DialFailure, code: int) -> None:
    line = await connect()
    with pytest.raises(DialRefused) as refused:
        await line.telephone.dial(CallOrder(ID, phone, 40, 600))
    assert (refused.value.failure, refused.value.provider_code) == (failure, code)


async def test_too_many_requests_are_waited_out(connect: Connect) -> None:
    line = await connect()
    sid = await line.telephone.dial(CallOrder(ID, "+15005550007", 40, 600))
    assert [call.sid for call in line.world.twilio.newest_first()] == [sid]


async def test_a_call_whose_answer_was_lost_is_found_and_rings_once(connect: Connect) -> None:
    line = await connect(lose_create_answers=1)
    since = datetime.now(UTC)
    with pytest.raises(TelephoneUnavailable) as unavailable:
        await line.call({"answers": "no-answer"})
    assert unavailable.value.happened is None
    found = await line.telephone.find_call(PHONE, since)
    assert [call.sid for call in line.world.twilio.newest_first()] == [found and found.call_sid]


@pytest.mark.parametrize("media", ["empty", "not-audio"])
async def test_recordings_that_are_none(connect: Connect, media: str) -> None:
    line = await connect(recording_media=media)
    sid = await line.call({"answers": "human", "turns": [{"say": "네"}]})
    await line.settled(sid)
    (recorded,) = line.gateway.told("/twilio/recording")
    with pytest.raises(InvalidAudio):
        await line.telephone.fetch_recording(recorded["RecordingSid"], timeout=5)


async def test_a_recording_that_is_late(connect: Connect) -> None:
    line = await connect(recording_ready_s=0.3)
    sid = await line.call({"answers": "human", "turns": [{"say": "네"}]})
    await until(lambda: bool(line.gateway.told("/twilio/recording")))
    (recorded,) = line.gateway.told("/twilio/recording")
    assert await line.telephone.fetch_recording(recorded["RecordingSid"], timeout=5)
    await line.settled(sid)
