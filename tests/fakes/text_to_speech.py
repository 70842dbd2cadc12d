"""A synthesiser that answers at once."""

from __future__ import annotations

import asyncio

from orchestrator.domain.errors import TextToSpeechUnavailable
from tests.fakes.wav import tiny_wav


class ScriptedTextToSpeech:
    """Speaks tiny WAV files.

    Attributes:
        delay: seconds an answer takes.
        error: raised instead of an answer.
        spoken: every text, in order.
    """

    def __init__(self, *, delay: float = 0.0, error: Exception | None = None) -> None:
        self.delay = delay
        self.error = error
        self.spoken: list[str] = []

    async def synthesize(self, text: str, *, timeout: float) -> bytes:
        self.spoken.append(text)
        await asyncio.sleep(min(self.delay, timeout))
        if self.delay >= timeout:
            raise TextToSpeechUnavailable
        if self.error is not None:
            raise self.error
        return tiny_wav()
