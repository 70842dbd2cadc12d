"""A speech recogniser behind gRPC: the port `SpeechToText`."""

from __future__ import annotations

from typing import cast

import grpc.aio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from calling.v1 import audio_pb2, error_reason_pb2, speech_to_text_service_pb2, speech_to_text_service_pb2_grpc
from observability import log
from orchestrator.adapters.speech.attempts import SpeechServers
from orchestrator.dialogue.ports.speech import Recognition
from orchestrator.domain.errors import InvalidAudio, SpeechToTextUnavailable

logger = log.get(__name__)

_INVALID_AUDIO = error_reason_pb2.ErrorReason.Name(error_reason_pb2.ERROR_REASON_INVALID_AUDIO)


class GrpcSpeechToText:
    """Recognises whole recordings."""

    def __init__(self, address: str, *, language: str = "ko-KR") -> None:
        """Makes it; where the event loop runs.

        Args:
            address: `host:port` of the server.
            language: BCP 47.
        """
        self._servers = SpeechServers(address)
        self._config = speech_to_text_service_pb2.RecognitionConfig(
            format=audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_WAV), language_code=language
        )

    async def close(self) -> None:
        """Closes the connection."""
        await self._servers.close()

    async def recognize(self, audio: bytes, *, timeout: float) -> Recognition:
        """Recognises a WAV file."""
        request = speech_to_text_service_pb2.RecognizeRequest(config=self._config, audio=audio)

        async def ask(channel: grpc.aio.Channel, timeout: float) -> speech_to_text_service_pb2.RecognizeResponse:
            stub = speech_to_text_service_pb2_grpc.SpeechToTextServiceStub(channel)
            return await stub.Recognize(request, timeout=timeout)

        try:
            response = await self._servers.ask(ask, timeout=timeout)
        except grpc.aio.AioRpcError as error:
            if _is_about_audio(error):
                raise InvalidAudio("is refused by the recogniser") from None
            logger.warning("speech_to_text_failed", status=error.code().name)
            raise SpeechToTextUnavailable from None  # a server's own words may repeat what was said
        transcript = response.transcript
        confidence = transcript.confidence if transcript.HasField("confidence") else None
        return Recognition(transcript.text.strip(), confidence)


def _is_about_audio(error: grpc.aio.AioRpcError) -> bool:
    if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
        return False
    status = rpc_status.from_call(cast("grpc.Call", error))  # it has all that is read of one
    for detail in status.details if status is not None else ():
        info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info) and info.reason == _INVALID_AUDIO:
            return True
        if detail.Unpack(request) and any(violation.field == "audio" for violation in request.field_violations):
            return True
    return False
