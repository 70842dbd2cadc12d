"""A speech synthesiser behind gRPC that speaks piece by piece: the port `StreamingTextToSpeech`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import grpc.aio

from calling.v1 import audio_pb2, text_to_speech_service_pb2, text_to_speech_service_pb2_grpc
from observability import log
from orchestrator.adapters.speech.channel import open_channel
from orchestrator.domain.errors import TextToSpeechUnavailable

logger = log.get(__name__)

_TELEPHONE = audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)

_Call = grpc.aio.StreamStreamCall[Any, Any]
_Request = text_to_speech_service_pb2.StreamingSynthesizeRequest
_Response = text_to_speech_service_pb2.StreamingSynthesizeResponse


class GrpcStreamingTextToSpeech:
    """Speaks sentences.

    Attributes:
        voice: language, voice, speed and server; a server that gets another engine under the same address is not told
            apart.
    """

    def __init__(self, address: str, *, language: str = "ko-KR", voice: str = "", speaking_rate: float = 1.0) -> None:
        """Makes it; where the event loop runs.

        Args:
            address: `host:port` of the server.
            language: BCP 47.
            voice: the engine's name of a voice; empty: its default.
            speaking_rate: 1 is the voice's own.
        """
        self.voice = f"{language}/{voice}/{speaking_rate:g}@{address}"
        self._channel = open_channel(address)
        self._stub = text_to_speech_service_pb2_grpc.TextToSpeechServiceStub(self._channel)
        self._config = text_to_speech_service_pb2.SynthesisConfig(
            voice=voice, language_code=language, speaking_rate=speaking_rate, format=_TELEPHONE
        )

    async def close(self) -> None:
        """Closes the channel."""
        await self._channel.close()

    async def synthesize(self, text: str, *, timeout: float) -> AsyncGenerator[bytes, None]:
        """Yields pieces of mu-law at 8000 Hz."""
        call: _Call = self._stub.StreamingSynthesize(self._requests(text))
        sounded = False
        try:
            while piece := await _piece(call, timeout):
                sounded = True
                yield piece
        finally:
            call.cancel()
        if not sounded:
            logger.warning("text_to_speech_gave_no_audio")
            raise TextToSpeechUnavailable

    def _requests(self, text: str) -> Iterator[_Request]:
        yield _Request(config=self._config)
        yield _Request(text=text)


async def _piece(call: _Call, timeout: float) -> bytes:
    """Returns the next piece; empty: there is none.

    Raises:
        TextToSpeechUnavailable: it does not come within `timeout` seconds, or the server failed.
    """
    try:
        async with asyncio.timeout(timeout):
            while isinstance(response := await call.read(), _Response):
                if response.audio:
                    return response.audio
            return b""
    except TimeoutError:
        logger.warning("text_to_speech_timed_out")
        raise TextToSpeechUnavailable from None
    except grpc.aio.AioRpcError as error:
        logger.warning("text_to_speech_failed", status=error.code().name)
        raise TextToSpeechUnavailable from None  # a server's own words may repeat the text
