"""How Twilio opens a Media Stream, and tells of it."""

import pytest

from sandbox.twilio.stream_socket import USER_AGENT
from tests.integration.sandbox.scripted_stream import CONNECT, URL, leave


@pytest.fixture
def settings(streaming_settings):
    return streaming_settings


class TestOpening:
    async def test_the_handshake_is_twilio_s(self, sandbox, app, streams):
        app.twiml("/voice", CONNECT)
        streams.scripts = [leave]
        await sandbox.call()
        headers = streams.streams[0].request.headers
        assert set(headers) == {
            "Host", "User-Agent", "Connection", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version",
            "X-Twilio-Signature", "Accept-Encoding",
        }  # fmt: skip
        assert (headers["Host"], headers["User-Agent"]) == ("gw.example", USER_AGENT)
        assert streams.streams[0].signed(URL)
        (exchange,) = (each for each in sandbox.world.twilio.journal.exchanges if each.purpose == "stream")
        assert (exchange.url, exchange.status, exchange.failure) == (URL, 101, None)
        assert sandbox.errors() == []

    @pytest.mark.parametrize(("quirk", "signed"), [({"streams": {"signed_with_slash": True}}, URL + "/"), ({}, URL)])
    async def test_the_signature_may_have_a_slash_behind_the_url(self, sandbox, app, streams, quirk, signed):
        app.twiml("/voice", CONNECT)
        streams.scripts = [leave]
        await sandbox.call()
        assert streams.streams[0].signed(signed)

    @pytest.mark.parametrize("quirk", [{"quirks": {"signature": "wrong"}}, {"quirks": {"signature": "missing"}}])
    async def test_the_signature_can_be_wrong_or_missing(self, sandbox, app, streams, quirk):
        app.twiml("/voice", CONNECT)
        streams.scripts = [leave]
        await sandbox.call()
        assert not streams.streams[0].signed(URL)

    async def test_connected_and_start_come_first(self, sandbox, app, streams):
        app.twiml(
            "/voice",
            f'<Connect><Stream url="{URL}"><Parameter name="consultation" value="c-1"/></Stream></Connect>',
        )
        streams.scripts = [lambda stream: stream.frames(3)]
        call = await sandbox.call()
        (stream,) = streams.streams
        account = sandbox.world.settings.twilio.account.sid
        assert stream.messages[:2] == [
            {"event": "connected", "protocol": "Call", "version": "1.0.0"},
            {
                "event": "start",
                "sequenceNumber": "1",
                "streamSid": stream.sid,
                "start": {
                    "accountSid": account,
                    "streamSid": stream.sid,
                    "callSid": call.sid,
                    "tracks": ["inbound"],
                    "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                    "customParameters": {"consultation": "c-1"},
                },
            },
        ]
        assert stream.sid.startswith("MZ")
        assert len(stream.sid) == 34

    @pytest.mark.parametrize(
        ("stream", "code"),
        [
            ('url="ws://gw.example/media"', 31922),
            ('url="https://gw.example/media"', 31922),
            ('url=""', 31922),
            ('url="wss:///media"', 31923),
            (f'url="{URL}?token=1"', 31920),
            (f'url="{URL}" track="both_tracks"', 31941),
            (f'url="{URL}x"', 31920),
            ('url="wss://closed.example/media"', 31902),
        ],
    )
    async def test_what_cannot_be_opened_falls_through(self, sandbox, app, streams, stream, code):
        app.twiml(
            "/voice", f'<Connect><Stream {stream} statusCallback="/stream"/></Connect><Redirect>/after</Redirect>'
        )
        app.twiml("/after", "<Hangup/>")
        app.on("/stream", "")
        await sandbox.call()
        assert sandbox.errors() == [code]
        assert app.at("/after")
        (told,) = app.at("/stream")
        assert (told.form["StreamEvent"], told.form["StreamError"][:5]) == ("stream-error", str(code))

    @pytest.mark.parametrize("quirk", [{"streams": {"handshakes_lost": 1}}])
    async def test_a_stream_can_get_lost_on_its_way(self, sandbox, app, streams, quirk):
        app.twiml("/voice", f"{CONNECT}<Redirect>/again</Redirect>")
        app.twiml("/again", CONNECT)
        streams.scripts = [leave]
        await sandbox.call()
        assert sandbox.errors() == [31901]
        assert len(streams.streams) == 1

    @pytest.mark.parametrize("quirk", [{"streams": {"handshake_s": 0.05}}])
    async def test_an_application_that_does_not_answer(self, sandbox, app, quirk):
        app.twiml("/voice", CONNECT)
        app.on("/media", app.slow)
        await sandbox.call()
        assert sandbox.errors() == [31901]


class TestStatusCallbacks:
    async def test_start_and_stop_are_told(self, sandbox, app, streams):
        app.twiml("/voice", f'<Connect><Stream url="{URL}" name="talk" statusCallback="/stream"/></Connect>')
        app.on("/stream", "")
        streams.scripts = [lambda stream: stream.frames(50)]
        call = await sandbox.call()
        started, stopped = app.at("/stream")
        assert started.valid
        assert started.form.pop("Timestamp").endswith("Z")
        assert started.form == {
            "AccountSid": sandbox.world.settings.twilio.account.sid,
            "CallSid": call.sid,
            "StreamSid": streams.streams[0].sid,
            "StreamName": "talk",
            "StreamEvent": "stream-started",
        }
        assert stopped.form["StreamEvent"] == "stream-stopped"
