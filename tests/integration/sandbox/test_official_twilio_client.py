"""The official client, unmodified but for where it finds Twilio, is an independent check of the REST API."""

import asyncio
from datetime import date
from functools import partial

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from sandbox.script import Script
from sandbox.twilio.settings import ACCOUNT_SID, AUTH_TOKEN, FROM_NUMBER, Account, Refusal, TwilioSettings
from sandbox.world import WorldSettings

NUMBER = "+821012345678"
RECORDS = '<Record action="/heard" timeout="2" playBeep="false"/>'


def client_of(sandbox, sid=ACCOUNT_SID, token=AUTH_TOKEN) -> Client:
    client = Client(sid, token)
    client.api.base_url = sandbox.world.twilio_url
    return client


async def in_thread(function, *args, **kwargs):
    return await asyncio.to_thread(partial(function, *args, **kwargs))


async def settled(sandbox, sid):
    await sandbox.world.twilio.find(sid).settled.wait()


async def test_create_fetch_and_list(sandbox, app):
    app.twiml("/voice", "<Say>안녕하세요</Say>")
    client = client_of(sandbox)
    call = await in_thread(
        client.calls.create, to=NUMBER, from_=FROM_NUMBER, url=app.url + "/voice",
        status_callback=app.url + "/status", status_callback_event=["initiated", "completed"],
    )  # fmt: skip
    assert (call.status, call.direction, call.date_created) == ("queued", "outbound-api", None)
    await settled(sandbox, call.sid)
    fetched = await in_thread(client.calls(call.sid).fetch)
    assert (fetched.status, fetched.to, fetched.from_formatted) == ("completed", NUMBER, "(500) 555-0006")
    assert int(fetched.duration) >= 1
    assert fetched.start_time <= fetched.end_time
    (listed,) = await in_thread(client.calls.list, status="completed", to=NUMBER, start_time_after=date(2026, 1, 1))
    assert listed.sid == call.sid
    assert await in_thread(client.calls.list, status="busy") == []
    assert await in_thread(client.calls.list, start_time_before=date(2026, 1, 1)) == []
    assert len(app.at("/status")) == 2


async def test_lists_come_in_pages_newest_first(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    calls = [await sandbox.call() for _ in range(5)]
    client = client_of(sandbox)
    listed = await in_thread(client.calls.list, page_size=2)
    assert [call.sid for call in listed] == [call.sid for call in reversed(calls)]
    page = await in_thread(client.calls.page, page_size=3)
    assert len(list(page)) == 3
    assert len(list(await in_thread(page.next_page))) == 2


async def test_the_asynchronous_client_and_an_update_with_twiml(sandbox, app):
    app.twiml("/voice", '<Pause length="600"/>')
    http_client = AsyncTwilioHttpClient()
    try:
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http_client)
        client.api.base_url = sandbox.world.twilio_url
        with pytest.warns(DeprecationWarning, match="auth"):
            call = await client.calls.create_async(to=NUMBER, from_=FROM_NUMBER, url=app.url + "/voice")
        live = sandbox.world.twilio.find(call.sid)
        await sandbox.until(sandbox.verbs)
        with pytest.warns(DeprecationWarning, match="auth"):
            updated = await client.calls(call.sid).update_async(twiml="<Response><Say>그만</Say></Response>")
        assert updated.sid == call.sid
        await live.settled.wait()
    finally:
        await http_client.close()
    assert sandbox.verbs() == ["Pause", "Say"]
    assert live.status == "completed"


async def test_hanging_up_a_live_call(sandbox, app):
    app.twiml("/voice", '<Pause length="14000"/>')
    live = sandbox.start()
    await sandbox.until(sandbox.verbs)
    client = client_of(sandbox)
    await in_thread(client.calls(live.sid).update, status="canceled")  # does nothing to a live call
    assert live.status == "in-progress"
    await in_thread(client.calls(live.sid).update, status="completed")
    await live.settled.wait()
    assert live.status == "completed"
    assert live.duration_s < 14_000
    with pytest.raises(TwilioRestException) as caught:
        await in_thread(client.calls(live.sid).update, status="completed")
    assert caught.value.code == 21220


async def test_redirecting_a_live_call_to_a_url(sandbox, app):
    app.twiml("/voice", '<Pause length="14000"/>')
    app.twiml("/other", "<Say>다른 곳</Say>")
    live = sandbox.start()
    await sandbox.until(sandbox.verbs)
    await in_thread(client_of(sandbox).calls(live.sid).update, url=app.url + "/other", method="GET")
    await live.settled.wait()
    assert app.at("/other")[0].method == "GET"
    assert sandbox.verbs() == ["Pause", "Say"]


async def test_deleting_needs_an_end(sandbox, app):
    app.twiml("/voice", '<Pause length="14000"/>')
    live = sandbox.start()
    client = client_of(sandbox)
    with pytest.raises(TwilioRestException) as caught:
        await in_thread(client.calls(live.sid).delete)
    assert (caught.value.status, caught.value.code) == (409, 20009)
    await in_thread(client.calls(live.sid).update, status="completed")
    await live.settled.wait()
    assert await in_thread(client.calls(live.sid).delete)
    with pytest.raises(TwilioRestException) as caught:
        await in_thread(client.calls(live.sid).fetch)
    assert (caught.value.status, caught.value.code) == (404, 20404)


