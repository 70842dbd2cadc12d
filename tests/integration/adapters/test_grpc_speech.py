"""The speech adapters against real gRPC servers that misbehave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest

from calling.v1 import audio_pb2
from orchestrator.adapters.speech.speech_to_text import GrpcSpeechToText
from orchestrator.adapters.speech.text_to_speech import GrpcTextToSpeech
from orchestrator.domain.errors import InvalidAudio, SpeechToTextUnavailable, TextToSpeechUnavailable
from tests.fakes.speech_servers import ScriptedRecogniser, ScriptedSynthesiser, invalid_audio, serving
from tests.fakes.waiting import until
from tests.fakes.wav import tiny_wav

FAILURES = [
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INVALID_ARGUMENT,
]


@asynccontextmanager
async def recogniser(servicer: ScriptedRecogniser) -> AsyncIterator[GrpcSpeechToText]:
    async with serving(servicer) as port:
        adapter = GrpcSpeechToText(f"http://127.0.0.1:{port}/")
        yield adapter
        await adapter.close()


@asynccontextmanager
async def synthesiser(servicer: ScriptedSynthesiser) -> AsyncIterator[GrpcTextToSpeech]:
    async with serving(servicer) as port:
        adapter = GrpcTextToSpeech(f"127.0.0.1:{port}", voice="scripted", speaking_rate=0.9)
        yield adapter
        await adapter.close()


async def test_what_a_recogniser_is_asked() -> None:
    servicer = ScriptedRecogniser()
    async with recogniser(servicer) as adapter:
        await adapter.recognize(tiny_wav("RE1"), timeout=3)
    (request,) = servicer.requests
    assert request.audio == tiny_wav("RE1")
    assert request.config.language_code == "ko-KR"
    assert request.config.format.encoding == audio_pb2.AudioFormat.ENCODING_WAV
    assert 2 < (servicer.remaining[0] or 0) <= 3.1


@pytest.mark.parametrize("failure", FAILURES)
async def test_every_failure_of_a_recogniser_has_one_name(failure: grpc.StatusCode) -> None:
    servicer = ScriptedRecogniser()
    servicer.failure = failure
    async with recogniser(servicer) as adapter:
        with pytest.raises(SpeechToTextUnavailable):
            await adapter.recognize(tiny_wav(), timeout=3)


async def test_invalid_audio_is_told_by_reason_or_by_field() -> None:
    servicer = ScriptedRecogniser()
    async with recogniser(servicer) as adapter:
        for kept in (0, 1):
            servicer.failure = invalid_audio()
            del servicer.failure.details[kept]
            with pytest.raises(InvalidAudio):
                await adapter.recognize(b"no audio", timeout=3)


async def test_a_recording_of_the_greatest_size_passes() -> None:
    servicer = ScriptedRecogniser()
    async with recogniser(servicer) as adapter:
        await adapter.recognize(tiny_wav(seconds=16 * 1024 * 1024 / 8000 - 1), timeout=10)
    assert len(servicer.requests) == 1


async def test_one_broken_connection_is_not_noticed() -> None:
    servicer = ScriptedRecogniser()
    servicer.failure, servicer.failures = grpc.StatusCode.UNAVAILABLE, 1
    async with recogniser(servicer) as adapter:
        assert (await adapter.recognize(tiny_wav(), timeout=3)).text == "네, 맞아요."
    assert len(servicer.requests) == 2


async def test_a_recogniser_that_is_away_and_comes_back() -> None:
    async with serving(ScriptedRecogniser()) as port:
        adapter = GrpcSpeechToText(f"127.0.0.1:{port}")
        await adapter.recognize(tiny_wav(), timeout=3)
    with pytest.raises(SpeechToTextUnavailable):
        await adapter.recognize(tiny_wav(), timeout=3)
    async with serving(ScriptedRecogniser(), port=port):
        async with asyncio.timeout(4):
            while True:
                try:
                    await adapter.recognize(tiny_wav(), timeout=1)
                    break
                except SpeechToTextUnavailable:
                    await asyncio.sleep(0.05)
    await adapter.close()


async def test_cancelling_reaches_the_recogniser() -> None:
    servicer = ScriptedRecogniser()
    servicer.delay = 30
    async with recogniser(servicer) as adapter:
        asking = asyncio.create_task(adapter.recognize(tiny_wav(), timeout=20))
        await until(lambda: len(servicer.requests) == 1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_what_a_synthesiser_is_asked() -> None:
    servicer = ScriptedSynthesiser()
    async with synthesiser(servicer) as adapter:
        assert await adapter.synthesize("안녕하세요.", timeout=3) == tiny_wav("spoken")
    (request,) = servicer.requests
    assert (request.text, request.config.voice, request.config.language_code) == ("안녕하세요.", "scripted", "ko-KR")
    assert request.config.speaking_rate == pytest.approx(0.9)
    assert request.config.format.encoding == audio_pb2.AudioFormat.ENCODING_WAV
    assert request.config.format.sample_rate_hertz == 8000


@pytest.mark.parametrize("audio", [b"", b"RIFF", b"\xff" * 8000, b"ID3" + b"\0" * 100, tiny_wav(seconds=0)])
async def test_speech_that_is_none(audio: bytes) -> None:
    async with synthesiser(ScriptedSynthesiser(audio)) as adapter:
        with pytest.raises(TextToSpeechUnavailable):
            await adapter.synthesize("안녕하세요.", timeout=3)


@pytest.mark.parametrize("failure", FAILURES)
async def test_every_failure_of_a_synthesiser_has_one_name(failure: grpc.StatusCode) -> None:
    servicer = ScriptedSynthesiser()
    servicer.failure = failure
    async with synthesiser(servicer) as adapter:
        with pytest.raises(TextToSpeechUnavailable):
            await adapter.synthesize("안녕하세요.", timeout=3)
