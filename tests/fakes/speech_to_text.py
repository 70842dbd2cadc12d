"""A recogniser that knows its lines."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from orchestrator.dialogue.ports.speech import Recognition
from orchestrator.domain.errors import InvalidAudio, SpeechToTextUnavailable


class ScriptedSpeechToText:
    """Answers by what the audio holds: `tiny_wav("RE1")`, as `ScriptedTelephone` gives, answers `texts["RE1"]`.

    Attributes:
        texts: words by marker; a change between two calls counts.
        otherwise: the words for everything else.
        delay: seconds an answer takes.
        error: raised instead of an answer.
        heard: the audio of every call, in order.
    """

    def __init__(
        self,
        texts: Mapping[str, str] | None = None,
        *,
        otherwise: str = "",
        confidence: float | None = 0.9,
        delay: float = 0.0,
        error: Exception | None = None,
    ) -> None:
        self.texts = dict(texts or {})
        self.otherwise = otherwise
        self.confidence = confidence
        self.delay = delay
        self.error = error
        self.heard: list[bytes] = []

    async def recognize(self, audio: bytes, *, timeout: float) -> Recognition:
        self.heard.append(audio)
        await asyncio.sleep(min(self.delay, timeout))
        if self.delay >= timeout:
            raise SpeechToTextUnavailable
        if self.error is not None:
            raise self.error
        if not audio.startswith(b"RIFF"):
            raise InvalidAudio("must be a WAV file")
        said = (text for marker, text in self.texts.items() if marker.encode() + b"\xff" in audio)
        return Recognition(next(said, self.otherwise), self.confidence)