async def test_recordings(sandbox, app):
    app.twiml("/voice", RECORDS)
    app.twiml("/heard", "<Hangup/>")
    call = await sandbox.call({"turns": [{"say": "네, 잘 지내요."}]})
    client = client_of(sandbox)
    (recording,) = await in_thread(client.recordings.list, call_sid=call.sid)
    assert (recording.status, recording.source, recording.channels) == ("completed", "RecordVerb", 1)
    assert int(recording.duration) >= 1
    assert (
        recording.media_url
        == f"{sandbox.world.twilio_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{recording.sid}"
    )
    assert (await in_thread(client.recordings(recording.sid).fetch)).sid == recording.sid
    assert (await in_thread(client.calls(call.sid).recordings.list))[0].sid == recording.sid
    assert (await in_thread(client.calls(call.sid).recordings(recording.sid).fetch)).call_sid == call.sid
    assert await in_thread(client.recordings(recording.sid).delete)
    assert await in_thread(client.recordings.list) == []
    (deleted,) = await in_thread(client.recordings.list, include_soft_deleted=True)
    assert deleted.status == "deleted"
    with pytest.raises(TwilioRestException) as caught:
        await in_thread(client.recordings(recording.sid).fetch)
    assert caught.value.code == 20404


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ("+15005550001", 400, 21217),
        ("+15005550002", 400, 21214),
        ("+15005550003", 400, 21215),
        ("+15005550004", 400, 21216),
        ("+15005550005", 400, 21219),
        ("+15005550008", 503, 20503),
        ("12345", 400, 21211),
    ],
)
async def test_magic_numbers_are_refused(sandbox, to, status, code):
    with pytest.raises(TwilioRestException) as caught:
        await in_thread(client_of(sandbox).calls.create, to=to, from_=FROM_NUMBER, url="https://gw.example/voice")
    assert (caught.value.status, caught.value.code) == (status, code)
    assert sandbox.world.twilio.newest_first() == []


async def test_too_many_requests_pass(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    create = partial(client_of(sandbox).calls.create, to="+15005550007", from_=FROM_NUMBER, url=app.url + "/voice")
    for _ in range(2):
        with pytest.raises(TwilioRestException) as caught:
            await in_thread(create)
        assert (caught.value.status, caught.value.code) == (429, 20429)
    assert (await in_thread(create)).status == "queued"


@pytest.mark.parametrize(
    ("sid", "token"), [(ACCOUNT_SID, "wrong"), ("AC" + "0" * 32, AUTH_TOKEN), ("SK" + "0" * 32, "key-secret")]
)
async def test_wrong_credentials_are_refused(sandbox, sid, token):
    client = Client(sid, token, ACCOUNT_SID)
    client.api.base_url = sandbox.world.twilio_url
    with pytest.raises(TwilioRestException) as caught:
        await in_thread(client.calls("CA" + "0" * 32).fetch)
    assert (caught.value.status, caught.value.code) == (401, 20003)


async def test_another_account_is_not_found(sandbox):
    client = Client(ACCOUNT_SID, AUTH_TOKEN, "AC" + "0" * 32)
    client.api.base_url = sandbox.world.twilio_url
    with pytest.raises(TwilioRestException) as caught:
        await in_thread(client.calls("CA" + "0" * 32).fetch)
    assert (caught.value.status, caught.value.code) == (404, 20404)


class TestAnotherAccount:
    KEY = "SK" + "1" * 32

    @pytest.fixture
    def settings(self):
        account = Account(
            sid="AC" + "ab" * 16, auth_token="another-token", api_keys={self.KEY: "key-secret"},
            numbers=frozenset({"+15005550010"}), refusals={NUMBER: Refusal(code=21215)},
        )  # fmt: skip
        return WorldSettings(speed=5000, twilio=TwilioSettings(account=account))

    async def test_account_keys_numbers_and_refusals_can_be_set(self, sandbox):
        client = Client(self.KEY, "key-secret", "AC" + "ab" * 16)
        client.api.base_url = sandbox.world.twilio_url
        for sender, code in ((FROM_NUMBER, 21210), ("+15005550010", 21215)):
            with pytest.raises(TwilioRestException) as caught:
                await in_thread(client.calls.create, to=NUMBER, from_=sender, url="https://gw.example/voice")
            assert caught.value.code == code


class TestLostAnswers:
    @pytest.fixture
    def settings(self):
        return WorldSettings(speed=5000, twilio=TwilioSettings.model_validate({"quirks": {"lose_create_answers": 1}}))

    async def test_a_503_may_hide_a_call_that_was_made(self, sandbox, app):
        app.twiml("/voice", "<Hangup/>")
        sandbox.world.next_callee(Script())
        client = client_of(sandbox)
        with pytest.raises(TwilioRestException) as caught:
            await in_thread(client.calls.create, to=NUMBER, from_=FROM_NUMBER, url=app.url + "/voice")
        assert caught.value.status == 503
        (call,) = sandbox.world.twilio.newest_first()
        await call.settled.wait()
        assert call.status == "completed"
