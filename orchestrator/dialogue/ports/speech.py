"""Recognisers, synthesisers, and telling silence from sound."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
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

    def has_beep(self, recording: bytes) -> bool:
        """Returns whether a voicemail's beep is to be heard in a WAV file."""
        ...


class TextToSpeech(Protocol):
    """Speaks."""

    async def synthesize(self, text: str, *, timeout: float) -> bytes:
        """Returns a WAV file (8 kHz mono) that says the text, within `timeout` seconds.

        Raises:
            TextToSpeechUnavailable: no answer in time, or the synthesiser failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Interim:
    """What a recogniser understood so far of an utterance; may still change."""

    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """What a recogniser understood of an utterance, or of a part of it; does not change. More may follow.

    Attributes:
        confidence: 0 to 1; None: the recogniser does not say.
    """

    text: str
    confidence: float | None = None


class StreamingSpeechToText(Protocol):
    """Recognises speech while it is spoken."""

    def recognize(self, audio: AsyncIterator[bytes], *, timeout: float) -> AsyncGenerator[Interim | Final, None]:
        """Yields what is understood, until the audio has ended and all of it was understood.

        Args:
            audio: mu-law at 8000 Hz, in pieces of any size, as it comes. Its end says that no more audio follows.
            timeout: seconds from the end of the audio to the last event; and, before it, for the server to be reached.

        Closing the generator cancels the recognition.

        Raises:
            SpeechToTextUnavailable: no answer in time, the recogniser failed, or it cannot stream.
        """
        ...


class StreamingTextToSpeech(Protocol):
    """Speaks, piece by piece.

    Attributes:
        voice: names the engine's voice, for keys of caches.
    """

    voice: str

    def synthesize(self, text: str, *, timeout: float) -> AsyncGenerator[bytes, None]:
        """Yields pieces of mu-law at 8000 Hz that say the text, the first as soon as it is there.

        Args:
            text: a sentence or a few.
            timeout: seconds to the first piece, and from each to the next.

        Closing the generator cancels the synthesis.

        Raises:
            TextToSpeechUnavailable: no answer in time, or the synthesiser failed.
        """
        ...


class SpeechCache(Protocol):
    """Keeps spoken sentences for all replicas. Losing one costs a synthesis, nothing more; it never fails."""

    async def get(self, key: str) -> bytes | None:
        """Returns mu-law at 8000 Hz that was put under a key; None: it is not there (any more)."""
        ...

    async def put(self, key: str, speech: bytes) -> None:
        """Keeps speech for a while."""
        ...
