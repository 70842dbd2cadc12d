import asyncio

import grpc
import numpy as np
import pytest

from audio import mulaw, noise, wav
from audio.voice import speak
from audio.wav import Recording
from calling.v1 import speech_to_text_service_pb2 as pb
from calling.v1.audio_pb2 import AudioFormat
from speech.engine import Recognition
from speech.errors import EngineFailedError, OverloadedError
from tests.integration.speech.fake_engines import FakeSpeechToText, engines
from tests.integration.speech.speech_client import LINEAR16, MULAW, TIMEOUT, WAV, Client, served, told

SENTENCE = "네, 제가 홍길동이에요"
SPOKEN = speak(SENTENCE)


async def refusal(client: Client, audio: bytes, audio_format: AudioFormat = MULAW, **config: object):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await client.recognize(audio, audio_format, **config)
    return told(caught.value)


@pytest.mark.parametrize(
    ("audio", "audio_format"),
    [
        (mulaw.encode(SPOKEN), MULAW),
        (mulaw.encode(SPOKEN), AudioFormat()),
        (SPOKEN.tobytes(), LINEAR16),
        (wav.write(SPOKEN), WAV),
        (
            Recording(SPOKEN, 8000).at(16000).tobytes(),
            AudioFormat(encoding=AudioFormat.ENCODING_LINEAR16, sample_rate_hertz=16000),
        ),
        (wav.write(Recording(SPOKEN, 8000).at(24000), 24000, "linear16"), WAV),
    ],
    ids=["mulaw", "nothing-said", "linear", "wav", "linear-16k", "wav-24k"],
)
async def test_the_sandbox_voice_is_understood_in_every_format(client: Client, audio: bytes, audio_format: AudioFormat):
    response = await client.recognize(audio, audio_format)

    assert response.transcript.text == SENTENCE
    assert response.transcript.confidence == 1.0
    assert response.engine == "sandbox-voice"
    assert response.audio_duration.ToMilliseconds() == pytest.approx(SPOKEN.size / 8, abs=2)


async def test_a_request_without_config_is_taken_as_the_telephones(client: Client):
    request = pb.RecognizeRequest(audio=mulaw.encode(SPOKEN))

    assert (await client.stt.Recognize(request, timeout=TIMEOUT)).transcript.text == SENTENCE


async def test_noise_costs_words_and_confidence(client: Client):
    response = await client.recognize(mulaw.encode(noise.add_pink(speak(SENTENCE * 3), 6, 2)))

    assert 0 < response.transcript.confidence < 1.0


@pytest.mark.parametrize(
    ("audio", "seconds"),
    [
        (wav.write(np.zeros(0, np.int16)), 0),
        (wav.write(np.zeros(300 * 8000, np.int16)), 300),
        (wav.write(SPOKEN[:10]), 0),
    ],
    ids=["0 s", "5 min", "a click"],
)
async def test_no_words_is_no_error(client: Client, audio: bytes, seconds: int):
    response = await client.recognize(audio, WAV)

    assert response.transcript.text == ""
    assert not response.transcript.HasField("confidence")
    assert response.audio_duration.seconds == seconds


async def test_five_minutes_with_words_are_read(client: Client):
    audio = np.concatenate([np.zeros(150 * 8000, np.int16), SPOKEN, np.zeros(140 * 8000, np.int16)])

    assert (await client.recognize(wav.write(audio), WAV)).transcript.text == SENTENCE


@pytest.mark.parametrize(
    ("audio", "audio_format"),
    [
        (b"", MULAW),
        (b"", WAV),
        (b"<html>not found</html>", WAV),
        (wav.write(SPOKEN)[:30], WAV),
        (b"\0\0\0", LINEAR16),
        (bytes(16 * 1024 * 1024 + 1), MULAW),
        (wav.write(np.zeros(601 * 8000, np.int16)), WAV),
    ],
    ids=["empty", "empty-wav", "html", "half-a-header", "half-a-sample", "17 MB", "10 min 1 s"],
)
async def test_what_is_no_audio_is_refused_by_name(client: Client, audio: bytes, audio_format: AudioFormat):
    error = await refusal(client, audio, audio_format)

    assert (error.code, error.reason, error.fields) == ("INVALID_ARGUMENT", "INVALID_AUDIO", ["audio"])
    assert error.retry_ms is None


