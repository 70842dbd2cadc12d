"""What every recogniser and every synthesiser does that streams: the scripted ones, and those behind gRPC."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

import grpc
import pytest

from orchestrator.adapters.speech.streaming_speech_to_text import GrpcStreamingSpeechToText
from orchestrator.adapters.speech.streaming_text_to_speech import GrpcStreamingTextToSpeech
from orchestrator.dialogue.ports.speech import Final, Interim, StreamingSpeechToText, StreamingTextToSpeech
from orchestrator.domain.errors import SpeechToTextUnavailable, TextToSpeechUnavailable
from tests.fakes.speech_servers import serving
from tests.fakes.streaming_speech_servers import StreamingRecogniser, StreamingSynthesiser
from tests.fakes.streaming_speech_to_text import ScriptedStreamingSpeechToText
from tests.fakes.streaming_text_to_speech import ScriptedStreamingTextToSpeech, spoken

PIECES = [bytes([number]) * 480 for number in range(3)]


async def audio_of(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@dataclass
class Recognising:
    """A recogniser, and how to change what it does."""

    port: StreamingSpeechToText
    say: Callable[[str, float | None], None]
    slow_down: Callable[[float], None]
    audio: Callable[[], bytes]
    has_left: Callable[[], Awaitable[object]]

    async def events(self, *pieces: bytes, timeout: float = 5) -> list[Interim | Final]:
        return [event async for event in self.port.recognize(audio_of(*pieces), timeout=timeout)]


def scripted_recogniser() -> Recognising:
    fake = ScriptedStreamingSpeechToText()

    def say(text: str, confidence: float | None) -> None:
        fake.text, fake.confidence = text, confidence

    async def left() -> None:
        assert fake.under_way == 0

    return Recognising(fake, say, lambda seconds: setattr(fake, "delay", seconds), lambda: b"".join(fake.heard), left)


@asynccontextmanager
async def served_recogniser(servicer: StreamingRecogniser) -> AsyncIterator[GrpcStreamingSpeechToText]:
    async with serving(servicer) as port:
        adapter = GrpcStreamingSpeechToText(f"grpc://127.0.0.1:{port}")
        try:
            yield adapter
        finally:
            await adapter.close()


@pytest.fixture(params=["scripted", "grpc"])
async def recognising(request: pytest.FixtureRequest) -> AsyncIterator[Recognising]:
    if request.param == "scripted":
        yield scripted_recogniser()
        return
    servicer = StreamingRecogniser()

    def say(text: str, confidence: float | None) -> None:
        servicer.text, servicer.confidence = text, confidence

    def audio() -> bytes:
        return b"".join(request.audio for request in servicer.requests if request is not None)

    async with served_recogniser(servicer) as adapter:
        yield Recognising(
            adapter, say, lambda seconds: setattr(servicer, "final_delay", seconds), audio, servicer.ended.acquire
        )


@pytest.mark.parametrize("confidence", [0.75, 0.0, None])
async def test_words_come_while_one_speaks_and_then_for_good(
    recognising: Recognising, confidence: float | None
) -> None:
    recognising.say("네 맞아요", confidence)
    events = await recognising.events(*PIECES[:2])
    assert events == [Interim("네"), Interim("네 맞아요"), Final("네 맞아요", confidence)]
    assert recognising.audio() == b"".join(PIECES[:2])


async def test_an_interim_word_does_not_wait_for_the_end(recognising: Recognising) -> None:
    spoke_on = asyncio.Event()

    async def audio() -> AsyncIterator[bytes]:
        yield PIECES[0]
        await spoke_on.wait()

    async with aclosing(recognising.port.recognize(audio(), timeout=5)) as events:
        assert await anext(events) == Interim("네")
        spoke_on.set()
        assert await anext(events) == Final("네 맞아요", 0.75)


async def test_no_words_are_no_error(recognising: Recognising) -> None:
    recognising.say("", None)
    assert [event for event in await recognising.events() if isinstance(event, Final)] == [Final("")]


async def test_pieces_may_have_any_size(recognising: Recognising) -> None:
    pieces = [b"\x01" * 50_000, b"", b"\x02"]
    await recognising.events(*pieces)
    assert recognising.audio() == b"".join(pieces)


async def test_a_recogniser_that_takes_too_long_after_the_end_is_not_available(recognising: Recognising) -> None:
    recognising.slow_down(30)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(SpeechToTextUnavailable):
        await recognising.events(*PIECES, timeout=0.1)
    assert loop.time() - started < 2


async def test_one_may_speak_for_longer_than_the_recogniser_may_take(recognising: Recognising) -> None:
    async def audio() -> AsyncIterator[bytes]:
        yield PIECES[0]
        await asyncio.sleep(0.5)
        yield PIECES[1]

    events = [event async for event in recognising.port.recognize(audio(), timeout=0.3)]
    assert events[-1] == Final("네 맞아요", 0.75)


async def test_who_leaves_ends_the_recognition(recognising: Recognising) -> None:
    async def audio() -> AsyncIterator[bytes]:
        yield PIECES[0]
        await asyncio.Event().wait()

    async with aclosing(recognising.port.recognize(audio(), timeout=5)) as events:
        await anext(events)
    async with asyncio.timeout(5):
        await recognising.has_left()


async def test_a_cancelled_listener_ends_the_recognition(recognising: Recognising) -> None:
    started = asyncio.Event()

    async def audio() -> AsyncIterator[bytes]:
        yield PIECES[0]
        started.set()
        await asyncio.Event().wait()

    async def listen() -> None:
        async with aclosing(recognising.port.recognize(audio(), timeout=5)) as events:
            async for _ in events:
                pass

    listening = asyncio.create_task(listen())
    await started.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    async with asyncio.timeout(5):
        await recognising.has_left()


async def test_what_the_audio_raises_is_raised(recognising: Recognising) -> None:
    async def audio() -> AsyncIterator[bytes]:
        yield PIECES[0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async for _ in recognising.port.recognize(audio(), timeout=5):
            pass


@pytest.mark.parametrize("fails_after", [1, 2, None])
@pytest.mark.parametrize("status", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNIMPLEMENTED])
async def test_a_server_that_fails(status: grpc.StatusCode, fails_after: int | None) -> None:
    servicer = StreamingRecogniser()
    servicer.failure, servicer.fails_after = status, fails_after
    async with served_recogniser(servicer) as adapter:
        with pytest.raises(SpeechToTextUnavailable):
            async for _ in adapter.recognize(audio_of(*PIECES), timeout=5):
                pass


async def test_a_server_that_closes_before_the_end_has_not_heard_all() -> None:
    servicer = StreamingRecogniser()
    servicer.closes_after = 1

    async def audio() -> AsyncIterator[bytes]:
        yield PIECES[0]
        await asyncio.Event().wait()

    async with served_recogniser(servicer) as adapter:
        with pytest.raises(SpeechToTextUnavailable):
            async for _ in adapter.recognize(audio(), timeout=5):
                pass


@dataclass
class Speaking:
    """A synthesiser, and how to change what it does."""

    port: StreamingTextToSpeech
    slow_down: Callable[[float], None]
    fail_after: Callable[[int], None]
    has_left: Callable[[], Awaitable[object]]

    async def pieces(self, text: str, timeout: float = 5) -> list[bytes]:
        return [piece async for piece in self.port.synthesize(text, timeout=timeout)]


def scripted_synthesiser() -> Speaking:
    fake = ScriptedStreamingTextToSpeech()

    def fail_after(pieces: int) -> None:
        fake.error, fake.fails_at = TextToSpeechUnavailable(), pieces

    async def left() -> None:
        assert fake.under_way == 0

    return Speaking(fake, lambda seconds: setattr(fake, "delay", seconds), fail_after, left)


@asynccontextmanager
async def served_synthesiser(servicer: StreamingSynthesiser) -> AsyncIterator[GrpcStreamingTextToSpeech]:
    async with serving(servicer) as port:
        adapter = GrpcStreamingTextToSpeech(f"127.0.0.1:{port}", voice="ko-low", speaking_rate=1.5)
        try:
            yield adapter
        finally:
            await adapter.close()


@pytest.fixture(params=["scripted", "grpc"])
async def speaking(request: pytest.FixtureRequest) -> AsyncIterator[Speaking]:
    if request.param == "scripted":
        yield scripted_synthesiser()
        return
    servicer = StreamingSynthesiser()

    def fail_after(pieces: int) -> None:
        servicer.failure, servicer.fails_after = grpc.StatusCode.UNAVAILABLE, pieces

    async with served_synthesiser(servicer) as adapter:
        yield Speaking(
            adapter, lambda seconds: setattr(servicer, "piece_delay", seconds), fail_after, servicer.ended.acquire
        )


async def test_a_sentence_comes_in_pieces(speaking: Speaking) -> None:
    assert await speaking.pieces("안녕하세요.") == spoken("안녕하세요.")
    assert speaking.port.voice


async def test_it_may_take_long_as_long_as_pieces_come(speaking: Speaking) -> None:
    speaking.slow_down(0.2)
    assert await speaking.pieces("안녕하세요.", timeout=0.5) == spoken("안녕하세요.")


async def test_a_listener_may_take_as_long_as_it_likes(speaking: Speaking) -> None:
    heard = []
    async with aclosing(speaking.port.synthesize("안녕하세요.", timeout=0.3)) as pieces:
        async for piece in pieces:
            heard.append(piece)
            await asyncio.sleep(0.4 if len(heard) == 1 else 0)
    assert heard == spoken("안녕하세요.")


async def test_a_synthesiser_that_is_silent_for_too_long_is_not_available(speaking: Speaking) -> None:
    speaking.slow_down(30)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(TextToSpeechUnavailable):
        await speaking.pieces("안녕하세요.", timeout=0.1)
    assert loop.time() - started < 2


@pytest.mark.parametrize("pieces", [0, 1, 3])
async def test_a_synthesiser_that_fails_says_what_it_said(speaking: Speaking, pieces: int) -> None:
    speaking.fail_after(pieces)
    stream = speaking.port.synthesize("안녕하세요.", timeout=5)
    assert [await anext(stream) for _ in range(pieces)] == spoken("안녕하세요.")[:pieces]
    with pytest.raises(TextToSpeechUnavailable):
        await anext(stream)


async def test_who_leaves_ends_the_synthesis(speaking: Speaking) -> None:
    async with aclosing(speaking.port.synthesize("안녕하세요.", timeout=5)) as pieces:
        await anext(pieces)
        speaking.slow_down(30)
    async with asyncio.timeout(5):
        await speaking.has_left()


async def test_a_server_is_asked_for_telephone_audio_and_a_voice() -> None:
    servicer = StreamingSynthesiser()
    async with served_synthesiser(servicer) as adapter:
        assert [piece async for piece in adapter.synthesize("네", timeout=5)]
        assert "ko-KR/ko-low/1.5" in adapter.voice
    config, text = servicer.requests
    assert (config.config.voice, config.config.speaking_rate, text.text) == ("ko-low", 1.5, "네")
    assert config.config.format.sample_rate_hertz == 8000


async def test_a_server_that_says_nothing_is_not_available() -> None:
    servicer = StreamingSynthesiser()
    servicer.pieces, servicer.fails_after = 0, 1
    async with served_synthesiser(servicer) as adapter:
        with pytest.raises(TextToSpeechUnavailable):
            await anext(adapter.synthesize("네", timeout=5))


async def test_servers_that_are_not_there() -> None:
    recogniser = GrpcStreamingSpeechToText("127.0.0.1:9")
    synthesiser = GrpcStreamingTextToSpeech("127.0.0.1:9")

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield PIECES[0]
            await asyncio.sleep(0.02)

    async with asyncio.timeout(5):
        with pytest.raises(SpeechToTextUnavailable):
            await anext(recogniser.recognize(endless(), timeout=2))
        with pytest.raises(TextToSpeechUnavailable):
            await anext(synthesiser.synthesize("네", timeout=2))
    await recogniser.close()
    await synthesiser.close()


async def test_a_server_that_never_answers_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        recogniser, synthesiser = GrpcStreamingSpeechToText(address), GrpcStreamingTextToSpeech(address)
        async with asyncio.timeout(5):
            with pytest.raises(SpeechToTextUnavailable):
                await anext(recogniser.recognize(audio_of(*PIECES), timeout=0.2))
            with pytest.raises(TextToSpeechUnavailable):
                await anext(synthesiser.synthesize("네", timeout=0.2))
        await recogniser.close()
        await synthesiser.close()
