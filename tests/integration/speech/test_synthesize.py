import asyncio
import math

import grpc
import numpy as np
import pytest

from audio import mulaw, wav
from audio.samples import active_rms
from audio.subcarrier_reader import read
from audio.wav import Recording
from calling.v1 import text_to_speech_service_pb2 as pb
from calling.v1.audio_pb2 import AudioFormat
from speech.errors import EngineFailedError
from speech.rpc import text_to_speech_servicer
from tests.integration.speech.fake_engines import FakeTextToSpeech, engines
from tests.integration.speech.speech_client import LINEAR16, MULAW, WAV, Client, served, told

SENTENCE = "안녕하세요. 지금 통화 괜찮으세요?"


async def refusal(client: Client, text: str, **config: object):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await client.synthesize(text, **config)
    return told(caught.value)


async def stream_refusal(client: Client, *payloads: pb.SynthesisConfig | str):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await client.synthesize_stream(*payloads)
    return told(caught.value)


async def test_what_is_said_is_what_is_heard(client: Client):
    response = await client.synthesize(SENTENCE)

    assert response.engine == "sandbox-voice"
    assert response.format == AudioFormat(encoding=AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)
    assert read(mulaw.decode(response.audio)).text == SENTENCE
    assert (await client.recognize(response.audio)).transcript.text == SENTENCE


async def test_formats(client: Client):
    telephone = await client.synthesize(SENTENCE, format=WAV)
    wide = await client.synthesize(
        SENTENCE, format=AudioFormat(encoding=AudioFormat.ENCODING_WAV, sample_rate_hertz=24000)
    )
    raw = await client.synthesize(SENTENCE, format=LINEAR16)

    assert wav.read(telephone.audio).rate_hz == 8000
    assert wav.read(wide.audio).rate_hz == 24000
    assert wide.format.sample_rate_hertz == 24000
    assert read(np.frombuffer(raw.audio, np.int16)).text == SENTENCE


async def test_rate_and_voice_count(client: Client):
    normal = len((await client.synthesize(SENTENCE)).audio)
    fast = len((await client.synthesize(SENTENCE, speaking_rate=2.0)).audio)
    slow = len((await client.synthesize(SENTENCE, speaking_rate=0.5, voice="ko-low")).audio)

    assert fast < 0.7 * normal
    assert slow > 1.6 * normal


@pytest.mark.parametrize("engine", ["espeak", "instant"])
async def test_the_other_engines_that_need_nothing(engine: str):
    async with served(tts_engine=engine) as client:
        response = await client.synthesize(SENTENCE, format=LINEAR16)

    assert response.engine == engine
    assert active_rms(np.frombuffer(response.audio, np.int16)) > 1000
    assert read(np.frombuffer(response.audio, np.int16)).text == ""


@pytest.mark.parametrize(
    ("text", "config", "field"),
    [
        ("", {}, "text"),
        (" \n", {}, "text"),
        ("가" * 4001, {}, "text"),
        ("네", {"voice": "coral"}, "config.voice"),
        ("네", {"language_code": "en"}, "config.language_code"),
        ("네", {"speaking_rate": 0.4}, "config.speaking_rate"),
        ("네", {"speaking_rate": 2.1}, "config.speaking_rate"),
        ("네", {"speaking_rate": -1}, "config.speaking_rate"),
        ("네", {"speaking_rate": math.nan}, "config.speaking_rate"),
        ("네", {"format": AudioFormat(sample_rate_hertz=50_000)}, "config.format.sample_rate_hertz"),
        ("네", {"format": AudioFormat(encoding=9)}, "config.format.encoding"),
    ],
)
async def test_a_wrong_field_is_named(client: Client, text: str, config: dict[str, object], field: str):
    error = await refusal(client, text, **config)

    assert (error.code, error.reason, error.fields) == ("INVALID_ARGUMENT", "INVALID_FIELD", [field])


async def test_the_longest_text_is_spoken():
    async with served(tts_engine="instant") as client:
        assert len((await client.synthesize("가" * 4000)).audio) == 8000


async def test_a_failed_engine_is_unavailable():
    async def fail() -> Recording:
        raise EngineFailedError("the provider answered 500")

    async with served(engines(tts=FakeTextToSpeech(fail))) as client:
        unary = await refusal(client, "네")
        streamed = await stream_refusal(client, pb.SynthesisConfig(), "네")

    for error in (unary, streamed):
        assert (error.code, error.reason, error.retry_ms) == ("UNAVAILABLE", "TEXT_TO_SPEECH_UNAVAILABLE", 1000)


