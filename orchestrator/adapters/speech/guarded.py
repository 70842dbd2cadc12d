"""Speech servers behind circuit breakers: while one is down, no turn waits for it again and again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from orchestrator.adapters.circuit import Guard
from orchestrator.dialogue.ports.speech import (
    Final,
    Interim,
    Recognition,
    SpeechToText,
    StreamingSpeechToText,
    StreamingTextToSpeech,
    TextToSpeech,
)
from orchestrator.domain.errors import SpeechToTextUnavailable, TextToSpeechUnavailable


@dataclass(frozen=True, slots=True)
class GuardedSpeechToText:
    """The port `SpeechToText`."""

    recogniser: SpeechToText
    guard: Guard

    async def recognize(self, audio: bytes, *, timeout: float) -> Recognition:
        """Recognises a WAV file; a recording that is refused is no failure of the recogniser's."""
        with self.guard.use(SpeechToTextUnavailable, timeout=timeout):
            return await self.recogniser.recognize(audio, timeout=timeout)


@dataclass(frozen=True, slots=True)
class GuardedTextToSpeech:
    """The port `TextToSpeech`."""

    synthesiser: TextToSpeech
    guard: Guard

    async def synthesize(self, text: str, *, timeout: float) -> bytes:
        """Returns a WAV file that says the text."""
        with self.guard.use(TextToSpeechUnavailable, timeout=timeout):
            return await self.synthesiser.synthesize(text, timeout=timeout)


@dataclass(frozen=True, slots=True)
class GuardedStreamingSpeechToText:
    """The port `StreamingSpeechToText`."""

    recogniser: StreamingSpeechToText
    guard: Guard

    async def recognize(self, audio: AsyncIterator[bytes], *, timeout: float) -> AsyncGenerator[Interim | Final, None]:
        """Yields what is understood. A recognition that is closed before its end says nothing of the server."""
        with self.guard.use(SpeechToTextUnavailable, timeout=timeout):
            async with aclosing(self.recogniser.recognize(audio, timeout=timeout)) as events:
                async for event in events:
                    yield event


class GuardedStreamingTextToSpeech:
    """The port `StreamingTextToSpeech`.

    Attributes:
        voice: names the engine's voice.
        guard: knows whether it is left alone.
    """

    def __init__(self, synthesiser: StreamingTextToSpeech, guard: Guard) -> None:
        self._synthesiser = synthesiser
        self.voice = synthesiser.voice
        self.guard = guard

    async def synthesize(self, text: str, *, timeout: float) -> AsyncGenerator[bytes, None]:
        """Yields pieces of mu-law at 8000 Hz."""
        with self.guard.use(TextToSpeechUnavailable, timeout=timeout):
            async with aclosing(self._synthesiser.synthesize(text, timeout=timeout)) as pieces:
                async for piece in pieces:
                    yield piece
