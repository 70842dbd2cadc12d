"""Engines whose behaviour a test decides."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence

import numpy as np

from audio import Samples
from audio.wav import Recording
from speech.bootstrap import Engines
from speech.engine import Final, Interim, Recognition, RecognitionEvent, SpeechEnded, SpeechStarted


class FakeSpeechToText:
    """Hears what it is told to hear; does not stream."""

    name = "fake"

    def __init__(self, behaviour: Callable[[], Awaitable[Recognition]] | None = None) -> None:
        self.behaviour = behaviour
        self.recordings: list[Recording] = []
        self.hints: list[tuple[str, ...]] = []
        self.closed = False

    async def prepare(self) -> None:
        pass

    async def recognize(self, recording: Recording, hints: Sequence[str]) -> Recognition:
        self.recordings.append(recording)
        self.hints.append(tuple(hints))
        return await self.behaviour() if self.behaviour else Recognition("네", None)

    async def close(self) -> None:
        self.closed = True


class StreamingFakeSpeechToText(FakeSpeechToText):
    """Hears one word a piece of audio, and remembers how its stream ended."""

    def __init__(self) -> None:
        super().__init__()
        self.left = asyncio.Event()
        self.pieces = 0

    async def recognize_stream(self, rate_hz: int, pieces: AsyncIterator[Samples]) -> AsyncGenerator[RecognitionEvent]:
        del rate_hz
        try:
            yield SpeechStarted(0)
            async for _ in pieces:
                self.pieces += 1
                yield Interim(self.pieces, Recognition("네", 0.5))
            yield SpeechEnded(self.pieces)
            yield Final(self.pieces, Recognition("네", 0.5))
        finally:
            self.left.set()


class FakeTextToSpeech:
    """Says everything as a tenth of a second of a constant."""

    name = "fake"

    def __init__(self, behaviour: Callable[[], Awaitable[Recording]] | None = None) -> None:
        self.behaviour = behaviour
        self.asked: list[tuple[str, str, float]] = []
        self.closed = False

    async def prepare(self) -> None:
        pass

    async def synthesize(self, text: str, voice: str, speaking_rate: float) -> Recording:
        self.asked.append((text, voice, speaking_rate))
        return await self.behaviour() if self.behaviour else Recording(np.full(800, 1000, np.int16), 8000)

    async def close(self) -> None:
        self.closed = True


def engines(stt: FakeSpeechToText | None = None, tts: FakeTextToSpeech | None = None) -> Engines:
    return Engines(stt or FakeSpeechToText(), tts or FakeTextToSpeech())
