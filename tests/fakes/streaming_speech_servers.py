"""Speech servers over real gRPC that stream, and fail, as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from calling.v1 import audio_pb2
from calling.v1.speech_to_text_service_pb2 import (
    SpeechEnded,
    SpeechStarted,
    StreamingRecognizeRequest,
    StreamingRecognizeResponse,
    Transcript,
)
from calling.v1.text_to_speech_service_pb2 import StreamingSynthesizeRequest, StreamingSynthesizeResponse
from tests.fakes.speech_servers import Context, ScriptedRecogniser, ScriptedSynthesiser
from tests.fakes.streaming_text_to_speech import spoken


class StreamingRecogniser(ScriptedRecogniser):
    """Hears one more word of its text with each piece of audio, and the whole at its end.

    Attributes:
        final_delay: seconds from the end of the audio to the final words.
        closes_after: pieces after which it closes the stream as if all was well; None: it does not.
        fails_after: pieces after which it fails; None: at the end.
        ended: how many streams were left, however.
    """

    def __init__(self, text: str = "네 맞아요", confidence: float | None = 0.75) -> None:
        super().__init__(text, confidence)
        self.final_delay = 0.0
        self.closes_after: int | None = None
        self.fails_after: int | None = None
        self.ended = asyncio.Semaphore(0)

    async def StreamingRecognize(
        self, request_iterator: AsyncIterator[StreamingRecognizeRequest], context: Context
    ) -> None:
        try:
            await self._recognise(request_iterator, context)
        finally:
            self.ended.release()

    async def _recognise(self, requests: AsyncIterator[StreamingRecognizeRequest], context: Context) -> None:
        words, count = self.text.split(), 0
        await context.write(StreamingRecognizeResponse(speech_started=SpeechStarted()))
        async for request in requests:
            self.requests.append(request)
            if request.WhichOneof("payload") == "config":
                continue
            count += 1
            if count == self.closes_after:
                return
            if count == self.fails_after:
                await self._take(request, context)
            await context.write(StreamingRecognizeResponse(interim=Transcript(text=f" {' '.join(words[:count])} ")))
        await context.write(StreamingRecognizeResponse(speech_ended=SpeechEnded()))
        await asyncio.sleep(self.final_delay)
        await self._take(None, context)
        final = Transcript(text=self.text, confidence=self.confidence)
        await context.write(StreamingRecognizeResponse(final=final))


class StreamingSynthesiser(ScriptedSynthesiser):
    """Speaks bytes, piece by piece.

    Attributes:
        pieces: how many a text has.
        piece_delay: seconds to each piece.
        fails_after: pieces after which it fails, if it is told to.
        ended: how many streams were left, however.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pieces = 3
        self.piece_delay = 0.0
        self.fails_after = 0
        self.ended = asyncio.Semaphore(0)

    async def StreamingSynthesize(
        self, request_iterator: AsyncIterator[StreamingSynthesizeRequest], context: Context
    ) -> None:
        try:
            await self._speak(request_iterator, context)
        finally:
            self.ended.release()

    async def _speak(self, requests: AsyncIterator[StreamingSynthesizeRequest], context: Context) -> None:
        text = "".join([self._text(request) async for request in requests])
        telephone = audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)
        await context.write(StreamingSynthesizeResponse(format=telephone))
        for number, piece in enumerate(spoken(text, self.pieces)):
            if self.failure is not None and number == self.fails_after:
                await self._take(text, context)
            await asyncio.sleep(self.piece_delay)
            await context.write(StreamingSynthesizeResponse(audio=piece))
        if self.failure is not None and self.fails_after >= self.pieces:
            await self._take(text, context)

    def _text(self, request: Any) -> str:
        self.requests.append(request)
        return str(request.text)
