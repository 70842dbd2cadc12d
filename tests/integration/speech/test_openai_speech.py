"""The OpenAI engines: the official client against a provider of ours."""

import struct

import grpc
import numpy as np
import pytest

from audio import wav
from audio.subcarrier_reader import read
from audio.voice import speak
from audio.wav import Recording
from calling.v1 import text_to_speech_service_pb2 as tts
from speech.engines.openai_provider import Provider
from speech.engines.openai_speech_to_text import OpenAISpeechToText
from speech.engines.openai_text_to_speech import OpenAITextToSpeech
from speech.errors import EngineFailedError
from tests.integration.speech.fake_provider import Answer, broken_off, json, never, provider, raw
from tests.integration.speech.speech_client import LINEAR16, WAV, served, told

SPOKEN = Recording(speak("안녕하세요 저는 홍길동이에요"), 8000)
WIDE = wav.write(SPOKEN.at(24000), 24000, "linear16")


def place(url: str, timeout: float = 5.0) -> Provider:
    return Provider("the-key", url, timeout)


async def recognized(answer: Answer, model: str = "gpt-transcribe", hints: tuple[str, ...] = ()):
    async with provider(answer) as fake:
        engine = OpenAISpeechToText(place(fake.url), model)
        try:
            return await engine.recognize(SPOKEN, hints), fake
        finally:
            await engine.close()


async def synthesized(answer: Answer, voice: str = "", rate: float = 1.0, timeout: float = 5.0):
    async with provider(answer) as fake:
        engine = OpenAITextToSpeech(place(fake.url, timeout), "a-model", "coral")
        try:
            return await engine.synthesize("안녕하세요", voice, rate), fake
        finally:
            await engine.close()


async def test_a_recording_is_uploaded_as_it_is():
    recognition, fake = await recognized(json({"text": " 안녕하세요 저는 홍길동이에요. "}), hints=("홍길동", "무릎"))

    assert (recognition.text, recognition.confidence) == ("안녕하세요 저는 홍길동이에요.", None)
    form = fake.forms[0]
    assert np.array_equal(wav.read(form["file"]).samples, SPOKEN.samples)
    assert (form["model"], form["language"], form["response_format"]) == (["gpt-transcribe"], ["ko"], ["json"])
    assert form["keywords[]"] == ["홍길동", "무릎"]
    assert "prompt" not in form
    assert fake.keys == ["Bearer the-key"]


async def test_models_that_tell_probabilities_are_asked_for_them():
    body = {"text": "네", "logprobs": [{"token": "네", "logprob": -0.1}, {"token": ".", "logprob": -0.3}]}
    recognition, fake = await recognized(json(body), "gpt-4o-mini-transcribe", ("무릎",))

    assert recognition.confidence == pytest.approx(np.exp(-0.2))
    assert fake.forms[0]["include[]"] == ["logprobs"]
    assert fake.forms[0]["prompt"] == ["무릎"]


async def test_other_models_are_not_asked_for_what_they_do_not_know():
    _, fake = await recognized(json({"text": "네"}), "Systran/faster-whisper-small")

    assert set(fake.forms[0]) == {"file", "model", "language", "response_format"}


async def test_nothing_is_uploaded_for_nothing():
    async with provider(never) as fake:
        engine = OpenAISpeechToText(place(fake.url), "m")
        assert (await engine.recognize(Recording(SPOKEN.samples[:0], 8000), ())).text == ""
        await engine.close()

    assert fake.forms == []


async def test_speech_is_taken_at_the_providers_rate():
    recording, fake = await synthesized(raw(WIDE), voice="marin", rate=1.5)

    assert recording.rate_hz == 24000
    assert read(recording.at(8000)).text == "안녕하세요 저는 홍길동이에요"
    assert fake.bodies == [
        {"input": "안녕하세요", "model": "a-model", "voice": "marin", "response_format": "wav", "speed": 1.5}
    ]


