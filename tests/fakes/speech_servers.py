"""Speech servers over real gRPC that answer, and fail, as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from calling.v1 import (
    speech_to_text_service_pb2,
    speech_to_text_service_pb2_grpc,
    text_to_speech_service_pb2,
    text_to_speech_service_pb2_grpc,
)
from tests.fakes.wav import tiny_wav

Context = grpc.aio.ServicerContext[Any, Any]


def invalid_audio(description: str = "is no audio") -> status_pb2.Status:
    """The error of a recogniser that refuses its audio."""
    info, request = any_pb2.Any(), any_pb2.Any()
    info.Pack(error_details_pb2.ErrorInfo(reason="ERROR_REASON_INVALID_AUDIO", domain="calling.v1"))
    violation = error_details_pb2.BadRequest.FieldViolation(field="audio", description=description)
    request.Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    return status_pb2.Status(code=grpc.StatusCode.INVALID_ARGUMENT.value[0], details=[info, request])


class _Scripted:
    """What both servers have.

    Attributes:
        delay: seconds an answer takes.
        failure: the status of every answer.
        failures: how many answers fail; None: all.
        requests: all that were asked.
        remaining: seconds the clients gave, request by request.
    """

    def __init__(self) -> None:
        self.delay = 0.0
        self.failure: status_pb2.Status | grpc.StatusCode | None = None
        self.failures: int | None = None
        self.requests: list[Any] = []
        self.remaining: list[float | None] = []

    async def _take(self, request: Any, context: Context) -> None:
        self.requests.append(request)
        self.remaining.append(context.time_remaining())
        await asyncio.sleep(self.delay)
        if self.failure is None or self.failures == 0:
            return
        if self.failures is not None:
            self.failures -= 1
        if isinstance(self.failure, grpc.StatusCode):
            await context.abort(self.failure, "scripted")
        await context.abort_with_status(rpc_status.to_status(self.failure))


class ScriptedRecogniser(_Scripted, speech_to_text_service_pb2_grpc.SpeechToTextServiceServicer):
    """Recognises one sentence in everything."""

    def __init__(self, text: str = "네, 맞아요.", confidence: float | None = 0.75) -> None:
        super().__init__()
        self.text = text
        self.confidence = confidence

    async def Recognize(
        self, request: speech_to_text_service_pb2.RecognizeRequest, context: Context
    ) -> speech_to_text_service_pb2.RecognizeResponse:
        await self._take(request, context)
        transcript = speech_to_text_service_pb2.Transcript(text=self.text, confidence=self.confidence)
        return speech_to_text_service_pb2.RecognizeResponse(transcript=transcript, engine="scripted")


class ScriptedSynthesiser(_Scripted, text_to_speech_service_pb2_grpc.TextToSpeechServiceServicer):
    """Speaks one tiny WAV file."""

    def __init__(self, audio: bytes | None = None) -> None:
        super().__init__()
        self.audio = tiny_wav("spoken") if audio is None else audio

    async def Synthesize(
        self, request: text_to_speech_service_pb2.SynthesizeRequest, context: Context
    ) -> text_to_speech_service_pb2.SynthesizeResponse:
        await self._take(request, context)
        return text_to_speech_service_pb2.SynthesizeResponse(audio=self.audio, engine="scripted")


@asynccontextmanager
async def serving(*servicers: ScriptedRecogniser | ScriptedSynthesiser, port: int = 0) -> AsyncIterator[int]:
    """Serves on a port of this machine and gives it."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", 32 << 20)])
    for servicer in servicers:
        if isinstance(servicer, ScriptedRecogniser):
            speech_to_text_service_pb2_grpc.add_SpeechToTextServiceServicer_to_server(servicer, server)
        else:
            text_to_speech_service_pb2_grpc.add_TextToSpeechServiceServicer_to_server(servicer, server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(None)
