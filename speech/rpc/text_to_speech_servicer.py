"""TextToSpeechService: validates, asks the engine, encodes. Called by gRPC; calls `speech.engine`."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final

from calling.v1 import text_to_speech_service_pb2 as pb
from calling.v1.audio_pb2 import AudioFormat
from calling.v1.text_to_speech_service_pb2_grpc import TextToSpeechServiceServicer
from observability import log
from speech.engine import StreamingTextToSpeechEngine, TextToSpeechEngine
from speech.errors import InvalidFieldError
from speech.rpc.answering import Answering, Context
from speech.rpc.errors import Reason
from speech.rpc.formats import bytes_of, raw, resolved
from speech.rpc.live_pieces import LivePieces
from speech.rpc.validation import Delivery, check_length, check_text, delivery_of
from speech.sentences import SentenceCutter

IDLE_SECONDS: Final = 60.0

_PIECES_A_SECOND: Final = 10
_UNAVAILABLE: Final = Reason.ERROR_REASON_TEXT_TO_SPEECH_UNAVAILABLE

logger = log.get(__name__)


class TextToSpeechRpc(TextToSpeechServiceServicer):
    """Serves one engine."""

    def __init__(self, engine: TextToSpeechEngine, answering: Answering) -> None:
        self._engine = engine
        self._answering = answering

    async def Synthesize(self, request: pb.SynthesizeRequest, context: Context) -> pb.SynthesizeResponse:
        """Speaks a text."""
        async with self._answering.rpc(context, _UNAVAILABLE):
            audio_format = resolved(request.config.format, "config.format")
            delivery = delivery_of(request.config)
            check_text(request.text)
            audio = await self._spoken(request.text, delivery, audio_format)
            return pb.SynthesizeResponse(audio=audio, format=audio_format, engine=self._engine.name)

    # grpc.aio also takes a coroutine that writes; unlike a generator, it is sure to be left when the call is cancelled.
    async def StreamingSynthesize(  # type: ignore[override]
        self, request_iterator: AsyncIterator[pb.StreamingSynthesizeRequest], context: Context
    ) -> None:
        """Speaks a text as it comes, sentence by sentence."""
        async with self._answering.rpc(context, _UNAVAILABLE, longest=None):
            config = await _stream_config(request_iterator)
            audio_format = raw(config.format, "config.format")
            delivery = delivery_of(config)
            await context.write(pb.StreamingSynthesizeResponse(format=audio_format))
            async with aclosing(_sentences(request_iterator)) as sentences:
                async for sentence in sentences:
                    async with aclosing(self._pieces(sentence, delivery, audio_format)) as pieces:
                        async for piece in pieces:
                            await context.write(pb.StreamingSynthesizeResponse(audio=piece))

    def _pieces(self, text: str, delivery: Delivery, audio_format: AudioFormat) -> AsyncGenerator[bytes]:
        """Returns a sentence as pieces of a stream, from its first sound on where the engine can."""
        if isinstance(self._engine, StreamingTextToSpeechEngine):
            return _live_pieces(self._engine, text, delivery, audio_format)
        return self._whole_pieces(text, delivery, audio_format)

    async def _whole_pieces(self, text: str, delivery: Delivery, audio_format: AudioFormat) -> AsyncGenerator[bytes]:
        audio = await self._spoken(text, delivery, audio_format)
        width = 2 if audio_format.encoding == AudioFormat.ENCODING_LINEAR16 else 1
        size = width * (audio_format.sample_rate_hertz // _PIECES_A_SECOND)
        for start in range(0, len(audio), size):
            yield audio[start : start + size]

    async def _spoken(self, text: str, delivery: Delivery, audio_format: AudioFormat) -> bytes:
        began = time.monotonic()
        recording = await self._engine.synthesize(text, delivery.voice, delivery.speaking_rate)
        audio = await asyncio.to_thread(bytes_of, recording, audio_format)
        took = time.monotonic() - began
        logger.info("synthesized", engine=self._engine.name, audio_s=round(recording.seconds, 2), took_s=round(took, 3))
        return audio


async def _live_pieces(
    engine: StreamingTextToSpeechEngine, text: str, delivery: Delivery, audio_format: AudioFormat
) -> AsyncGenerator[bytes]:
    began = time.monotonic()
    first_s: float | None = None
    live = LivePieces(audio_format)
    async with aclosing(engine.synthesize_stream(text, delivery.voice, delivery.speaking_rate)) as recordings:
        async for recording in recordings:
            for piece in live.feed(recording):
                first_s = first_s or round(time.monotonic() - began, 3)
                yield piece
    for piece in live.finish():
        yield piece
    took_s = round(time.monotonic() - began, 3)
    logger.info("synthesized", engine=engine.name, audio_s=round(live.seconds, 2), first_s=first_s, took_s=took_s)


async def _stream_config(requests: AsyncIterator[pb.StreamingSynthesizeRequest]) -> pb.SynthesisConfig:
    """Takes the first request, which says how to speak."""
    async with asyncio.timeout(IDLE_SECONDS):
        first = await anext(requests, None)
    if first is None or first.WhichOneof("payload") != "config":
        raise InvalidFieldError("config", "must be in the first message")
    return first.config


async def _sentences(requests: AsyncIterator[pb.StreamingSynthesizeRequest]) -> AsyncGenerator[str]:
    """Yields the text that follows, cut into sentences, within its limits of length and idleness."""
    cutter = SentenceCutter()
    characters = 0
    spoke = False
    while True:
        async with asyncio.timeout(IDLE_SECONDS):
            request = await anext(requests, None)
        if request is None:
            break
        if request.WhichOneof("payload") != "text":
            raise InvalidFieldError("text", "must be in every message but the first")
        characters += len(request.text)
        check_length(characters)
        for sentence in cutter.feed(request.text):
            spoke = True
            yield sentence
    for sentence in cutter.finish():
        spoke = True
        yield sentence
    if not spoke:
        raise InvalidFieldError("text", "is empty")