@pytest.mark.parametrize(
    ("audio_format", "config", "field"),
    [
        (AudioFormat(encoding=77), {}, "config.format.encoding"),
        (AudioFormat(sample_rate_hertz=4000), {}, "config.format.sample_rate_hertz"),
        (MULAW, {"language_code": "en-US"}, "config.language_code"),
        (MULAW, {"hints": ["무릎"] * 501}, "config.hints"),
    ],
)
async def test_a_wrong_field_is_named(client: Client, audio_format: AudioFormat, config: dict[str, object], field: str):
    error = await refusal(client, b"\xff", audio_format, **config)

    assert (error.code, error.reason, error.fields) == ("INVALID_ARGUMENT", "INVALID_FIELD", [field])


async def test_hints_reach_the_engine():
    fake = FakeSpeechToText()
    async with served(engines(fake)) as client:
        response = await client.recognize(b"\xff" * 80, hints=["홍길동", "무릎"], language_code="ko-KR")

    assert fake.hints == [("홍길동", "무릎")]
    assert not response.transcript.HasField("confidence")
    assert fake.closed


async def test_a_failed_engine_is_unavailable_and_says_when_to_retry():
    async def fail() -> Recognition:
        raise EngineFailedError("the provider answered 503", 3.0)

    async with served(engines(FakeSpeechToText(fail))) as client:
        error = await refusal(client, b"\xff" * 80)

    assert (error.code, error.reason) == ("UNAVAILABLE", "SPEECH_TO_TEXT_UNAVAILABLE")
    assert error.retry_ms == 3000


async def test_a_fault_of_ours_shows_nothing_but_the_request_id():
    async def fault() -> Recognition:
        raise RuntimeError("홍길동 sk-secret")

    async with served(engines(FakeSpeechToText(fault))) as client:
        call = client.stt.Recognize(
            pb.RecognizeRequest(audio=b"\xff"), timeout=TIMEOUT, metadata=[("x-request-id", "r-7")]
        )
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call

    error = told(caught.value)
    assert (error.code, error.reason, error.metadata) == ("INTERNAL", "INTERNAL", {"requestId": "r-7"})
    assert "secret" not in str(caught.value)
    assert "홍길동" not in str(caught.value)


async def test_an_odd_request_id_is_replaced():
    async def fault() -> Recognition:
        raise RuntimeError

    async with served(engines(FakeSpeechToText(fault))) as client:
        odd = [("x-request-id", "two words; and more")]
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await client.stt.Recognize(pb.RecognizeRequest(audio=b"\xff"), timeout=TIMEOUT, metadata=odd)

    assert len(told(caught.value).metadata["requestId"]) == 32


async def test_work_is_dropped_at_the_callers_deadline():
    cancelled = asyncio.Event()

    async def hang() -> Recognition:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        raise AssertionError

    async with served(engines(FakeSpeechToText(hang))) as client:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await client.stt.Recognize(pb.RecognizeRequest(audio=b"\xff"), timeout=0.1)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        async with asyncio.timeout(5):
            await cancelled.wait()


async def test_a_busy_engine_and_a_busy_server_say_so():
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> Recognition:
        entered.set()
        await go_on.wait()
        raise OverloadedError("too much work waits")

    async with served(engines(FakeSpeechToText(wait)), speech_max_rpcs=1) as client:
        first = asyncio.create_task(refusal(client, b"\xff"))
        await entered.wait()
        by_server = await refusal(client, b"\xff")
        go_on.set()
        by_engine = await first
        again = await refusal(client, b"\xff")

    for error in (by_server, by_engine, again):
        assert (error.code, error.reason, error.retry_ms) == ("RESOURCE_EXHAUSTED", "OVERLOADED", 1000)
    assert by_server.message != by_engine.message == again.message
