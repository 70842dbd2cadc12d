"""Recordings fetched from a real server that misbehaves as Twilio may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from orchestrator.adapters.twilio.recordings import LARGEST
from orchestrator.adapters.twilio.telephone import TwilioTelephone
from orchestrator.domain.errors import InvalidAudio, RecordingNotReady, TelephoneUnavailable
from tests.fakes.http_server import HttpServer
from tests.fakes.twilio_rest import ACCOUNT, TOKEN, Recording, ScriptedTwilio, body, cut, error, hang
from tests.fakes.wav import tiny_wav


@asynccontextmanager
async def calling(url: str, *, token: str = TOKEN) -> AsyncIterator[TwilioTelephone]:
    telephone = TwilioTelephone(
        account_sid=ACCOUNT, auth_token=token, from_phone="+15005550006", public_base_url="", api_base_url=url
    )
    yield telephone
    await telephone.close()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedTwilio]:
    async with ScriptedTwilio() as scripted:
        yield scripted


@pytest.fixture
async def telephone(server: ScriptedTwilio) -> AsyncIterator[TwilioTelephone]:
    async with calling(server.url) as connected:
        yield connected


class OtherHost(HttpServer):
    """Where media are stored."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        return web.Response(body=tiny_wav("stored"), content_type="audio/x-wav")


async def test_a_recording_that_is_not_there_yet_is_asked_for_again(
    server: ScriptedTwilio, telephone: TwilioTelephone
) -> None:
    server.recordings["RE1"] = Recording(tiny_wav("late"), absent=2)
    assert await telephone.fetch_recording("RE1", timeout=5) == tiny_wav("late")
    assert [asked.path for asked in server.asked] == [f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1.wav"] * 3


async def test_a_recording_that_never_appears(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(RecordingNotReady):
        await telephone.fetch_recording("RE1", timeout=0.5)
    assert 0.4 < loop.time() - started < 1.5
    assert 3 <= len(server.asked) <= 5


@pytest.mark.parametrize("passing", [error(429, 20429), body(503, "later"), cut])
async def test_what_passes_is_waited_for(server: ScriptedTwilio, telephone: TwilioTelephone, passing: object) -> None:
    server.failures = [passing]  # type: ignore[list-item]
    server.recordings["RE1"] = Recording(tiny_wav())
    assert await telephone.fetch_recording("RE1", timeout=5) == tiny_wav()


async def test_what_does_not_pass_is_not(server: ScriptedTwilio) -> None:
    server.recordings["RE1"] = Recording(tiny_wav())
    async with calling(server.url, token="wrong") as telephone:
        with pytest.raises(TelephoneUnavailable):
            await telephone.fetch_recording("RE1", timeout=5)
    assert len(server.asked) == 1


async def test_a_server_that_does_not_answer(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    server.failures = [hang]
    with pytest.raises(TelephoneUnavailable):
        await telephone.fetch_recording("RE1", timeout=0.2)


@pytest.mark.parametrize(
    "recording",
    [
        Recording(tiny_wav(), content_type="text/html"),
        Recording(b"", content_type="audio/x-wav"),
        Recording(b"RIFF", content_type="audio/x-wav"),
        Recording(b"ID3\x04" + b"\0" * 100, content_type="audio/mpeg"),
        Recording(tiny_wav(seconds=LARGEST / 8000)),
    ],
    ids=["type", "empty", "short", "mp3", "large"],
)
async def test_what_is_no_recording(server: ScriptedTwilio, telephone: TwilioTelephone, recording: Recording) -> None:
    server.recordings["RE1"] = recording
    with pytest.raises(InvalidAudio):
        await telephone.fetch_recording("RE1", timeout=5)


async def test_a_recording_without_end_is_not_read_to_it(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "audio/x-wav"})
        await response.prepare(request)
        while True:
            await response.write(b"RIFF" * 65536)
            sent += 4 * 65536

    server.failures = [endless]
    with pytest.raises(InvalidAudio):
        await telephone.fetch_recording("RE1", timeout=10)
    assert sent < 2 * LARGEST


async def test_the_password_is_not_carried_to_another_host(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    async with OtherHost() as other:

        async def elsewhere(_: web.Request) -> web.StreamResponse:
            raise web.HTTPTemporaryRedirect(f"{other.url}/media/RE1.wav")

        server.failures = [elsewhere]
        assert await telephone.fetch_recording("RE1", timeout=5) == tiny_wav("stored")
        (headers,) = other.headers
        assert "Authorization" not in headers


async def test_a_sid_cannot_leave_its_place_in_the_url(server: ScriptedTwilio, telephone: TwilioTelephone) -> None:
    with pytest.raises(RecordingNotReady):
        await telephone.fetch_recording("../../../admin?x=#", timeout=0.05)
    assert all(asked.path.startswith(f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/") for asked in server.asked)
    assert server.asked
