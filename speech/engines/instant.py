"""Engines that answer at once, for measuring what everything but the engines costs. They hear and say nothing real."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

import numpy as np

from audio import TELEPHONE_HZ, Samples
from audio.wav import Recording
from speech import engine
from speech.engine import Interim, Recognition, RecognitionEvent, SpeechEnded, SpeechStarted

NAME: Final = "instant"

ANSWER: Final = "네, 괜찮아요."
_TONE_HZ, _TONE_LEVEL = 440, 3000


class InstantSpeechToText:
    """Always hears the same words."""

    name = NAME

    async def prepare(self) -> None:
        """Needs nothing."""

    async def recognize(self, recording: Recording, hints: Sequence[str]) -> Recognition:
        """Returns the fixed words."""
        del recording, hints
        return Recognition(ANSWER, 1.0)

    async def recognize_stream(self, rate_hz: int, pieces: AsyncIterator[Samples]) -> AsyncGenerator[RecognitionEvent]:
        """Hears the fixed words in all of the stream: one utterance, which begins and ends with it."""
        samples = 0
        async for piece in pieces:
            if samples == 0 and piece.size > 0:
                yield SpeechStarted(0)
                yield Interim(0, Recognition(ANSWER.split()[0], 1.0))
            samples += piece.size
        if samples > 0:
            offset_ms = samples * 1000 // rate_hz
            yield SpeechEnded(offset_ms)
            yield engine.Final(offset_ms, Recognition(ANSWER, 1.0))

    async def close(self) -> None:
        """Holds nothing."""


class InstantTextToSpeech:
    """Says everything as one second of a tone."""

    name = NAME

    def __init__(self) -> None:
        time = np.arange(TELEPHONE_HZ) / TELEPHONE_HZ
        tone = np.rint(_TONE_LEVEL * np.sin(2 * np.pi * _TONE_HZ * time)).astype(np.int16)
        self._recording = Recording(tone, TELEPHONE_HZ)

    async def prepare(self) -> None:
        """Needs nothing."""

    async def synthesize(self, text: str, voice: str, speaking_rate: float) -> Recording:
        """Returns the tone."""
        del text, voice, speaking_rate
        return self._recording

    async def close(self) -> None:
        """Holds nothing."""