async def test_the_default_voice_and_speed():
    _, fake = await synthesized(raw(WIDE))

    assert fake.bodies[0]["voice"] == "coral"
    assert "speed" not in fake.bodies[0]


async def test_a_wav_file_that_was_streamed_does_not_know_its_length():
    streamed = WIDE[:4] + struct.pack("<I", 0xFFFFFFFF) + WIDE[8:40] + struct.pack("<I", 0xFFFFFFFF) + WIDE[44:]
    recording, _ = await synthesized(raw(streamed))

    assert recording.seconds == pytest.approx(SPOKEN.seconds, abs=0.01)


FAILURES = {
    "500": (json({"error": {"message": "홍길동"}}, 500), "500"),
    "401": (json({"error": {"message": "홍길동"}}, 401), "401"),
    "broken off": (broken_off(b'{"text": "\xed\x99\x8d', 1000), "unusable"),
    "html": (raw(b"<html>", "text/html"), "provider"),
    "no json": (raw(b"{", "application/json"), "unusable"),
    "other json": (json(["네"]), "provider"),
    "json without text": (json({"word": "네"}), "provider"),
}


@pytest.mark.parametrize(("answer", "words"), FAILURES.values(), ids=FAILURES)
async def test_every_failure_is_typed_and_says_nothing_of_the_answer(answer: Answer, words: str):
    with pytest.raises(EngineFailedError, match=words) as hearing:
        await recognized(answer)
    with pytest.raises(EngineFailedError, match=words) as speaking:
        await synthesized(answer)

    assert "홍길동" not in f"{hearing.value}{speaking.value}"


async def test_failures_are_not_retried():
    async with provider(json({}, 503)) as fake:
        engine = OpenAITextToSpeech(place(fake.url), "m", "v")
        with pytest.raises(EngineFailedError):
            await engine.synthesize("네", "", 1.0)
        await engine.close()

    assert len(fake.bodies) == 1


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("9999", 60.0), ("-3", 0.0), ("soon", 1.0)])
async def test_the_provider_says_when_to_retry(header: str, seconds: float):
    with pytest.raises(EngineFailedError) as caught:
        await synthesized(json({}, 429, Retry_After=header))

    assert caught.value.retry_after == seconds


async def test_a_provider_that_does_not_answer_is_left():
    with pytest.raises(EngineFailedError, match=r"in time|reached"):
        await synthesized(never, timeout=0.1)


async def test_a_provider_that_is_not_there():
    engine = OpenAISpeechToText(place("http://127.0.0.1:9/v1"), "m")
    with pytest.raises(EngineFailedError, match="reached"):
        await engine.recognize(SPOKEN, ())
    await engine.close()


async def test_a_server_with_a_provider_behind_it():
    async def answer(request):
        wants_speech = request.path.endswith("speech")
        return await (raw(WIDE) if wants_speech else json({"text": "네, 안녕하세요"}))(request)

    async with provider(answer) as fake:
        behind = {"openai_base_url": fake.url, "openai_api_key": "k", "openai_tts_voice": "sage"}
        async with served(stt_engine="openai", tts_engine="openai", **behind) as client:
            heard = await client.recognize(SPOKEN.samples.tobytes(), LINEAR16)
            spoken = await client.synthesize("안녕하세요", format=WAV)
            streamed = await client.synthesize_stream(tts.SynthesisConfig(), "네. 네.")

    assert (heard.transcript.text, heard.engine) == ("네, 안녕하세요", "openai")
    assert read(wav.read(spoken.audio).samples).text == "안녕하세요 저는 홍길동이에요"
    assert len(streamed) > 10
    assert {body["voice"] for body in fake.bodies} == {"sage"}


async def test_a_server_whose_provider_is_down():
    async with served(stt_engine="openai", openai_base_url="http://127.0.0.1:9/v1") as client:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await client.recognize(b"\xff" * 800)

    error = told(caught.value)
    assert (error.code, error.reason) == ("UNAVAILABLE", "SPEECH_TO_TEXT_UNAVAILABLE")
    assert "127.0.0.1" not in error.message
