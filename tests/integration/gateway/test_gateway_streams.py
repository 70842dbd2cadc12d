"""A call as two streams of audio: what goes up, what comes down, and how both sides end it."""

import asyncio
import base64
import time
from dataclasses import replace

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from calling.v1 import audio_pb2
from calling.v1 import call_service_pb2 as pb
from tests.fakes.waiting import until
from tests.integration.gateway.gateway_client import CALL_SID, CONSULTATION, PUBLIC, TOKEN
from tests.integration.gateway.scripted_streams import (
    CLEAR,
    FALL_BACK,
    HANG_UP,
    LIMITS,
    PATH,
    START,
    STOP,
    STREAM_SID,
    WSS,
    audio,
    mark,
    media,
    streaming,
)

VOICE = f"/twilio/voice?consultation={CONSULTATION}"
FRAME = bytes(range(160))


async def test_answered_call_opens_a_stream():
    async with streaming() as world:
        answer = await world.client.webhook(VOICE)
        assert answer.verbs == ["Connect", "Redirect"]
        stream = answer.verb("Connect").find("Stream")
        assert stream.attrib == {"url": f"wss{PUBLIC.removeprefix('https')}/twilio/media/tok-1"}
        assert stream.find("Parameter").attrib == {"name": "consultation", "value": CONSULTATION}
        assert answer.verb("Redirect").text.partition("#")[0] == PUBLIC + VOICE
        assert answer.verb("Redirect").attrib == {"method": "POST"}


async def test_the_orchestrator_is_told_which_call_it_is():
    async with streaming() as world:
        await world.dial()
        served = await world.taken()
        assert served.seen[0] == pb.StreamCallRequest(
            start=pb.StreamStart(
                consultation_id=CONSULTATION,
                call_sid=CALL_SID,
                stream_token="tok-1",
                format=audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000),
            )
        )
        assert {key for key, _ in served.context.invocation_metadata()} >= {"x-request-id"}
        assert served.context.time_remaining() <= 30.1
        assert await world.metric("gateway_streams 1.0")


async def test_frames_are_sent_together():
    async with streaming() as world:
        twilio = await world.dial()
        await twilio.send(*(media(FRAME) for _ in range(9)))
        served = await world.taken()
        await until(lambda: served.heard == FRAME * 9)
        batches = [request.audio for request in served.seen if request.audio]
        assert len(batches) <= 3
        assert all(len(batch) >= 480 for batch in batches)


async def test_a_lonely_frame_is_not_kept():
    async with streaming() as world:
        twilio = await world.dial()
        await twilio.send(media(FRAME))
        served = await world.taken()
        await until(lambda: served.heard == FRAME)


async def test_keys_and_marks_go_up_at_once_and_in_order():
    async with streaming(limits=replace(LIMITS, batch=30)) as world:
        twilio = await world.dial()
        await twilio.send(
            media(b"ab"),
            {"event": "dtmf", "streamSid": STREAM_SID, "dtmf": {"track": "inbound_track", "digit": "#"}},
            media(b"cd"),
            {"event": "mark", "streamSid": STREAM_SID, "mark": {"name": "u7-end"}},
        )
        served = await world.taken()
        await until(lambda: len(served.seen) == 5)
        assert served.seen[1:] == [
            pb.StreamCallRequest(audio=b"ab"),
            pb.StreamCallRequest(digit="#"),
            pb.StreamCallRequest(audio=b"cd"),
            pb.StreamCallRequest(mark="u7-end"),
        ]


async def test_the_agent_is_played():
    async def speaks(served):
        await served.read()
        for response in (audio(b"hello"), mark('u1 "끝"'), CLEAR, pb.StreamCallResponse(), audio(FRAME * 101)):
            yield response
        async for _ in served.rest():
            pass

    async with streaming(speaks) as world:
        twilio = await world.dial()
        assert await twilio.read() == {
            "event": "media", "streamSid": STREAM_SID, "media": {"payload": base64.b64encode(b"hello").decode()},
        }  # fmt: skip
        assert await twilio.read() == {"event": "mark", "streamSid": STREAM_SID, "mark": {"name": 'u1 "끝"'}}
        assert await twilio.read() == {"event": "clear", "streamSid": STREAM_SID}
        long = [base64.b64decode((await twilio.read())["media"]["payload"]) for _ in range(2)]
        assert b"".join(long) == FRAME * 101
        assert len(long[0]) == 16_000
        assert await world.metric('gateway_stream_frames_total{direction="sent"} 5.0')


@pytest.mark.parametrize(("last", "reason"), [(HANG_UP, "hang_up"), (FALL_BACK, "fall_back")])
async def test_the_agent_is_done(last, reason):
    async def says_goodbye(served):
        await served.read()
        yield audio(b"bye")
        yield last
        async for _ in served.rest():  # until the gateway half-closes
            pass

    async with streaming(says_goodbye) as world:
        twilio = await world.dial()
        await twilio.read()
        assert await twilio.closed() == 1000
        await world.ended(reason)
        assert world.served[0].half_closed.is_set()
        assert not world.served[0].cancelled.is_set()


