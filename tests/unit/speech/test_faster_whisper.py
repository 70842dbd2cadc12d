"""The engine around a model of ours; the real package and model where they are (`WHISPER_MODEL` names it)."""

import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from audio import wav
from audio.noise import pink
from audio.samples import to_samples
from audio.wav import Recording
from speech.engine import Final, Recognition
from speech.engines import faster_whisper
from speech.engines.faster_whisper import FasterWhisperSpeechToText
from speech.errors import EngineFailedError
from speech.workers import Workers

CLIPS = Path(__file__).parents[4] / "shared" / "data" / "speech"
SECOND = Recording(np.ones(8000, np.int16), 8000)


@dataclass
class Segment:
    text: str
    avg_logprob: float = -0.1
    no_speech_prob: float = 0.0


class Model:
    def __init__(self, *segments: Segment, fault: Exception | None = None) -> None:
        self.segments = segments
        self.fault = fault
        self.audio: np.ndarray | None = None
        self.options: dict[str, object] = {}

    def transcribe(self, audio: np.ndarray, **options: object) -> tuple[Iterable[Segment], object]:
        self.audio, self.options = audio, options
        return self._computed(), None

    def _computed(self) -> Iterator[Segment]:
        if self.fault:
            raise self.fault
        yield from self.segments


def heard(*segments: Segment, recording: Recording = SECOND) -> tuple[str, float | None]:
    recognition = faster_whisper.transcribed(Model(*segments), recording, (), vad=True)
    return recognition.text, recognition.confidence


def test_segments_become_one_text_with_a_confidence():
    text, confidence = heard(Segment(" 네, 맞아요.", -0.1, 0.0), Segment(" 홍길동이에요.", -0.3, 0.1))

    assert text == "네, 맞아요. 홍길동이에요."
    assert confidence == pytest.approx((0.9048 + 0.7408 * 0.9) / 2, abs=1e-3)


@pytest.mark.parametrize(
    "segment",
    [Segment("시청해 주셔서 감사합니다."), Segment(" "), Segment("음악 소리", avg_logprob=-1.5, no_speech_prob=0.9)],
)
def test_what_noise_becomes_is_rejected(segment: Segment):
    assert heard(segment) == ("", None)
    assert heard(segment, Segment("네"))[0] == "네"


def test_the_model_gets_what_it_was_made_for():
    model = Model()
    faster_whisper.transcribed(model, Recording(np.full(8000, 16384, np.int16), 8000), ("홍길동", "무릎"), vad=False)

    assert model.audio.dtype == np.float32
    assert model.audio.size == 16_000
    assert model.audio[8000] == pytest.approx(0.5, abs=0.01)
    assert model.options["language"] == "ko"
    assert model.options["temperature"] == 0.0
    assert model.options["hotwords"] == "홍길동 무릎"
    assert model.options["vad_filter"] is False


@pytest.mark.parametrize(("seconds", "tokens"), [(0.2, 24), (10, 120), (300, 224)])
def test_the_length_of_the_answer_is_bounded(seconds: float, tokens: int):
    model = Model()
    faster_whisper.transcribed(model, Recording(np.zeros(int(8000 * seconds), np.int16), 8000), (), vad=True)

    assert model.options["max_new_tokens"] == tokens


def test_a_fault_of_the_model_is_typed_and_says_nothing():
    with pytest.raises(EngineFailedError) as caught:
        faster_whisper.transcribed(Model(fault=RuntimeError("홍길동")), SECOND, (), vad=True)

    assert "홍길동" not in str(caught.value)


async def test_a_recording_too_short_for_a_word_is_not_asked_about(monkeypatch: pytest.MonkeyPatch):
    model = Model(Segment("네"))
    monkeypatch.setattr(faster_whisper, "load", lambda _: model)
    engine = FasterWhisperSpeechToText("base", True, Workers(1))
    await engine.prepare()

    assert (await engine.recognize(Recording(np.zeros(0, np.int16), 8000), ())).text == ""
    assert model.audio is None
    assert (await engine.recognize(SECOND, ())).text == "네"
    await engine.close()


async def test_a_stream_is_recognised_when_it_has_ended(monkeypatch: pytest.MonkeyPatch):
    async def pieces(count: int) -> AsyncIterator[np.ndarray]:
        for _ in range(count):
            assert model.audio is None
            yield np.ones(4000, np.int16)

    model = Model(Segment("네", 0.0))
    monkeypatch.setattr(faster_whisper, "load", lambda _: model)
    engine = FasterWhisperSpeechToText("base", True, Workers(1))
    await engine.prepare()

    assert [event async for event in engine.recognize_stream(8000, pieces(0))] == []
    assert [event async for event in engine.recognize_stream(8000, pieces(3))] == [Final(1500, Recognition("네", 1.0))]
    assert model.audio is not None
    assert model.audio.size == 24000
    await engine.close()


async def test_before_it_is_loaded_it_does_not_answer():
    engine = FasterWhisperSpeechToText("base", True, Workers(1))

    with pytest.raises(EngineFailedError, match="not loaded"):
        await engine.recognize(SECOND, ())
    await engine.close()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)

    with pytest.raises(EngineFailedError, match=r"faster-whisper is not installed: pip install .*\[whisper\]"):
        faster_whisper.load("base")


def test_a_missing_model_is_named(monkeypatch: pytest.MonkeyPatch):
    def missing(*_: object, **__: object) -> Model:
        raise OSError("/secret/path")

    monkeypatch.setitem(sys.modules, "faster_whisper", SimpleNamespace(WhisperModel=missing))

    with pytest.raises(EngineFailedError, match=r"WHISPER_MODEL.*nowhere") as caught:
        faster_whisper.load("nowhere")
    assert "secret" not in str(caught.value)


def test_a_model_that_knows_no_korean_is_named(monkeypatch: pytest.MonkeyPatch):
    loaded = SimpleNamespace(model=SimpleNamespace(is_multilingual=False))
    monkeypatch.setitem(sys.modules, "faster_whisper", SimpleNamespace(WhisperModel=lambda *_, **__: loaded))

    with pytest.raises(EngineFailedError, match=r"WHISPER_MODEL.*tiny\.en.*English only"):
        faster_whisper.load("tiny.en")


@pytest.fixture(scope="module")
def real_model() -> faster_whisper.Model:
    pytest.importorskip("faster_whisper", reason="the extra [whisper] is not installed")
    if "WHISPER_MODEL" not in os.environ:
        pytest.skip("WHISPER_MODEL names no model")
    try:
        return faster_whisper.load(os.environ["WHISPER_MODEL"])
    except EngineFailedError as error:
        pytest.skip(str(error))


@pytest.mark.timeout(120)
def test_people_are_understood(real_model: faster_whisper.Model):
    clips = sorted(CLIPS.rglob("*.wav"))
    if not clips:
        pytest.skip(f"the clips of real speech are not beside the repository ({CLIPS})")
    for clip in clips[:2]:
        recognition = faster_whisper.transcribed(real_model, wav.read(clip.read_bytes()), (), vad=True)
        hangul = sum("가" <= character <= "힣" for character in recognition.text)
        assert hangul > 5
        assert recognition.confidence > 0.3


@pytest.mark.timeout(120)
def test_noise_is_not(real_model: faster_whisper.Model):
    loud = Recording(to_samples(3000 * pink(40_000, 1)), 8000)

    assert faster_whisper.transcribed(real_model, loud, (), vad=True).text == ""
