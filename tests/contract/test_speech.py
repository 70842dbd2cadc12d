"""What every recogniser and every synthesiser does: the scripted ones, and those behind gRPC."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from orchestrator.adapters.speech.speech_to_text import GrpcSpeechToText
from orchestrator.adapters.speech.text_to_speech import GrpcTextToSpeech
from orchestrator.dialogue.ports.speech import Recognition, SpeechToText, TextToSpeech
from orchestrator.domain.errors import InvalidAudio, SpeechToTextUnavailable, TextToSpeechUnavailable
from tests.fakes.speech_servers import ScriptedRecogniser, ScriptedSynthesiser, invalid_audio, serving
from tests.fakes.speech_to_text import ScriptedSpeechToText
from tests.fakes.text_to_speech import ScriptedTextToSpeech
from tests.fakes.wav import tiny_wav


@dataclass
class Recognising:
    """A recogniser, and how to change what it does."""

    port: SpeechToText
    say: Callable[[str, float | None], None]
    slow_down: Callable[[float], None]


@pytest.fixture(params=["scripted", "grpc"])
async def recognising(request: pytest.FixtureRequest) -> AsyncIterator[Recognising]:
    if request.param == "scripted":
        fake = ScriptedSpeechToText()

        def say(text: str, confidence: float | None) -> None:
            fake.otherwise, fake.confidence = text, confidence

        yield Recognising(fake, say, lambda seconds: setattr(fake, "delay", seconds))
        return
    servicer = ScriptedRecogniser()

    def answer(text: str, confidence: float | None) -> None:
        servicer.text, servicer.confidence = text, confidence

    async with serving(servicer) as port:
        adapter = GrpcSpeechToText(f"grpc://127.0.0.1:{port}")
        yield Recognising(adapter, answer, lambda seconds: setattr(servicer, "delay", seconds))
        await adapter.close()


@pytest.mark.parametrize(("text", "confidence"), [("네, 맞아요.", 0.75), ("아니요", None), ("", None), ("음", 0.0)])
async def test_words_and_how_sure_they_are(recognising: Recognising, text: str, confidence: float | None) -> None:
    recognising.say(text, confidence)
    assert await recognising.port.recognize(tiny_wav(), timeout=5) == Recognition(text, confidence)


async def test_a_recogniser_that_takes_too_long_is_not_available(recognising: Recognising) -> None:
    recognising.slow_down(30)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(SpeechToTextUnavailable):
        await recognising.port.recognize(tiny_wav(), timeout=0.1)
    assert loop.time() - started < 1


async def test_what_is_no_audio_is_said_to_be_none() -> None:
    servicer = ScriptedRecogniser()
    servicer.failure = invalid_audio()
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(servicer))
        adapter = GrpcSpeechToText(f"127.0.0.1:{port}")
        stack.push_async_callback(adapter.close)
        for recogniser in (ScriptedSpeechToText(), adapter):
            with pytest.raises(InvalidAudio):
                await recogniser.recognize(b"<html>", timeout=5)


@pytest.fixture(params=["scripted", "grpc"])
async def speaking(request: pytest.FixtureRequest) -> AsyncIterator[tuple[TextToSpeech, Callable[[float], None]]]:
    if request.param == "scripted":
        fake = ScriptedTextToSpeech()
        yield fake, lambda seconds: setattr(fake, "delay", seconds)
        return
    servicer = ScriptedSynthesiser()
    async with serving(servicer) as port:
        adapter = GrpcTextToSpeech(f"127.0.0.1:{port}")
        yield adapter, lambda seconds: setattr(servicer, "delay", seconds)
        await adapter.close()


async def test_speech_is_a_wav_file(speaking: tuple[TextToSpeech, Callable[[float], None]]) -> None:
    synthesiser, _ = speaking
    speech = await synthesiser.synthesize("안녕하세요.", timeout=5)
    assert speech.startswith(b"RIFF")
    assert speech[8:12] == b"WAVE"


async def test_a_synthesiser_that_takes_too_long_is_not_available(
    speaking: tuple[TextToSpeech, Callable[[float], None]],
) -> None:
    synthesiser, slow_down = speaking
    slow_down(30)
    with pytest.raises(TextToSpeechUnavailable):
        await synthesiser.synthesize("안녕하세요.", timeout=0.1)
