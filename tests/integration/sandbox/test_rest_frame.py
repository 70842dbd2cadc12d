import asyncio
import base64

import aiohttp
import pytest

from audio import wav
from sandbox.line_audio import words_in
from sandbox.twilio.settings import ACCOUNT_SID, AUTH_TOKEN, Account, Quirks, TwilioSettings
from sandbox.world import WorldSettings

BASE = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
AUTH = {"Authorization": "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()}


@pytest.fixture
async def http(sandbox):
    async with aiohttp.ClientSession(sandbox.world.twilio_url, headers=AUTH) as session:
        yield session


async def recorded(sandbox, app, say="네, 잘 지내요.", **attributes):
    attributes = {"timeout": "2", "playBeep": "false", **attributes}
    app.twiml("/voice", "<Record " + " ".join(f'{name}="{value}"' for name, value in attributes.items()) + "/>")
    app.answers["/voice"] += app.answers["/voice"]
    app.twiml("/voice", "<Hangup/>")
    await sandbox.call({"turns": [{"say": say}]})
    return sandbox.world.twilio.recordings.newest_first()[-1]


async def test_every_error_is_twilio_s_json(http):
    for method, path, status, code in (
        ("GET", f"{BASE}/Calls/CA123.json", 404, 20404),
        ("GET", "/nowhere", 404, 20404),
        ("PUT", f"{BASE}/Calls.json", 405, 20004),
        ("GET", f"{BASE}/Calls.json?PageSize=0", 400, 20007),
        ("GET", f"{BASE}/Calls.json?Page=x", 400, 20001),
        ("GET", f"{BASE}/Calls.json?Status=gone", 200, None),
        ("POST", f"{BASE}/Calls.json", 400, 21201),
    ):
        async with http.request(method, path) as response:
            body = await response.json()
        assert response.status == status, path
        if code:
            assert body["code"] == code
            assert body["status"] == status
            assert body["more_info"].endswith(str(code))
            assert body["message"]


async def test_a_body_that_is_no_form_is_a_form_without_fields(http):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with http.post(f"{BASE}/Calls.json", data=b"To=\xff\xfe", headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, 21201)


async def test_credentials_never_enter_the_journal(sandbox, http):
    async with http.get(f"{BASE}/Calls.json") as response:
        assert response.status == 200
    (exchange,) = sandbox.world.twilio.journal.exchanges
    assert (exchange.direction, exchange.method, exchange.status) == ("to_twilio", "GET", 200)
    assert "Authorization" not in exchange.headers
    assert AUTH_TOKEN not in repr(exchange)


@pytest.mark.parametrize("suffix", ["", ".wav"])
async def test_the_media_of_a_recording_is_what_the_callee_said(sandbox, app, http, suffix):
    recording = await recorded(sandbox, app)
    async with http.get(f"{BASE}/Recordings/{recording.sid}{suffix}") as response:
        assert response.status == 200
        assert response.content_type == "audio/x-wav"
        audio = wav.read(await response.read())
    assert audio.rate_hz == 8000
    assert words_in(audio.samples) == "네, 잘 지내요."


async def test_json_mp3_and_two_channels(sandbox, app, http):
    recording = await recorded(sandbox, app)
    for suffix, status, code in ((".json", 200, None), (".mp3", 400, 20001), (".wav?RequestedChannels=2", 400, 20001)):
        async with http.get(f"{BASE}/Recordings/{recording.sid}{suffix}") as response:
            assert response.status == status
            assert (await response.json()).get("code") == code


async def test_media_need_credentials(sandbox, app):
    recording = await recorded(sandbox, app)
    async with (
        aiohttp.ClientSession(sandbox.world.twilio_url) as stranger,
        stranger.get(f"{BASE}/Recordings/{recording.sid}.wav") as response,
    ):
        assert (response.status, (await response.json())["code"]) == (401, 20003)


async def test_a_deleted_recording_has_no_media(sandbox, app, http):
    recording = await recorded(sandbox, app)
    async with http.delete(f"{BASE}/Recordings/{recording.sid}.json") as response:
        assert response.status == 204
    async with http.get(f"{BASE}/Recordings/{recording.sid}.wav") as response:
        assert response.status == 404


class TestNotReady:
    @pytest.fixture
    def settings(self):
        return WorldSettings(speed=5000, twilio=TwilioSettings(quirks=Quirks(recording_ready_s=0.3)))

    async def test_a_new_recording_is_not_there_for_a_while(self, sandbox, app, http):
        recording = await recorded(sandbox, app)
        path = f"{BASE}/Recordings/{recording.sid}"
        async with http.get(f"{path}.wav") as early, http.get(f"{path}.json") as metadata:
            assert early.status == 404
            assert (await metadata.json())["status"] == "processing"
        await sandbox.until(lambda: recording.status == "completed")
        async with http.get(f"{path}.wav") as late:
            assert late.status == 200


class TestOpenMedia:
    @pytest.fixture
    def settings(self):
        return WorldSettings(speed=5000, twilio=TwilioSettings(quirks=Quirks(media_needs_auth=False)))

    async def test_old_accounts_media_are_open_and_the_rest_is_not(self, sandbox, app):
        recording = await recorded(sandbox, app)
        async with aiohttp.ClientSession(sandbox.world.twilio_url) as stranger:
            for suffix, status in ((".wav", 200), (".json", 401)):
                async with stranger.get(f"{BASE}/Recordings/{recording.sid}{suffix}") as response:
                    assert response.status == status


@pytest.mark.parametrize(("media", "begins"), [("empty", b""), ("not-audio", b"<html>")])
class TestSpoiltMedia:
    @pytest.fixture
    def settings(self, media):
        return WorldSettings(speed=5000, twilio=TwilioSettings(quirks=Quirks(recording_media=media)))

    async def test_media_can_be_spoilt(self, sandbox, app, http, begins):
        recording = await recorded(sandbox, app)
        async with http.get(f"{BASE}/Recordings/{recording.sid}.wav") as response:
            assert (await response.read())[:6] == begins


class TestConcurrency:
    @pytest.fixture
    def settings(self):
        return WorldSettings(speed=5000, twilio=TwilioSettings(account=Account(api_concurrency=1)))

    async def test_one_request_too_many_at_once_is_answered_429(self, http, sandbox):
        async def slow_body():
            yield b"To="
            await asyncio.sleep(0.2)

        async with asyncio.TaskGroup() as group:
            statuses = []

            async def get():
                async with http.get(f"{BASE}/Calls.json") as response:
                    statuses.append(response.status)

            for _ in range(20):
                group.create_task(get())
        assert set(statuses) <= {200, 429}
        assert 200 in statuses
