"""Streams that are not what Twilio documents: closed at once, and never half understood."""

import json
from dataclasses import replace

import aiohttp
import pytest

from tests.fakes.waiting import until
from tests.integration.gateway.scripted_streams import LIMITS, START, STOP, media, streaming

FRAME = bytes(range(160))
CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}


def started(**changes):
    return START | {"start": START["start"] | changes}


@pytest.mark.parametrize(
    "messages",
    [
        [media(FRAME)],
        [CONNECTED, STOP],
        [CONNECTED, {"event": "mark", "mark": {"name": "x"}}],
        ["{"],
        ["[" * 30_000],
        ["[]"],
        ["null"],
        [{"no": "event"}],
        [{"event": 7}],
        [{"event": "start"}],
        [started(callSid="")],
        [started(callSid=7)],
        [started(streamSid=None)],
        [started(customParameters={})],
        [started(customParameters={"consultation": ""})],
        [started(mediaFormat={"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1})],
        [started(mediaFormat={"encoding": "audio/x-l16", "sampleRate": 8000, "channels": 1})],
        [started(mediaFormat={"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2})],
    ],
)
async def test_no_proper_start(messages):
    async with streaming() as world:
        twilio = await world.connect()
        await twilio.send(*messages)
        assert await twilio.closed() == 1002
        await world.ended("protocol")
        assert world.served == []


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "7",
        {"event": "media"},
        {"event": "media", "media": {"payload": 7}},
        {"event": "media", "media": {"payload": "a"}},
        {"event": "media", "media": {"payload": "한국"}},
        {"event": "dtmf", "dtmf": {"digit": "12"}},
        {"event": "dtmf", "dtmf": {"digit": ""}},
        {"event": "dtmf", "dtmf": "1"},
        {"event": "mark", "mark": {"name": None}},
        START,
        json.dumps(media(b"x" * 60_000)),
    ],
)
async def test_malformed_later(message):
    async with streaming() as world:
        twilio = await world.dial()
        served = await world.taken()
        await twilio.send(message)
        await twilio.closed()
        await world.ended("protocol")
        await until(served.over.is_set)


async def test_binary():
    async with streaming() as world:
        twilio = await world.dial()
        await world.taken()
        await twilio.socket.send_bytes(FRAME)
        assert await twilio.closed() == 1002
        await world.ended("protocol")


@pytest.mark.parametrize("first", [[], [CONNECTED]])
async def test_no_start_in_time(first):
    async with streaming(limits=replace(LIMITS, start=0.1)) as world:
        twilio = await world.connect()
        await twilio.send(*first)
        assert await twilio.closed() == 1000
        await world.ended("not_started")
        assert world.served == []


async def test_gone_before_start():
    async with streaming() as world:
        twilio = await world.connect()
        await twilio.socket.close()
        await world.ended("peer_gone")
        assert world.served == []


@pytest.mark.parametrize("hostile", [b"\xff\xfe", b"\x00"])
async def test_text_that_is_none(hostile):
    async with streaming() as world:
        twilio = await world.dial()
        await world.taken()
        await twilio.socket._writer.send_frame(hostile, aiohttp.WSMsgType.TEXT)
        await twilio.closed()
        await world.ended("protocol")
