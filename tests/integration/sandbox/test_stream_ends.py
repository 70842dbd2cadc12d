"""How a Media Stream ends, and how the call goes on."""

import asyncio

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from sandbox.twilio.steps import Inline
from sandbox.world import World
from tests.fakes.twiml_app import Sandbox
from tests.integration.sandbox.scripted_stream import CONNECT, URL, leave, stay


@pytest.fixture
def settings(streaming_settings):
    return streaming_settings


class TestEnding:
    async def test_the_next_verb_follows_when_the_application_closes(self, sandbox, app, streams):
        app.twiml("/voice", f"{CONNECT}<Redirect>/after</Redirect>")
        app.twiml("/after", "<Hangup/>")
        streams.scripts = [lambda stream: stream.frames(5)]
        await sandbox.call()
        assert sandbox.verbs() == ["Connect", "Redirect", "Hangup"]
        assert sandbox.errors() == []
        assert streams.streams[0].of("stop") == []

    async def test_the_action_goes_before_the_next_verb(self, sandbox, app, streams):
        app.twiml("/voice", f'<Connect action="/over"><Stream url="{URL}"/></Connect><Redirect>/after</Redirect>')
        app.twiml("/over", "<Hangup/>")
        streams.scripts = [leave]
        await sandbox.call()
        assert app.at("/over")[0].valid
        assert not app.at("/after")

    async def test_the_call_ends_where_nothing_follows(self, sandbox, app, streams):
        app.twiml("/voice", CONNECT)
        streams.scripts = [leave]
        assert (await sandbox.call()).status == "completed"

    async def test_a_callee_who_hangs_up_stops_the_stream(self, sandbox, app, streams):
        app.twiml("/voice", f"{CONNECT}<Redirect>/after</Redirect>")
        streams.scripts = [stay]
        call = await sandbox.call({"turns": [{"hangup": True, "after": 1.0}]})
        (stream,) = streams.streams
        account = sandbox.world.settings.twilio.account.sid
        assert stream.messages[-1] == {
            "event": "stop", "sequenceNumber": stream.messages[-1]["sequenceNumber"], "streamSid": stream.sid,
            "stop": {"accountSid": account, "callSid": call.sid},
        }  # fmt: skip
        assert stream.websocket.close_code == aiohttp.WSCloseCode.OK
        assert not app.at("/after")
        assert sandbox.errors() == []

    async def test_completing_the_call_stops_the_stream(self, sandbox, app, streams):
        app.twiml("/voice", f"{CONNECT}<Redirect>/after</Redirect>")
        streams.scripts = [stay]
        call = sandbox.start()
        await sandbox.until(lambda: streams.streams and streams.streams[0].of("media"))
        call.commands.put_nowait("completed")
        await call.settled.wait()
        assert len(streams.streams[0].of("stop")) == 1
        assert not app.at("/after")
        assert call.status == "completed"

    async def test_other_twiml_replaces_the_stream(self, sandbox, app, streams):
        app.twiml("/voice", f"{CONNECT}<Redirect>/after</Redirect>")
        streams.scripts = [stay, leave]
        call = sandbox.start()
        await sandbox.until(lambda: streams.streams and streams.streams[0].of("media"))
        call.commands.put_nowait(Inline(f"<Response><Say>잠시만요</Say>{CONNECT}</Response>"))
        await call.settled.wait()
        first, second = streams.streams
        assert (len(first.of("stop")), first.over) == (1, True)
        assert second.sid != first.sid
        assert sandbox.verbs() == ["Connect", "Say", "Connect"]
        assert not app.at("/after")

    async def test_a_call_that_is_too_long_stops_the_stream(self, sandbox, app, streams):
        app.twiml("/voice", CONNECT)
        streams.scripts = [stay]
        call = await sandbox.call(time_limit=2)
        assert streams.streams[0].of("stop")
        assert call.duration_s == 2

    @pytest.mark.parametrize("code", [1001, 1011, 4000])
    async def test_closing_with_an_error_is_one(self, sandbox, app, streams, code):
        async def fail(stream):
            await stream.websocket.close(code=code)

        app.twiml("/voice", f"{CONNECT}<Redirect>/after</Redirect>")
        app.twiml("/after", "<Hangup/>")
        streams.scripts = [fail]
        await sandbox.call()
        assert sandbox.errors() == [31921]
        assert app.at("/after")

    async def test_a_connection_that_breaks_off(self, sandbox, app, streams):
        async def die(stream):
            stream.request.transport.abort()

        app.twiml(
            "/voice", f'<Connect><Stream url="{URL}" statusCallback="/stream"/></Connect><Redirect>/after</Redirect>'
        )
        app.twiml("/after", "<Hangup/>")
        app.on("/stream", "")
        streams.scripts = [die]
        await sandbox.call()
        assert sandbox.errors() == [31921]
        assert app.at("/after")
        assert {seen.form["StreamEvent"] for seen in app.at("/stream")} == {"stream-started", "stream-error"}


