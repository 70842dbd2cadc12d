import asyncio
from collections.abc import AsyncIterator

import grpc
import numpy as np
import pytest

from audio import mulaw
from audio.voice import speak
from calling.v1 import speech_to_text_service_pb2 as pb
from calling.v1.audio_pb2 import AudioFormat
from speech.rpc import speech_to_text_servicer
from tests.integration.speech.fake_engines import FakeSpeechToText, StreamingFakeSpeechToText, engines
from tests.integration.speech.speech_client import LINEAR16, WAV, Client, served, told

CONFIG = pb.RecognitionConfig()
SECOND_OF_SILENCE = b"\xff" * 8000


def pieces_of(audio: bytes, size: int = 480) -> list[bytes]:
    return [audio[start : start + size] for start in range(0, len(audio), size)]


async def refusal(client: Client, *payloads: pb.RecognitionConfig | bytes):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await client.recognize_stream(*payloads)
    return told(caught.value)


def kinds(responses: list[pb.StreamingRecognizeResponse]) -> list[str]:
    return [response.WhichOneof("event") for response in responses]


async def test_one_utterance(client: Client):
    audio = mulaw.encode(speak("네 맞아 맞아요")) + SECOND_OF_SILENCE
    responses = await client.recognize_stream(CONFIG, *pieces_of(audio))

    assert kinds(responses) == ["speech_started", "interim", "interim", "interim", "speech_ended", "final"]
    assert [response.interim.text for response in responses[1:4]] == ["네", "네 맞아", "네 맞아 맞아요"]
    assert responses[-1].final.text == "네 맞아 맞아요"
    assert responses[-1].final.confidence == 1.0
    offsets = [response.event_offset.ToMilliseconds() for response in responses]
    assert offsets == sorted(offsets)


async def test_an_utterance_that_the_caller_cuts_is_final_at_the_half_close(client: Client):
    audio = mulaw.encode(speak("네 맞아요 저는 혼자 살아요"))
    responses = await client.recognize_stream(CONFIG, *pieces_of(audio[: len(audio) * 2 // 3]))

    assert kinds(responses)[-2:] == ["speech_ended", "final"]
    assert "네 맞아요 저는 혼자 살아요".startswith(responses[-1].final.text)
    assert responses[-1].final.text


async def test_two_utterances_at_16_khz(client: Client):
    silence = np.zeros(8000, np.int16)
    both = np.concatenate([speak("여보세요?"), silence, speak("누구세요?"), silence])
    wide = pb.RecognitionConfig(
        format=AudioFormat(encoding=AudioFormat.ENCODING_LINEAR16, sample_rate_hertz=16000), language_code="ko-KR"
    )
    responses = await client.recognize_stream(wide, *pieces_of(np.repeat(both, 2).tobytes(), 15_000))

    assert [response.final.text for response in responses if response.HasField("final")] == ["여보세요?", "누구세요?"]


async def test_interim_words_come_while_the_speaker_speaks(client: Client):
    audio = mulaw.encode(speak("네 맞아요"))
    call = client.stt.StreamingRecognize(timeout=5)
    try:
        await call.write(pb.StreamingRecognizeRequest(config=CONFIG))
        for piece in pieces_of(audio):
            await call.write(pb.StreamingRecognizeRequest(audio=piece))
        heard = [await call.read() for _ in range(3)]
        await call.done_writing()
        rest = [await call.read(), await call.read()]
    finally:
        call.cancel()

    assert kinds(heard) == ["speech_started", "interim", "interim"]
    assert heard[-1].interim.text == "네 맞아요"
    assert kinds(rest) == ["speech_ended", "final"]


async def test_silence_and_no_audio_are_no_error(client: Client):
    assert await client.recognize_stream(CONFIG, SECOND_OF_SILENCE, b"", SECOND_OF_SILENCE) == []
    assert await client.recognize_stream(CONFIG) == []


@pytest.mark.parametrize(
    ("payloads", "reason", "field"),
    [
        ((), "INVALID_FIELD", "config"),
        ((b"\xff",), "INVALID_FIELD", "config"),
        ((CONFIG, CONFIG), "INVALID_FIELD", "audio"),
        ((CONFIG, bytes(15 * 1024 + 1)), "INVALID_FIELD", "audio"),
        ((pb.RecognitionConfig(format=WAV),), "INVALID_FIELD", "config.format.encoding"),
        (
            (pb.RecognitionConfig(format=AudioFormat(sample_rate_hertz=1)),),
            "INVALID_FIELD",
            "config.format.sample_rate_hertz",
        ),
        ((pb.RecognitionConfig(language_code="ja"),), "INVALID_FIELD", "config.language_code"),
        ((pb.RecognitionConfig(format=LINEAR16), b"\0\0\0"), "INVALID_AUDIO", "audio"),
        ((CONFIG, *[b"\xff" * 15_000] * 321), "INVALID_AUDIO", "audio"),
    ],
    ids=["nothing", "no-config", "config-twice", "16-KiB", "file", "rate", "language", "half-a-sample", "over-10-min"],
)
async def test_what_breaks_the_rules_is_named(client: Client, payloads: tuple, reason: str, field: str):
    error = await refusal(client, *payloads)

    assert (error.code, error.reason, error.fields) == ("INVALID_ARGUMENT", reason, [field])


async def test_a_request_without_payload_is_named(client: Client):
    call = client.stt.StreamingRecognize(iter([pb.StreamingRecognizeRequest()]), timeout=5)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await anext(aiter(call))

    assert told(caught.value).fields == ["config"]


async def test_an_engine_that_cannot_stream_says_so():
    async with served(engines(FakeSpeechToText())) as client:
        error = await refusal(client, CONFIG, b"\xff")

    assert (error.code, error.reason) == ("UNIMPLEMENTED", "NOT_IMPLEMENTED")


async def test_a_silent_client_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(speech_to_text_servicer, "IDLE_SECONDS", 0.05)
    fake = StreamingFakeSpeechToText()
    async with served(engines(fake)) as client:
        call = client.stt.StreamingRecognize(timeout=5)
        try:
            await call.write(pb.StreamingRecognizeRequest(config=CONFIG))
            assert (await call.read()).HasField("speech_started")
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call.read()
        finally:
            call.cancel()

    assert told(caught.value).reason == "DEADLINE_EXCEEDED"
    assert fake.left.is_set()


async def endless(start: pb.StreamingRecognizeRequest) -> AsyncIterator[pb.StreamingRecognizeRequest]:
    yield start
    while True:
        yield pb.StreamingRecognizeRequest(audio=b"\xff" * 160)
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("reads", [0, 3])
async def test_a_caller_who_leaves_ends_the_engines_stream(reads: int):
    fake = StreamingFakeSpeechToText()
    async with served(engines(fake)) as client:
        call = client.stt.StreamingRecognize(endless(pb.StreamingRecognizeRequest(config=CONFIG)), timeout=5)
        for _ in range(1 + reads):
            await call.read()
        call.cancel()
        async with asyncio.timeout(5):
            await fake.left.wait()
        assert (await client.recognize(b"\xff")).transcript.text == "네"


async def test_the_instant_engine_hears_one_utterance_in_every_stream():
    async with served(stt_engine="instant") as client:
        responses = await client.recognize_stream(CONFIG, *pieces_of(SECOND_OF_SILENCE))
        nothing = await client.recognize_stream(CONFIG, b"")

    assert kinds(responses) == ["speech_started", "interim", "speech_ended", "final"]
    assert responses[-1].final.text.startswith(responses[1].interim.text)
    assert responses[-1].event_offset.ToMilliseconds() == 1000
    assert nothing == []
