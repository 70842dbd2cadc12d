"""A recogniser that listens while one speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from orchestrator.dialogue.ports.speech import Final, Interim
from orchestrator.domain.errors import SpeechToTextUnavailable


class ScriptedStreamingSpeechToText:
    """Hears one more word of its text with each piece of audio, and the whole at its end.

    Attributes:
        text: what it hears.
        confidence: of the final words.
        delay: seconds from the end of the audio to the final words.
        error: raised instead of the final words.
        heard: all audio, stream by stream.
        under_way: how many recognitions run now.
    """

    def __init__(self, text: str = "네 맞아요", confidence: float | None = 0.75) -> None:
        self.text = text
        self.confidence = confidence
        self.delay = 0.0
        self.error: Exception | None = None
        self.heard: list[bytes] = []
        self.under_way = 0

    async def recognize(self, audio: AsyncIterator[bytes], *, timeout: float) -> AsyncGenerator[Interim | Final, None]:
        self.under_way += 1
        stream = len(self.heard)
        self.heard.append(b"")
        words, count = self.text.split(), 0
        try:
            async for piece in audio:
                self.heard[stream] += piece
                if count < len(words):
                    count += 1
                    yield Interim(" ".join(words[:count]))
            await asyncio.sleep(min(self.delay, timeout))
            if self.delay >= timeout:
                raise SpeechToTextUnavailable
            if self.error is not None:
                raise self.error
            yield Final(self.text, self.confidence)
        finally:
            self.under_way -= 1
