"""A recogniser that hears the end of speech by loudness, and the words by the number hidden in the audio.

Its interim words are those that a person who speaks as fast as most has had the time to say, a little while ago.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
import numpy as np

from audio import mulaw, wav
from calling.v1 import speech_to_text_service_pb2 as pb
from calling.v1 import speech_to_text_service_pb2_grpc as pb_grpc
from tests.bench.streams.utterances import CODE_LENGTH, TEXTS, number_in

_LOUD: Final = 300
_INTERIM_SECONDS: Final = 0.1
_INTERIM_LAG: Final = 0.15
_SYLLABLES_A_SECOND: Final = 7.5
_SHORTEST_PAUSE: Final = 0.12
"""Seconds: audio comes in pieces of up to 100 ms, and less silence than this may be the wait for the next one."""
_LEVELS: Final = np.abs(mulaw.decode(bytes(range(256))).astype(np.int32))

Context = grpc.aio.ServicerContext[Any, Any]


class SimulatedRecogniser(pb_grpc.SpeechToTextServiceServicer):
    """Serves recognition that costs next to nothing and takes as long as it is told."""

    def __init__(self, delay: float) -> None:
        """Listens to nobody yet.

        Args:
            delay: seconds from the end of speech to the final words.
        """
        self._delay = delay

    async def Recognize(self, request: pb.RecognizeRequest, context: Context) -> pb.RecognizeResponse:
        await asyncio.sleep(self._delay)
        number = number_in(mulaw.encode(wav.read(request.audio).samples))
        return pb.RecognizeResponse(transcript=_transcript(number), engine="simulated")

    async def StreamingRecognize(  # type: ignore[override] # grpc.aio also takes a coroutine that writes
        self, request_iterator: AsyncIterator[pb.StreamingRecognizeRequest], context: Context
    ) -> None:
        listening = _Listening(context, self._delay)
        try:
            async for request in request_iterator:
                if request.audio:
                    await listening.take(request.audio)
            await listening.end()
        finally:
            listening.close()


@dataclass
class _Listening:
    """One stream: what is being said, and when its final words are due."""

    context: Context
    delay: float
    number: int | None = None
    speaking: bool = False
    began: float = 0.0
    last_loud: float = 0.0
    interim: asyncio.Task[None] | None = None
    tail: bytes = b""
    finishing: asyncio.Task[None] | None = None
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, audio: bytes) -> None:
        """Takes the next piece of audio."""
        if _LEVELS[np.frombuffer(audio, np.uint8)].mean() < _LOUD:
            return
        now = asyncio.get_running_loop().time()
        self.last_loud = now
        if not self.speaking:
            self.speaking, self.number, self.began = True, None, now
            await self._write(speech_started=pb.SpeechStarted())
            self.finishing = asyncio.create_task(self._finish())
            self.interim = asyncio.create_task(self._say_interims())
        if self.number is None:
            self.number = number_in(self.tail + audio)
            self.tail = audio[-CODE_LENGTH:]

    async def end(self) -> None:
        """Says the last words, when they are due."""
        if self.finishing is not None:
            if self.delay == 0.0 and self.speaking:
                self.finishing.cancel()
                await self._say_final()
            else:
                await self.finishing

    def close(self) -> None:
        """Gives up what is under way."""
        for task in (self.finishing, self.interim):
            if task is not None:
                task.cancel()

    async def _say_interims(self) -> None:
        """Says what was understood so far, again and again while one speaks, and once more when they have ended."""
        loop = asyncio.get_running_loop()
        while self.speaking:
            await asyncio.sleep(_INTERIM_SECONDS)
            known = loop.time() - _INTERIM_LAG
            said = _words_in(self.number, known - self.began)
            interim = _transcript(self.number) if known > self.last_loud else pb.Transcript(text=said, confidence=0.9)
            if self.speaking and interim.text:
                await self._write(interim=interim)

    async def _finish(self) -> None:
        """Waits until the person has been silent for long enough, and says the final words."""
        loop = asyncio.get_running_loop()
        pause = max(self.delay, _SHORTEST_PAUSE)
        left = pause
        while left > 0:
            await asyncio.sleep(left)
            left = self.last_loud + pause - loop.time()
        await self._say_final()

    async def _say_final(self) -> None:
        self.speaking, self.tail = False, b""
        await self._write(speech_ended=pb.SpeechEnded())
        await self._write(final=_transcript(self.number))

    async def _write(self, **event: Any) -> None:
        async with self.writing:
            await self.context.write(pb.StreamingRecognizeResponse(**event))


def _words_in(number: int | None, seconds: float) -> str:
    """Returns the words that are said whole in so many seconds."""
    words: list[str] = []
    syllables = 0
    for word in TEXTS[number].split() if number is not None else ():
        syllables += len(word.strip(",.?"))
        if syllables > seconds * _SYLLABLES_A_SECOND:
            break
        words.append(word)
    return " ".join(words)


def _transcript(number: int | None) -> pb.Transcript:
    return pb.Transcript(text="" if number is None else TEXTS[number], confidence=0.9)
