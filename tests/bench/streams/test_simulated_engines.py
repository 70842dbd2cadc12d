from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from audio import mulaw, wav
from calling.v1 import audio_pb2
from calling.v1 import speech_to_text_service_pb2 as stt
from calling.v1 import text_to_speech_service_pb2 as tts
from tests.bench.streams.simulated_recogniser import SimulatedRecogniser
from tests.bench.streams.simulated_synthesiser import SimulatedSynthesiser, said
from tests.bench.streams.utterances import ASKS, NOTHING, TEXTS, background, number_in, speech, utterance
from tests.virtual_time import virtual_time

PIECE = 480


class Written:
    """Takes the place of gRPC's context: notes what is written, and when."""

    def __init__(self) -> None:
        self.events: list[tuple[float, Any]] = []

    async def write(self, event: Any) -> None:
        self.events.append((asyncio.get_running_loop().time(), event))

    def named(self, name: str) -> list[tuple[float, Any]]:
        return [(at, getattr(event, name)) for at, event in self.events if event.HasField(name)]


async def _in_real_time(audio: bytes) -> AsyncIterator[stt.StreamingRecognizeRequest]:
    yield stt.StreamingRecognizeRequest(config=stt.RecognitionConfig())
    for start in range(0, len(audio), PIECE):
        await asyncio.sleep(PIECE / 8000)
        yield stt.StreamingRecognizeRequest(audio=audio[start : start + PIECE])


async def _recognise(delay: float, audio: bytes) -> Written:
    written = Written()
    recogniser = SimulatedRecogniser(delay)
    await recogniser.StreamingRecognize(_in_real_time(audio), written)  # type: ignore[arg-type]
    return written


@virtual_time
async def test_the_final_words_come_so_long_after_the_end_of_speech() -> None:
    written = await _recognise(0.35, utterance(ASKS, 1.2) + background())
    [(at, final)] = written.named("final")
    assert final.text == TEXTS[ASKS]
    assert at == pytest.approx(1.2 + 0.35, abs=0.07)


@virtual_time
async def test_interim_words_are_those_said_a_little_while_ago() -> None:
    written = await _recognise(0.35, utterance(ASKS, 2.4) + background())
    interims = [(at, event.text) for at, event in written.named("interim")]
    texts = [text for _, text in interims]
    assert texts == sorted(texts, key=len)
    assert all(TEXTS[ASKS].startswith(text) for text in texts)
    assert len(set(texts)) == len(TEXTS[ASKS].split())
    whole = min(at for at, text in interims if text == TEXTS[ASKS])
    assert 2.4 + 0.15 <= whole <= 2.4 + 0.35


@virtual_time
async def test_words_that_are_asked_for_early_still_take_their_time() -> None:
    written = await _recognise(0.35, utterance(ASKS, 1.2))
    [(at, _)] = written.named("final")
    assert at == pytest.approx(1.2 + 0.35, abs=0.07)


@virtual_time
async def test_an_engine_without_delay_has_the_words_when_the_audio_ends() -> None:
    written = await _recognise(0.0, utterance(ASKS, 1.2))
    [(at, _)] = written.named("final")
    assert at == pytest.approx(1.2, abs=0.01)


@virtual_time
async def test_two_utterances_are_told_apart() -> None:
    written = await _recognise(0.35, utterance(ASKS, 0.6) + background() + utterance(NOTHING, 0.6) + background())
    assert [event.text for _, event in written.named("final")] == [TEXTS[ASKS], TEXTS[NOTHING]]


@virtual_time
async def test_a_quiet_line_says_nothing() -> None:
    assert (await _recognise(0.35, background())).events == []


@virtual_time
async def test_a_whole_recording() -> None:
    recording = wav.write(mulaw.decode(background() + utterance(NOTHING, 0.6)))
    request = stt.RecognizeRequest(audio=recording)
    answer = await SimulatedRecogniser(0.35).Recognize(request, None)  # type: ignore[arg-type]
    assert answer.transcript.text == TEXTS[NOTHING]


@virtual_time
async def test_speech_begins_after_its_delay_and_then_comes_faster_than_it_is_played() -> None:
    async def asked() -> AsyncIterator[tts.StreamingSynthesizeRequest]:
        yield tts.StreamingSynthesizeRequest(config=tts.SynthesisConfig())
        yield tts.StreamingSynthesizeRequest(text="네, 알겠습니다. 식사는 하셨어요?")

    written = Written()
    await SimulatedSynthesiser(0.1).StreamingSynthesize(asked(), written)  # type: ignore[arg-type]
    (_, first), *pieces = written.events
    assert first.HasField("format")
    assert pieces[0][0] == pytest.approx(0.1)
    spoken = b"".join(event.audio for _, event in pieces)
    assert spoken == said("네, 알겠습니다. 식사는 하셨어요?")
    assert pieces[-1][0] < 0.1 + len(spoken) / 8000 / 4


@virtual_time
async def test_speech_as_a_file() -> None:
    config = tts.SynthesisConfig(format=audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_WAV))
    request = tts.SynthesizeRequest(text="네.", config=config)
    answer = await SimulatedSynthesiser(0.1).Synthesize(request, None)  # type: ignore[arg-type]
    assert wav.read(answer.audio).seconds == pytest.approx(0.6)


@pytest.mark.parametrize("number", range(len(TEXTS)))
@pytest.mark.parametrize("cut", [0, 1, 159, 333])
def test_a_number_is_found_however_the_audio_is_cut(number: int, cut: int) -> None:
    audio = utterance(number, 0.4)
    assert number_in(audio[cut:]) == number
    assert number_in(mulaw.encode(mulaw.decode(audio[cut:]))) == number


def test_nothing_else_holds_a_number() -> None:
    assert number_in(speech() + background() * 2) is None
