import pytest
from aiohttp import web

from sandbox.twilio.settings import ACCOUNT_SID, FROM_NUMBER, TwilioSettings
from sandbox.world import WorldSettings
from tests.fakes.twiml_app import quirky

DOCUMENTED = {
    "CallSid", "AccountSid", "From", "To", "CallStatus", "ApiVersion", "Direction", "Caller", "Called",
    "FromCity", "FromState", "FromZip", "FromCountry", "ToCity", "ToState", "ToZip", "ToCountry",
    "CallerCity", "CallerState", "CallerZip", "CallerCountry",
    "CalledCity", "CalledState", "CalledZip", "CalledCountry",
}  # fmt: skip


async def test_every_request_of_a_call_is_signed_as_the_official_validator_expects(sandbox, app):
    hello = app.audio("hello", "안녕하세요")
    app.twiml("/voice", f'{hello}<Record action="/heard?x=%EA%B0%80&amp;y=a+b" timeout="1"/>')
    app.twiml("/heard", '<Redirect method="GET">/more?z=</Redirect>')
    app.twiml("/more", "<Hangup/>")
    await sandbox.call(status_callback=app.url + "/status", status_callback_events=frozenset({"ringing", "completed"}))
    assert [seen.path for seen in app.seen if seen.path != "/status"] == [
        "/voice",
        "/audio/hello.wav",
        "/heard",
        "/more",
    ]
    assert len(app.at("/status")) == 2
    assert all(seen.valid for seen in app.seen)
    assert sandbox.errors() == []


async def test_the_fields_of_a_voice_request(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    call = await sandbox.call()
    (seen,) = app.at("/voice")
    assert set(seen.form) == DOCUMENTED
    assert seen.form["CallSid"] == call.sid
    assert seen.form["AccountSid"] == ACCOUNT_SID
    assert (seen.form["CallStatus"], seen.form["Direction"]) == ("in-progress", "outbound-api")
    assert (seen.form["From"], seen.form["To"]) == (FROM_NUMBER, "+821012345678")
    assert (seen.form["ToCity"], seen.form["CalledCity"], seen.form["ToCountry"]) == ("서울특별시", "서울특별시", "KR")
    assert seen.form["ToZip"] == seen.form["FromCity"] == ""


async def test_the_headers_of_a_webhook(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    await sandbox.call()
    headers = app.at("/voice")[0].headers
    assert headers["User-Agent"] == "TwilioProxy/1.1"
    assert headers["Accept"] == "*/*"
    assert headers["Accept-Encoding"] == "gzip"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded; charset=UTF-8"
    assert len(headers["I-Twilio-Idempotency-Token"]) == 36


async def test_get_carries_the_fields_in_the_query(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    await sandbox.call(method="GET", url=app.url + "/voice?consultation=1")
    (seen,) = app.at("/voice")
    assert (seen.method, seen.form) == ("GET", {})
    assert set(seen.query) == DOCUMENTED | {"consultation"}
    assert seen.valid


async def test_play_carries_no_fields(sandbox, app):
    app.twiml("/voice", app.audio("hello", "안녕하세요"))
    await sandbox.call()
    (seen,) = app.at("/audio/hello.wav")
    assert (seen.method, seen.query, seen.form) == ("GET", {}, {})


async def test_the_fragment_is_neither_sent_nor_signed(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    await sandbox.call(url=app.url + "/voice?a=1#rc=2&rp=all")
    (seen,) = app.at("/voice")
    assert seen.query == {"a": "1"} | {name: seen.query[name] for name in set(seen.query) - {"a"}}
    assert seen.valid


async def test_cookies_are_kept_for_the_call_and_not_for_the_next(sandbox, app):
    async def bake(request, seen):
        response = web.Response(text="<Response><Redirect>/voice</Redirect></Response>", content_type="text/xml")
        response.set_cookie("session", "한")
        return response

    app.on("/start", bake)
    app.twiml("/voice", "<Hangup/>")
    await sandbox.call(url=app.url + "/start")
    await sandbox.call(url=app.url + "/start")
    assert ["Cookie" in seen.headers for seen in app.seen] == [False, True, False, True]


async def test_credentials_in_the_url_become_basic_authentication(sandbox, app):
    app.twiml("/voice", "<Hangup/>")
    await sandbox.call(url=app.url.replace("http://", "http://user:pass@") + "/voice")
    (seen,) = app.at("/voice")
    assert seen.headers["Authorization"] == "Basic dXNlcjpwYXNz"
    assert seen.valid


@pytest.mark.parametrize("public", ["https://gw.example", "https://gw.example:8443", "http://gw.example:8080"])
class TestPublicUrl:
    @pytest.fixture
    def settings(self, app, public):
        app.public = public
        return WorldSettings(speed=5000, twilio=TwilioSettings(public_urls={public: app.url}))

    async def test_the_public_url_is_signed_and_the_local_address_connected_to(self, sandbox, app, public):
        app.twiml("/voice", app.audio("hello", "안녕하세요") + "<Redirect>/more</Redirect>")
        app.twiml("/more", "<Hangup/>")
        await sandbox.call()
        assert [seen.path for seen in app.seen] == ["/voice", "/audio/hello.wav", "/more"]
        assert all(seen.valid for seen in app.seen)
        assert app.seen[0].headers["Host"] == public.partition("//")[2]
        assert sandbox.errors() == []


@pytest.mark.parametrize("settings", [quirky(signature="wrong"), quirky(signature="missing")])
async def test_signatures_can_be_wrong_or_missing(sandbox, app, settings):
    app.twiml("/voice", app.audio("hello", "안녕하세요"))
    await sandbox.call()
    assert [seen.valid for seen in app.seen] == [False, False]
    sent = {"X-Twilio-Signature" in seen.headers for seen in app.seen}
    assert sent == {settings.twilio.quirks.signature == "wrong"}
