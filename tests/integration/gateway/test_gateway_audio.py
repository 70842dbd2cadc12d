"""What `<Play>` fetches."""

import asyncio

import aiohttp
import grpc
import pytest

from calling.v1 import call_service_pb2 as pb
from gateway.app import start
from tests.fakes.orchestrator_servicers import Delay, Failure, fake_orchestrator
from tests.integration.gateway.gateway_client import DEADLINES, Client, settings

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100)
AUDIO = "/audio/tok_EN-1.wav"


@pytest.fixture(autouse=True)
def _audio(orchestrator):
    orchestrator.on("GetAudio", pb.GetAudioResponse(audio=WAV, etag="abc", format={"encoding": 3}))


async def test_get(client: Client, orchestrator):
    answer = await client.get(AUDIO)
    assert (answer.status, answer.body) == (200, WAV)
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["Content-Length"] == str(len(WAV))
    assert answer.headers["ETag"] == '"abc"'
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert orchestrator.requests("GetAudio")[0].audio_token == "tok_EN-1"


@pytest.mark.parametrize("known", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
async def test_not_modified(client: Client, known):
    answer = await client.get(AUDIO, headers={"If-None-Match": known})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == '"abc"'
    assert answer.headers["Cache-Control"] == "private, max-age=3600"


@pytest.mark.parametrize("known", ['"abcd"', "abc", "", '"'])
async def test_modified(client: Client, known):
    answer = await client.get(AUDIO, headers={"If-None-Match": known})
    assert (answer.status, answer.body) == (200, WAV)


async def test_head(client: Client):
    answer = await client.ask("HEAD", AUDIO)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(WAV))
    assert answer.headers["ETag"] == '"abc"'


async def test_range_gets_the_whole(client: Client):
    answer = await client.get(AUDIO, headers={"Range": "bytes=0-3"})
    assert (answer.status, answer.body) == (200, WAV)


async def test_expired(client: Client, orchestrator):
    orchestrator.on("GetAudio", Failure(grpc.StatusCode.NOT_FOUND, "AUDIO_NOT_FOUND"))
    assert (await client.get(AUDIO)).status == 404


async def test_names_that_are_none(client: Client, orchestrator):
    for name in ("x", ".wav", "a%20b.wav", "a/b.wav", f"{'x' * 129}.wav"):
        assert (await client.get(f"/audio/{name}")).status == 404
    assert not orchestrator.received


async def test_store_is_away(impatient: Client, orchestrator):
    orchestrator.on("GetAudio", Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE"))
    assert (await impatient.get(AUDIO)).status in {503, 504}


async def test_fetch_waits_for_a_store_that_restarts(client: Client, orchestrator):
    away = Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
    orchestrator.on("GetAudio", *[away] * 5, pb.GetAudioResponse(audio=WAV, etag="abc"))
    answer = await client.get(AUDIO)
    assert (answer.status, answer.body) == (200, WAV)


async def test_slow_orchestrator_and_audio(impatient: Client, orchestrator):
    orchestrator.on("GetAudio", Delay())
    assert (await impatient.get(AUDIO)).status == 504


async def test_fetch_waits_for_an_orchestrator_that_restarts():
    async with fake_orchestrator() as first:
        address = first.address
    gateway = await start(settings(address), DEADLINES)
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        fetching = group.create_task(Client(session, gateway).get(AUDIO))
        await asyncio.sleep(0.8)  # longer than the repeats of a call that fails at once
        async with fake_orchestrator(address) as second:
            second.on("GetAudio", pb.GetAudioResponse(audio=WAV, etag="abc"))
            answer = await fetching
    assert (answer.status, answer.body) == (200, WAV)
    await gateway.stop()
