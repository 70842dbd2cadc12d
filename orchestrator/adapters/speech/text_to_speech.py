"""A speech synthesiser behind gRPC: the port `TextToSpeech`."""

from __future__ import annotations

import grpc.aio

from audio import wav
from calling.v1 import audio_pb2, text_to_speech_service_pb2, text_to_speech_service_pb2_grpc
from observability import log
from orchestrator.adapters.speech.attempts import SpeechServers
from orchestrator.domain.errors import TextToSpeechUnavailable

logger = log.get(__name__)

_TELEPHONE = audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_WAV, sample_rate_hertz=8000)


class GrpcTextToSpeech:
    """Speaks whole sentences."""

    def __init__(self, address: str, *, language: str = "ko-KR", voice: str = "", speaking_rate: float = 1.0) -> None:
        """Makes it; where the event loop runs.

        Args:
            address: `host:port` of the server.
            language: BCP 47.
            voice: the engine's name of a voice; empty: its default.
            speaking_rate: 1 is the voice's own.
        """
        self._servers = SpeechServers(address)
        self._config = text_to_speech_service_pb2.SynthesisConfig(
            voice=voice, language_code=language, speaking_rate=speaking_rate, format=_TELEPHONE
        )

    async def close(self) -> None:
        """Closes the connection."""
        await self._servers.close()

    async def synthesize(self, text: str, *, timeout: float) -> bytes:
        """Returns a WAV file that says the text."""
        request = text_to_speech_service_pb2.SynthesizeRequest(config=self._config, text=text)

        async def ask(channel: grpc.aio.Channel, timeout: float) -> text_to_speech_service_pb2.SynthesizeResponse:
            stub = text_to_speech_service_pb2_grpc.TextToSpeechServiceStub(channel)
            return await stub.Synthesize(request, timeout=timeout)

        try:
            response = await self._servers.ask(ask, timeout=timeout)
        except grpc.aio.AioRpcError as error:
            logger.warning("text_to_speech_failed", status=error.code().name)
            raise TextToSpeechUnavailable from None  # a server's own words may repeat the text
        if not _has_sound(response.audio):
            logger.warning("text_to_speech_gave_no_audio", bytes=len(response.audio))
            raise TextToSpeechUnavailable
        return response.audio


def _has_sound(speech: bytes) -> bool:
    try:
        return wav.duration(speech) > 0
    except wav.InvalidAudioError:
        return False