async def test_a_stream_names_its_format_and_then_sends_pieces_of_100_ms(client: Client):
    responses = await client.synthesize_stream(
        pb.SynthesisConfig(format=MULAW), "안녕하세요. 지금 ", "통화 ", "괜찮으", "세요?"
    )
    sizes = [len(response.audio) for response in responses[1:]]

    assert responses[0].format == AudioFormat(encoding=AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)
    assert max(sizes) == 800
    assert sum(size < 800 for size in sizes) <= 2
    assert read(mulaw.decode(b"".join(response.audio for response in responses[1:]))).text == SENTENCE


async def test_the_first_sentence_sounds_before_the_last_is_written():
    fake = FakeTextToSpeech()
    async with served(engines(tts=fake)) as client:
        call = client.tts.StreamingSynthesize(timeout=5)
        try:
            await call.write(pb.StreamingSynthesizeRequest(config=pb.SynthesisConfig(voice="a", speaking_rate=1.5)))
            await call.write(pb.StreamingSynthesizeRequest(text="네, 알겠습니다. 그러면"))
            assert (await call.read()).HasField("format")
            assert len((await call.read()).audio) == 800
            assert fake.asked == [("네, 알겠습니다.", "a", 1.5)]
            await call.write(pb.StreamingSynthesizeRequest(text=" 다음 질문입니다"))
            await call.done_writing()
            assert len((await call.read()).audio) == 800
            assert fake.asked[1:] == [("그러면 다음 질문입니다", "a", 1.5)]
        finally:
            call.cancel()


async def test_linear_pieces_hold_whole_samples(client: Client):
    wide = pb.SynthesisConfig(format=AudioFormat(encoding=AudioFormat.ENCODING_LINEAR16, sample_rate_hertz=22050))
    responses = await client.synthesize_stream(wide, "네")

    assert {len(response.audio) for response in responses[1:-1]} == {4410}
    assert len(responses[-1].audio) % 2 == 0


@pytest.mark.parametrize(
    ("payloads", "field"),
    [
        ((), "config"),
        (("네",), "config"),
        ((pb.SynthesisConfig(), pb.SynthesisConfig()), "text"),
        ((pb.SynthesisConfig(),), "text"),
        ((pb.SynthesisConfig(), " ", ""), "text"),
        ((pb.SynthesisConfig(), "가" * 3000, "가" * 1001), "text"),
        ((pb.SynthesisConfig(format=WAV), "네"), "config.format.encoding"),
        ((pb.SynthesisConfig(speaking_rate=9), "네"), "config.speaking_rate"),
        ((pb.SynthesisConfig(voice="coral"), "네"), "config.voice"),
    ],
    ids=["nothing", "no-config", "config-twice", "no-text", "blank", "too-long", "file", "rate", "voice"],
)
async def test_what_breaks_a_streams_rules_is_named(client: Client, payloads: tuple, field: str):
    error = await stream_refusal(client, *payloads)

    assert (error.code, error.reason, error.fields) == ("INVALID_ARGUMENT", "INVALID_FIELD", [field])


async def test_a_silent_client_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_to_speech_servicer, "IDLE_SECONDS", 0.05)
    async with served(engines()) as client:
        call = client.tts.StreamingSynthesize(timeout=5)
        try:
            await call.write(pb.StreamingSynthesizeRequest(config=pb.SynthesisConfig()))
            assert (await call.read()).HasField("format")
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call.read()
        finally:
            call.cancel()

    assert told(caught.value).reason == "DEADLINE_EXCEEDED"


async def test_a_caller_who_leaves_ends_the_synthesis():
    began, left = asyncio.Event(), asyncio.Event()

    async def hang() -> Recording:
        began.set()
        try:
            await asyncio.sleep(30)
        finally:
            left.set()
        raise AssertionError

    async with served(engines(tts=FakeTextToSpeech(hang))) as client:
        call = client.tts.StreamingSynthesize(timeout=5)
        await call.write(pb.StreamingSynthesizeRequest(config=pb.SynthesisConfig()))
        await call.write(pb.StreamingSynthesizeRequest(text="네. 네."))
        async with asyncio.timeout(5):
            await began.wait()
            call.cancel()
            await left.wait()
