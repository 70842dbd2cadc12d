"""SpeechToTextService: validates, decodes, asks the engine, converts. Called by gRPC; calls `speech.engine`."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration

from audio import Samples
from calling.v1 import speech_to_text_service_pb2 as pb
from calling.v1.audio_pb2 import AudioFormat
from calling.v1.speech_to_text_service_pb2_grpc import SpeechToTextServiceServicer
from observability import log
from speech import engine as port
from speech.errors import InvalidFieldError, RejectedAudioError, StreamingNotSupportedError
from speech.rpc.answering import Answering, Context
from speech.rpc.errors import Reason
from speech.rpc.formats import MAX_SECONDS, raw, recording_of, resolved, samples_of
from speech.rpc.validation import hints_of

MAX_PIECE_BYTES: Final = 15 * 1024
IDLE_SECONDS: Final = 60.0

_UNAVAILABLE: Final = Reason.ERROR_REASON_SPEECH_TO_TEXT_UNAVAILABLE

logger = log.get(__name__)


class SpeechToTextRpc(SpeechToTextServiceServicer):
    """Serves one engine."""

    def __init__(self, engine: port.SpeechToTextEngine, answering: Answering) -> None:
        self._engine = engine
        self._answering = answering

    async def Recognize(self, request: pb.RecognizeRequest, context: Context) -> pb.RecognizeResponse:
        """Recognises a whole recording."""
        async with self._answering.rpc(context, _UNAVAILABLE):
            audio_format = resolved(request.config.format, "config.format")
            hints = hints_of(request.config)
            recording = await asyncio.to_thread(recording_of, request.audio, audio_format)
            began = time.monotonic()
            recognition = await self._engine.recognize(recording, hints)
            took = time.monotonic() - began
            logger.info(
                "recognized", engine=self._engine.name, audio_s=round(recording.seconds, 2), took_s=round(took, 3)
            )
            return pb.RecognizeResponse(
                transcript=_transcript(recognition),
                audio_duration=_duration(round(recording.seconds * 1000)),
                engine=self._engine.name,
            )

    # grpc.aio also takes a coroutine that writes; unlike a generator, it is sure to be left when the call is cancelled.
    async def StreamingRecognize(  # type: ignore[override]
        self, request_iterator: AsyncIterator[pb.StreamingRecognizeRequest], context: Context
    ) -> None:
        """Recognises audio as it comes."""
        async with self._answering.rpc(context, _UNAVAILABLE, longest=None):
            if not isinstance(self._engine, port.StreamingSpeechToTextEngine):
                raise StreamingNotSupportedError("this engine recognises whole recordings only")
            audio_format = await _stream_format(request_iterator)
            pieces = _pieces(request_iterator, audio_format)
            async with (
                aclosing(pieces),
                aclosing(self._engine.recognize_stream(audio_format.sample_rate_hertz, pieces)) as events,
            ):
                async for event in events:
                    await context.write(_response(event))


async def _stream_format(requests: AsyncIterator[pb.StreamingRecognizeRequest]) -> AudioFormat:
    """Takes the first request, which says how to recognise."""
    async with asyncio.timeout(IDLE_SECONDS):
        first = await anext(requests, None)
    if first is None or first.WhichOneof("payload") != "config":
        raise InvalidFieldError("config", "must be in the first message")
    hints_of(first.config)
    return raw(first.config.format, "config.format")


async def _pieces(
    requests: AsyncIterator[pb.StreamingRecognizeRequest], audio_format: AudioFormat
) -> AsyncGenerator[Samples]:
    """Yields the audio that follows, decoded, within its limits of size, total and idleness."""
    left = MAX_SECONDS * audio_format.sample_rate_hertz
    while True:
        async with asyncio.timeout(IDLE_SECONDS):
            request = await anext(requests, None)
        if request is None:
            return
        if request.WhichOneof("payload") != "audio":
            raise InvalidFieldError("audio", "must be in every message but the first")
        if len(request.audio) > MAX_PIECE_BYTES:
            raise InvalidFieldError("audio", "has more than 15 KiB")
        samples = samples_of(request.audio, audio_format)
        left -= samples.size
        if left < 0:
            raise RejectedAudioError("audio", "is longer than 10 min in all")
        yield samples


def _response(event: port.RecognitionEvent) -> pb.StreamingRecognizeResponse:
    happened: dict[str, Any]
    match event:
        case port.SpeechStarted():
            happened = {"speech_started": pb.SpeechStarted()}
        case port.Interim():
            happened = {"interim": _transcript(event.recognition)}
        case port.Final():
            happened = {"final": _transcript(event.recognition)}
        case port.SpeechEnded():
            happened = {"speech_ended": pb.SpeechEnded()}
    return pb.StreamingRecognizeResponse(event_offset=_duration(event.offset_ms), **happened)


def _transcript(recognition: port.Recognition) -> pb.Transcript:
    return pb.Transcript(text=recognition.text, confidence=recognition.confidence)


def _duration(milliseconds: int) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(milliseconds)
    return duration
