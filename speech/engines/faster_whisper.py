"""Whisper on this machine, by faster-whisper (CTranslate2): the extra `[whisper]`. Recognition only.

The model comes from a directory, or by its name from a hub at first use. What it makes of noise is rejected as well as
can be told: no text whose model says that nobody spoke, none that it is known to make up.
"""

import importlib
import math
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from audio import Samples
from audio.samples import FULL_SCALE
from audio.wav import Recording
from observability import log
from speech import engine
from speech.engine import Recognition, RecognitionEvent
from speech.engines.half_close import milliseconds, whole
from speech.engines.hallucinations import is_hallucination
from speech.errors import EngineFailedError
from speech.workers import Workers

NAME: Final = "faster-whisper"

LANGUAGE: Final = "ko"
MODEL_HZ: Final = 16_000

_SHORTEST_SECONDS: Final = 0.1
_NO_SPEECH: Final = 0.6
_UNLIKELY: Final = -1.0
_TOKENS_A_SECOND: Final = 12
_FEWEST_TOKENS: Final = 24
_MOST_TOKENS: Final = 224

logger = log.get(__name__)


class Segment(Protocol):
    """What this engine reads of a segment of faster-whisper."""

    text: str
    avg_logprob: float
    no_speech_prob: float


class Model(Protocol):
    """What this engine calls of `faster_whisper.WhisperModel`."""

    def transcribe(self, audio: NDArray[np.float32], **options: object) -> tuple[Iterable[Segment], object]:
        """Recognises 16 kHz audio; the segments are computed while they are iterated over."""


class FasterWhisperSpeechToText:
    """Recognises whole recordings, one at a time: a recognition takes every core it gets. A stream, when it has ended.

    Args:
        model: A directory, or the name of a model (`base`, `small` ...).
        vad: Cut silence out before recognising (Silero, in the package).
        workers: One thread; closed with the engine.
    """

    name = NAME

    def __init__(self, model: str, vad: bool, workers: Workers) -> None:
        self._model_name = model
        self._vad = vad
        self._workers = workers
        self._model: Model | None = None

    async def prepare(self) -> None:
        """Loads the model."""
        self._model = await self._workers.run(load, self._model_name)

    async def recognize(self, recording: Recording, hints: Sequence[str]) -> Recognition:
        """Recognises; confidence is the tokens' mean probability, weighed by how likely it is that anybody spoke."""
        if self._model is None:
            raise EngineFailedError("the model is not loaded")
        if recording.seconds < _SHORTEST_SECONDS:
            return Recognition("", None)
        return await self._workers.run(transcribed, self._model, recording, tuple(hints), self._vad)

    async def recognize_stream(self, rate_hz: int, pieces: AsyncIterator[Samples]) -> AsyncGenerator[RecognitionEvent]:
        """Recognises when the audio has ended: Whisper hears whole recordings only."""
        recording = await whole(rate_hz, pieces)
        if recording.samples.size > 0:
            yield engine.Final(milliseconds(recording), await self.recognize(recording, ()))

    async def close(self) -> None:
        """Waits for the recognition that runs."""
        await self._workers.close()


def load(name: str) -> Model:
    """Loads a model: 8 bit integers on the processor.

    Raises:
        EngineFailedError: The package or the model is missing; the text says which and what to do.
    """
    try:
        package = importlib.import_module("faster_whisper")
    except ImportError as error:
        raise EngineFailedError(
            'STT_ENGINE: faster-whisper is not installed: pip install "calling-orchestrator[whisper]"'
        ) from error
    try:
        loaded = package.WhisperModel(name, device="cpu", compute_type="int8")
    except Exception as error:  # whatever the hub, the file system or CTranslate2 raise
        logger.warning("model_not_loaded", error=type(error).__name__)
        raise EngineFailedError(f"WHISPER_MODEL: the model {name!r} is not here and cannot be fetched") from error
    if not loaded.model.is_multilingual:
        raise EngineFailedError(f"WHISPER_MODEL: the model {name!r} knows English only")
    model: Model = loaded
    return model


def transcribed(model: Model, recording: Recording, hints: tuple[str, ...], vad: bool) -> Recognition:
    """Recognises a recording. Blocks."""
    limit = round(recording.seconds * _TOKENS_A_SECOND)
    segments, _ = model.transcribe(
        recording.at(MODEL_HZ).astype(np.float32) / np.float32(FULL_SCALE),
        language=LANGUAGE,
        temperature=0.0,
        beam_size=5,
        condition_on_previous_text=False,
        max_new_tokens=min(max(limit, _FEWEST_TOKENS), _MOST_TOKENS),
        hotwords=" ".join(hints) or None,
        vad_filter=vad,
    )
    try:
        spoken = [segment for segment in segments if _is_speech(segment)]
    except Exception as error:
        logger.warning("recognition_failed", error=type(error).__name__)
        raise EngineFailedError("the recognition failed") from error
    if not spoken:
        return Recognition("", None)
    likelihood = sum(math.exp(min(segment.avg_logprob, 0.0)) * (1 - segment.no_speech_prob) for segment in spoken)
    return Recognition(" ".join(segment.text.strip() for segment in spoken), likelihood / len(spoken))


def _is_speech(segment: Segment) -> bool:
    """Rejects what Whisper makes of noise: by its own doubts (Whisper's paper, 4.5), and by what it always says."""
    doubtful = segment.no_speech_prob > _NO_SPEECH and segment.avg_logprob < _UNLIKELY
    return bool(segment.text.strip()) and not doubtful and not is_hallucination(segment.text)