async def test_the_call_goes_on_before_the_orchestrator_has_closed():
    async def lingers(served):
        await served.read()
        yield HANG_UP
        await asyncio.sleep(3600)

    async with streaming(lingers, limits=replace(LIMITS, finish=0.3)) as world:
        twilio = await world.dial()
        assert await twilio.closed() == 1000
        assert not world.served[0].over.is_set()
        await world.ended("hang_up")
        await until(world.served[0].over.is_set)


async def test_the_callee_hangs_up():
    """The orchestrator hears everything, and is given time to write it down."""

    async def writes_it_down(served):
        await served.context.send_initial_metadata(())
        async for _ in served.rest():
            pass
        yield audio(b"too late")
        await asyncio.sleep(0.1)
        served.seen.append(pb.StreamCallRequest(mark="written"))

    async with streaming(writes_it_down, limits=replace(LIMITS, batch=30)) as world:
        twilio = await world.dial()
        await twilio.send(media(b"last words"), STOP)
        await twilio.socket.close()
        await world.ended("stopped")
        assert world.served[0].heard == b"last words"
        assert world.served[0].seen[-1].mark == "written"
        assert not world.served[0].cancelled.is_set()


async def test_twilio_may_stop_twice_and_say_more():
    async with streaming() as world:
        twilio = await world.dial()
        await world.taken()
        await twilio.send(STOP, STOP, media(FRAME), "not json")
        assert await twilio.closed() == 1000
        await world.ended("stopped")
        assert world.served[0].heard == b""


async def test_the_websocket_breaks_off():
    async with streaming() as world:
        twilio = await world.dial()
        served = await world.taken()
        twilio.socket._response.connection.transport.abort()
        await world.ended("peer_gone")
        await until(served.over.is_set)


async def test_the_websocket_is_closed_without_stop():
    async with streaming() as world:
        twilio = await world.dial()
        served = await world.taken()
        await twilio.socket.close()
        await world.ended("peer_gone")
        await until(served.over.is_set)


async def test_unknown_events_and_fields_are_tolerated():
    async with streaming() as world:
        twilio = await world.connect()
        await twilio.send(
            {"event": "connected", "protocol": "Call", "version": "9.9.9", "new": [1]},
            {"event": "weather", "sky": "blue"},
            START | {"new": 1, "start": START["start"] | {"new": {}}},
            {"event": "weather", "sky": "grey"},
            media(FRAME) | {"new": None},
            media(b""),
        )
        served = await world.taken()
        await until(lambda: served.heard == FRAME)
        await twilio.send(STOP | {"new": True})
        assert await twilio.closed() == 1000


async def test_many_streams_at_once():
    async def echoes(served):
        await served.read()
        async for request in served.rest():
            yield audio(request.audio)

    async with streaming(echoes) as world:
        calls = [await world.dial() for _ in range(20)]
        for number, twilio in enumerate(calls):
            await twilio.send(media(bytes([number]) * 480))
        for number, twilio in enumerate(calls):
            assert base64.b64decode((await twilio.read())["media"]["payload"]) == bytes([number]) * 480
            await twilio.send(STOP)
        for twilio in calls:
            assert await twilio.closed() == 1000


async def test_a_stream_is_no_slow_webhook():
    async with streaming() as world:
        twilio = await world.dial()
        await twilio.send(STOP)
        await world.ended("stopped")
        assert await world.metric(
            'gateway_http_requests_total{method="GET",route="/twilio/media/{token}",status="101"} 1.0'
        )
        assert not await world.metric('gateway_webhook_duration_seconds_count{route="/twilio/media/{token}"}')
        assert await world.metric("gateway_loop_lag_seconds_count")


async def test_a_gateway_that_is_late_begins_no_stream_and_carries_those_it_has():
    async with streaming(most_loop_lag_seconds=0.02) as world:
        first = await world.dial()
        await world.taken()
        for _ in range(6):
            time.sleep(0.1)  # noqa: ASYNC251 - this is what holds a loop up
            await asyncio.sleep(0.001)
        refused = await world.dial()
        assert await refused.closed() == 1000
        assert await world.metric('gateway_stream_ends_total{reason="gateway_late"} 1.0')
        await first.send(media(FRAME))
        served = await world.taken()
        await until(lambda: served.heard == FRAME)
        assert len(world.served) == 1


@pytest.mark.parametrize("ending", ["", "/"])
async def test_only_twilio_may_stream(ending):
    async with streaming() as world:
        await world.connect(signed_url=f"{WSS}{PATH}{ending}")
        for other in (f"{PUBLIC}{PATH}", f"{WSS}/twilio/media/tok-2", "x"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await world.connect(signed_url=other)
            assert refused.value.status == 403
        assert world.served == []


async def test_nobody_streams_where_no_token_is_set():
    async with streaming(twilio_auth_token=None) as world:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await world.connect()
        assert refused.value.status == 403


async def test_a_plain_get_is_no_stream():
    async with streaming() as world:
        signature = RequestValidator(TOKEN).compute_signature(WSS + PATH, {})
        answer = await world.client.get(PATH, headers={"X-Twilio-Signature": signature})
        assert answer.status == 400
        assert (await world.client.get(PATH)).status == 403
        assert await world.metric("gateway_streams 0.0")