class TestFaults:
    @pytest.mark.parametrize("quirk", [{"streams": {"ends_after_s": 1.0}}])
    async def test_the_connection_can_break_off(self, sandbox, app, streams, quirk):
        app.twiml("/voice", f"{CONNECT}<Redirect>/after</Redirect>")
        app.twiml("/after", "<Hangup/>")
        streams.scripts = [stay]
        await sandbox.call()
        (stream,) = streams.streams
        assert stream.of("stop") == []
        assert len(stream.of("media")) <= 50
        assert stream.websocket.close_code != aiohttp.WSCloseCode.OK
        assert sandbox.errors() == [31921]
        assert app.at("/after")

    @pytest.mark.parametrize("quirk", [{"streams": {"ends_after_s": 1.0, "ends_by": "close"}}])
    async def test_twilio_can_close_it_with_an_error(self, sandbox, app, streams, quirk):
        app.twiml("/voice", CONNECT)
        streams.scripts = [stay]
        await sandbox.call()
        assert streams.streams[0].websocket.close_code == aiohttp.WSCloseCode.INTERNAL_ERROR
        assert sandbox.errors() == [31921]

    @pytest.mark.parametrize("quirk", [{"streams": {"read_pause_s": 0.05}}])
    async def test_twilio_can_read_slowly(self, sandbox, app, streams, quirk):
        loop = asyncio.get_running_loop()
        seconds = []

        async def play(stream):
            began = loop.time()
            for _ in range(4):
                await stream.play(b"\xff")
            await stream.mark("end")
            await stream.marked("end")
            seconds.append(loop.time() - began)

        app.twiml("/voice", CONNECT)
        streams.scripts = [play]
        await sandbox.call()
        assert seconds[0] >= 0.2

    @pytest.mark.parametrize("quirk", [{"streams": {"stall_s": 1.0}}])
    async def test_the_callee_s_sound_can_come_late_and_all_at_once(self, sandbox, app, streams, quirk):
        loop, times = asyncio.get_running_loop(), []

        async def watch(stream):
            for _ in range(320):
                await stream.frames(1)
                times.append(loop.time())

        app.twiml("/voice", CONNECT)
        streams.scripts = [watch]
        await sandbox.call()
        gaps = np.diff(times) * sandbox.world.settings.speed
        assert gaps.max() > 0.5
        media = streams.streams[0].of("media")
        assert [int(each["media"]["chunk"]) for each in media] == list(range(1, len(media) + 1))


async def test_a_sandbox_that_ends_stops_its_streams(app, streams, settings):
    app.twiml("/voice", CONNECT)
    streams.scripts = [stay]
    async with World(settings) as world:
        sandbox = Sandbox(world, app)
        sandbox.start()
        await sandbox.until(lambda: streams.streams and streams.streams[0].of("media"))
    assert streams.streams[0].of("stop")


async def test_an_application_that_does_not_read_loses_sound(sandbox, app, monkeypatch):
    monkeypatch.setattr("sandbox.twilio.media_stream._MOST_UNREAD", 0)
    monkeypatch.setattr("sandbox.twilio.stream_socket.StreamSocket.send", _never)

    async def accept(request, _seen):
        websocket = web.WebSocketResponse(timeout=0.1)
        await websocket.prepare(request)
        await asyncio.sleep(0.1)
        await websocket.close()
        return websocket

    app.twiml("/voice", CONNECT)
    app.on("/media", accept)
    await sandbox.call()
    assert sandbox.errors() == [31930]


async def _never(_socket, _text):
    await asyncio.Event().wait()
