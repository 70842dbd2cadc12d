"""Recognisers, synthesisers, and telling silence from sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a recogniser made of a recording; no words is an empty text."""

    text: str
    confidence: float | None = None


class SpeechToText(Protocol):
    """Recognises recordings."""

    async def recognize(self, audio: bytes, *, timeout: float) -> Recognition:
        """Recognises a WAV file within `timeout` seconds.

        Raises:
            SpeechToTextUnavailable: no answer in time, or the recogniser failed.
            InvalidAudio: the recording is no audio.
        """
        ...


class Activity(Protocol):
    """Tells silence from sound."""

    def loud_seconds(self, recording: bytes) -> float:
        """Returns for how many seconds a WAV file is clearly louder than its background."""
        ...


class TextToSpeech(Protocol):
    """Speaks."""

    async def synthesize(self, text: str, *, timeout: float) -> bytes:
        """Returns a WAV file (8 kHz mono) that says the text, within `timeout` seconds.

        Raises:
            TextToSpeechUnavailable: no answer in time, or the synthesiser failed.
        """
        ...
