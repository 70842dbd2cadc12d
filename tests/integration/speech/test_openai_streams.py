"""The OpenAI engines in streams: the official client against a provider of ours."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import aclosing

import grpc
import numpy as np
import pytest

from audio import Samples, mulaw, wav
from audio.subcarrier_reader import read
from audio.voice import speak
from audio.wav import Recording
from calling.v1 import speech_to_text_service_pb2 as stt
from calling.v1 import text_to_speech_service_pb2 as tts
from speech.engine import Final, Interim, Recognition, RecognitionEvent
from speech.engines.openai_provider import Provider
from speech.engines.openai_speech_to_text import OpenAISpeechToText
from speech.engines.openai_text_to_speech import OpenAITextToSpeech
from speech.errors import EngineFailedError
from tests.integration.speech.fake_provider import (
    Answer,
    FakeProvider,
    broken_off,
    events,
    in_chunks,
    json,
    never,
    provider,
    raw,
)
from tests.integration.speech.speech_client import served, told

SPOKEN = Recording(speak("안녕하세요 저는 홍길동이에요"), 8000)
WIDE = wav.write(SPOKEN.at(24000), 24000, "linear16")
ENDLESS = WIDE[:4] + struct.pack("<I", 0xFFFFFFFF) + WIDE[8:40] + struct.pack("<I", 0xFFFFFFFF) + WIDE[44:]
DONE = {"type": "transcript.text.done", "text": " 네 맞아요. "}


def delta(text: object) -> dict[str, object]:
    return {"type": "transcript.text.delta", "delta": text}


def chunks_of(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


async def pieces_of(recording: Recording) -> AsyncIterator[Samples]:
    for start in range(0, recording.samples.size, 480):
        yield recording.samples[start : start + 480]


async def heard(fake: FakeProvider, times: int = 1, timeout: float = 5.0) -> list[RecognitionEvent]:
    engine = OpenAISpeechToText(Provider("k", fake.url, timeout), "gpt-4o-transcribe")
    found: list[RecognitionEvent] = []
    try:
        for _ in range(times):
            found += [event async for event in engine.recognize_stream(8000, pieces_of(SPOKEN))]
        return found
    finally:
        await engine.close()


async def test_words_come_as_the_provider_finds_them() -> None:
    logprobs = [{"token": "네", "logprob": -0.1}, {"token": ".", "logprob": -0.3}]
    answer = events(delta("네"), {"type": "something.new"}, delta(" 맞아요."), {**DONE, "logprobs": logprobs})
    async with provider(answer) as fake:
        *interim, final = await heard(fake)

    assert interim == [Interim(interim[0].offset_ms, Recognition(text, None)) for text in ("네", "네 맞아요.")]
    assert final.recognition == Recognition("네 맞아요.", pytest.approx(np.exp(-0.2)))
    assert final.offset_ms == round(SPOKEN.seconds * 1000)
    assert np.array_equal(wav.read(fake.forms[0]["file"]).samples, SPOKEN.samples)
    assert fake.forms[0]["stream"] == ["true"]


async def test_a_provider_that_does_not_stream_is_asked_for_all_words_at_once_from_then_on() -> None:
    async with provider(json({"text": "네 맞아요."})) as fake:
        found = await heard(fake, times=2)

    assert found == [Final(round(SPOKEN.seconds * 1000), Recognition("네 맞아요.", None))] * 2
    assert ["stream" in form for form in fake.forms] == [True, False]


@pytest.mark.parametrize("status", [400, 422])
async def test_a_provider_that_refuses_to_stream_is_asked_again_without(status: int) -> None:
    async def answer(request):
        streams = "stream" in fake.forms[-1]
        return await (json({"error": {}}, status) if streams else json({"text": "네"}))(request)

    async with provider(answer) as fake:
        found = await heard(fake, times=2)

    assert [event.recognition.text for event in found] == ["네", "네"]
    assert ["stream" in form for form in fake.forms] == [True, False, False]


async def test_a_provider_that_refuses_everything_may_stream_the_next_time() -> None:
    async with provider(json({"error": {}}, 400)) as fake:
        engine = OpenAISpeechToText(Provider("k", fake.url, 5), "m")
        with pytest.raises(EngineFailedError):
            await anext(engine.recognize_stream(8000, pieces_of(SPOKEN)))
        fake.answer = events(delta("네"), DONE)
        found = [event async for event in engine.recognize_stream(8000, pieces_of(SPOKEN))]
        await engine.close()

    assert len(found) == 2


@pytest.mark.parametrize(
    "answer",
    [
        json({"error": {"message": "홍길동"}}, 500),
        events(delta("네")),
        events(delta("네"), {"error": {"message": "홍길동"}}),
        events({**DONE, "text": None}),
        in_chunks(b"data: {\n\n", content_type="text/event-stream"),
        broken_off(b'{"text": "\xed\x99\x8d', 1000),
        raw(b"", "application/json"),
        raw(b"<html>", "text/html"),
        json(["네"]),
    ],
    ids=["500", "no-end", "error", "no-text", "no-json-event", "broken", "empty", "html", "other-json"],
)
async def test_every_failure_is_typed_and_says_nothing_of_the_answer(answer: Answer) -> None:
    async with provider(answer) as fake:
        with pytest.raises(EngineFailedError) as caught:
            await heard(fake)

    assert "홍길동" not in str(caught.value)


async def test_a_provider_that_stops_in_the_middle_is_left() -> None:
    chunk = b'data: {"type": "transcript.text.delta", "delta": "\xeb\x84\xa4"}\n\n'
    async with provider(in_chunks(chunk, b"", content_type="text/event-stream", gate=asyncio.Event())) as fake:
        with pytest.raises(EngineFailedError, match="in time"):
            await heard(fake, timeout=0.2)


async def test_no_audio_asks_nothing() -> None:
    async with provider(never) as fake:
        engine = OpenAISpeechToText(Provider("k", fake.url, 5), "m")
        empty = Recording(SPOKEN.samples[:0], 8000)
        assert [event async for event in engine.recognize_stream(8000, pieces_of(empty))] == []
        await engine.close()

    assert fake.forms == []


async def spoken(answer: Answer, timeout: float = 5.0) -> list[Recording]:
    async with provider(answer) as fake:
        engine = OpenAITextToSpeech(Provider("k", fake.url, timeout), "a-model", "coral")
        try:
            return [piece async for piece in engine.synthesize_stream("안녕하세요", "", 1.0)]
        finally:
            await engine.close()


@pytest.mark.parametrize("file", [WIDE, ENDLESS], ids=["length-known", "length-unknown"])
@pytest.mark.parametrize("size", [1000, 4801, 1_000_000])
async def test_speech_is_taken_while_it_comes(file: bytes, size: int) -> None:
    pieces = await spoken(in_chunks(*chunks_of(file, size)))

    assert {piece.rate_hz for piece in pieces} == {24000}
    assert np.array_equal(np.concatenate([piece.samples for piece in pieces]), SPOKEN.at(24000))


async def test_the_first_sound_is_there_before_the_provider_has_made_the_rest() -> None:
    gate = asyncio.Event()
    async with provider(in_chunks(WIDE[:9600], WIDE[9600:], gate=gate)) as fake:
        behind = {"openai_base_url": fake.url, "tts_engine": "openai"}
        async with served(**behind) as client:
            call = client.tts.StreamingSynthesize(timeout=5)
            await call.write(tts.StreamingSynthesizeRequest(config=tts.SynthesisConfig()))
            await call.write(tts.StreamingSynthesizeRequest(text="안녕하세요"))
            await call.done_writing()
            assert (await call.read()).HasField("format")
            audio = [(await call.read()).audio]
            gate.set()
            while (response := await call.read()) is not grpc.aio.EOF:
                audio.append(response.audio)

    assert all(160 <= len(piece) <= 800 for piece in audio[:-1])
    assert read(mulaw.decode(b"".join(audio))).text == "안녕하세요 저는 홍길동이에요"


async def test_another_kind_of_file_is_spoken_when_it_is_there() -> None:
    stereo = np.repeat(SPOKEN.samples, 2).tobytes()
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(stereo), b"WAVE", b"fmt ", 16, 1, 2, 8000, 32000, 4,
                         16, b"data", len(stereo))  # fmt: skip
    for file in (header + stereo, wav.write(SPOKEN.samples)):
        (piece,) = await spoken(in_chunks(*chunks_of(file, 3000)))
        assert read(piece.at(8000)).text == "안녕하세요 저는 홍길동이에요"


@pytest.mark.parametrize(
    "answer",
    [
        json({"error": {"message": "홍길동"}}, 500),
        raw(b"<html>" * 10, "text/html"),
        raw(b""),
        raw(WIDE[:20]),
        raw(b"RIFF" + WIDE[4:12] + b"junk\xff\xff\xff\x7f" * 10_000),
        broken_off(WIDE[:9600], len(WIDE)),
        never,
    ],
    ids=["500", "html", "empty", "half-a-header", "no-samples", "broken", "never"],
)
async def test_speech_that_fails_is_a_failure(answer: Answer) -> None:
    with pytest.raises(EngineFailedError) as caught:
        await spoken(answer, timeout=0.5)

    assert "홍길동" not in str(caught.value)


async def test_a_listener_who_leaves_ends_the_request() -> None:
    left = asyncio.Event()

    async def answer(request):
        try:
            return await in_chunks(WIDE[:9600], b"", gate=asyncio.Event())(request)
        finally:
            left.set()

    async with provider(answer) as fake:
        engine = OpenAITextToSpeech(Provider("k", fake.url, 5), "m", "v")
        async with aclosing(engine.synthesize_stream("네", "", 1.0)) as pieces:
            await anext(pieces)
        async with asyncio.timeout(5):
            await left.wait()
        await engine.close()


async def test_a_provider_that_is_down_is_unavailable_in_streams_too() -> None:
    down = {"stt_engine": "openai", "tts_engine": "openai", "openai_base_url": "http://127.0.0.1:9/v1"}
    async with served(**down) as client:
        with pytest.raises(grpc.aio.AioRpcError) as hearing:
            await client.recognize_stream(stt.RecognitionConfig(), b"\xff" * 800)
        with pytest.raises(grpc.aio.AioRpcError) as speaking:
            await client.synthesize_stream(tts.SynthesisConfig(), "네")

    assert told(hearing.value).reason == "SPEECH_TO_TEXT_UNAVAILABLE"
    assert told(speaking.value).reason == "TEXT_TO_SPEECH_UNAVAILABLE"
