import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from audio.voice import speak
from calling.v1 import speech_to_text_service_pb2 as stt
from calling.v1.speech_to_text_service_pb2_grpc import SpeechToTextServiceStub
from speech.engine import Recognition
from speech.errors import EngineFailedError
from speech.server import PortTakenError, start
from tests.integration.speech.fake_engines import FakeSpeechToText, FakeTextToSpeech, engines
from tests.integration.speech.speech_client import LINEAR16, Client, served, settings

ROOT = Path(__file__).parents[3]
SERVICES = ["calling.v1.SpeechToTextService", "calling.v1.TextToSpeechService"]
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.mark.parametrize("service", ["", *SERVICES])
async def test_health_of_each_service(client: Client, service: str):
    stub = health_pb2_grpc.HealthStub(client.channel)

    assert (await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)).status == SERVING


async def test_reflection_lists_the_services_and_their_messages(client: Client):
    stub = reflection_pb2_grpc.ServerReflectionStub(client.channel)
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="calling.v1.RecognizeRequest"),
    ]
    call = stub.ServerReflectionInfo(iter(requests), timeout=5)
    listed, described = [response async for response in call]

    assert {*SERVICES, "grpc.health.v1.Health"} <= {each.name for each in listed.list_services_response.service}
    assert described.file_descriptor_response.file_descriptor_proto


async def test_a_taken_port_is_an_error_and_closes_the_engines():
    stt_engine, tts_engine = FakeSpeechToText(), FakeTextToSpeech()
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTakenError) as caught:
        await start(settings(speech_port=other.getsockname()[1]), engines(stt_engine, tts_engine))

    assert "127.0.0.1:" in str(caught.value)
    assert stt_engine.closed
    assert tts_engine.closed


async def test_two_servers_do_not_share_a_port(client: Client):
    with pytest.raises(PortTakenError):
        await start(settings(speech_port=client.server.port))


async def test_an_engine_that_cannot_work_stops_the_start(monkeypatch: pytest.MonkeyPatch):
    fake = FakeSpeechToText()

    async def fail() -> None:
        raise EngineFailedError("WHISPER_MODEL: not here")

    monkeypatch.setattr(fake, "prepare", fail)
    with pytest.raises(EngineFailedError):
        await start(settings(), engines(fake))
    assert fake.closed


async def test_a_drain_says_so_first_and_lets_work_finish():
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> Recognition:
        entered.set()
        await go_on.wait()
        return Recognition("끝까지", None)

    fake = FakeSpeechToText(wait)
    async with served(engines(fake)) as client:
        watch = health_pb2_grpc.HealthStub(client.channel).Watch(health_pb2.HealthCheckRequest(service=SERVICES[0]))
        assert (await watch.read()).status == SERVING
        working = asyncio.create_task(client.recognize(b"\xff"))
        await entered.wait()

        stopping = asyncio.create_task(client.server.stop(grace=5))
        assert (await watch.read()).status == NOT_SERVING
        watch.cancel()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{client.server.port}") as late:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await SpeechToTextServiceStub(late).Recognize(stt.RecognizeRequest(audio=b"\xff"), timeout=2)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert not fake.closed

        go_on.set()
        assert (await working).transcript.text == "끝까지"
        await stopping
        assert fake.closed


class Program:
    """`python -m speech` as a process of its own."""

    def __init__(self, **environment: str) -> None:
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "SPEECH_PORT": "0", **environment}

    async def __aenter__(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "speech", env=self._environment, stdout=pipe, stderr=pipe, cwd="/"
        )
        return self.process

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_program_says_where_it_is_and_what_it_is_and_ends_when_told(number: signal.Signals):
    async with asyncio.timeout(20), Program() as process:
        listening = (await process.stdout.readline()).decode()
        instrument = (await process.stdout.readline()).decode()
        assert "sandbox-voice" in listening
        assert "not speech recognition" in instrument
        port = int(listening.split("127.0.0.1:")[1].split()[0])
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            request = stt.RecognizeRequest(
                config=stt.RecognitionConfig(format=LINEAR16), audio=speak("네, 맞아요").tobytes()
            )
            response = await SpeechToTextServiceStub(channel).Recognize(request, timeout=5)
        assert response.transcript.text == "네, 맞아요"

        process.send_signal(number)
        _, complaints = await process.communicate()
        assert process.returncode == 0
        assert "Traceback" not in complaints.decode()
        assert "맞아요" not in complaints.decode()


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"SPEECH_PORT": "taken"}, "SPEECH_PORT"),
        ({"STT_ENGINE": "vosk"}, "STT_ENGINE"),
        ({"TTS_ENGINE": "openai"}, "OPENAI_API_KEY"),
        ({"SPEECH_HOST": "203.0.113.1"}, "SPEECH_HOST"),
    ],
)
async def test_a_wrong_setting_ends_the_program_in_one_line(environment: dict[str, str], name: str):
    async with asyncio.timeout(20), Program(**environment) as process:
        output, complaint = await process.communicate()

    assert process.returncode == 2
    assert output == b""
    assert complaint.decode().startswith("speech: ")
    assert name in complaint.decode()
    assert complaint.count(b"\n") == 1


async def test_a_port_that_another_program_has_ends_the_program_in_one_line(client: Client):
    async with asyncio.timeout(20), Program(SPEECH_PORT=str(client.server.port)) as process:
        _, complaint = await process.communicate()

    assert process.returncode == 2
    assert complaint.count(b"\n") == 1
    assert f":{client.server.port}" in complaint.decode()
