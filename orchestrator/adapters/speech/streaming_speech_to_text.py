"""A speech recogniser behind gRPC that listens while one speaks: the port `StreamingSpeechToText`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import grpc.aio

from calling.v1 import audio_pb2, speech_to_text_service_pb2, speech_to_text_service_pb2_grpc
from observability import log
from orchestrator.adapters.speech.channel import open_channel
from orchestrator.dialogue.ports.speech import Final, Interim
from orchestrator.domain.errors import SpeechToTextUnavailable

logger = log.get(__name__)

_TELEPHONE = audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)
_LARGEST_PIECE = 15 * 1024

_Call = grpc.aio.StreamStreamCall[Any, Any]
_Request = speech_to_text_service_pb2.StreamingRecognizeRequest
_Response = speech_to_text_service_pb2.StreamingRecognizeResponse


class GrpcStreamingSpeechToText:
    """Recognises speech while it is spoken."""

    def __init__(self, address: str, *, language: str = "ko-KR") -> None:
        """Makes it; where the event loop runs.

        Args:
            address: `host:port` of the server.
            language: BCP 47.
        """
        self._channel = open_channel(address)
        self._stub = speech_to_text_service_pb2_grpc.SpeechToTextServiceStub(self._channel)
        self._config = speech_to_text_service_pb2.RecognitionConfig(format=_TELEPHONE, language_code=language)

    async def close(self) -> None:
        """Closes the channel."""
        await self._channel.close()

    async def recognize(self, audio: AsyncIterator[bytes], *, timeout: float) -> AsyncGenerator[Interim | Final, None]:
        """Yields what is understood, until the audio has ended and all of it was understood."""
        call: _Call = self._stub.StreamingRecognize()
        patience = _Patience(timeout)
        sending = asyncio.create_task(self._send(call, audio, patience), name="audio-to-recogniser")
        try:
            while (response := await _response(call, patience)) is not None:
                if (event := _event(response)) is not None:
                    yield event
            if not patience.audio_ended:
                logger.warning("speech_to_text_ended_early")
                raise SpeechToTextUnavailable
        finally:
            call.cancel()
            sending.cancel()
            await asyncio.wait([sending])
            _raise_fault_of(sending)

    async def _send(self, call: _Call, audio: AsyncIterator[bytes], patience: _Patience) -> None:
        try:
            await call.write(_Request(config=self._config))
            patience.reached()
            async for piece in audio:
                for start in range(0, len(piece), _LARGEST_PIECE):
                    part = piece[start : start + _LARGEST_PIECE]
                    await call.write(_Request(audio=part))
            patience.end_of_audio()
            await call.done_writing()
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            return  # whoever reads is told why the call ended
        except Exception:
            patience.give_up()
            raise


class _Patience:
    """How long the next event is waited for: long while audio comes, `seconds` before it is taken and after its end.

    Attributes:
        audio_ended: all audio was sent.
    """

    def __init__(self, seconds: float) -> None:
        self.audio_ended = False
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._until: float | None = self._loop.time() + seconds
        self._wait: asyncio.Timeout | None = None

    def wait(self) -> asyncio.Timeout:
        """Returns a bound for one wait, which follows what happens meanwhile."""
        self._wait = asyncio.timeout_at(self._until)
        return self._wait

    def over(self) -> None:
        """The wait is over."""
        self._wait = None

    def reached(self) -> None:
        """The server takes audio."""
        self._change(None)

    def end_of_audio(self) -> None:
        """No more audio follows."""
        self.audio_ended = True
        self._change(self._loop.time() + self._seconds)

    def give_up(self) -> None:
        """Nothing more can be expected."""
        self._change(self._loop.time())

    def _change(self, until: float | None) -> None:
        self._until = until
        if self._wait is not None and not self._wait.expired():
            self._wait.reschedule(until)


async def _response(call: _Call, patience: _Patience) -> _Response | None:
    """Returns what the server says next; None: nothing more.

    Raises:
        SpeechToTextUnavailable: it says nothing in time, or failed.
    """
    try:
        async with patience.wait():
            response = await call.read()
    except TimeoutError:
        logger.warning("speech_to_text_timed_out")
        raise SpeechToTextUnavailable from None
    except grpc.aio.AioRpcError as error:
        logger.warning("speech_to_text_failed", status=error.code().name)
        raise SpeechToTextUnavailable from None  # a server's own words may repeat what was said
    finally:
        patience.over()
    return response if isinstance(response, _Response) else None


def _event(response: _Response) -> Interim | Final | None:
    match response.WhichOneof("event"):
        case "interim":
            return Interim(response.interim.text.strip())
        case "final":
            final = response.final
            return Final(final.text.strip(), final.confidence if final.HasField("confidence") else None)
    return None


def _raise_fault_of(sending: asyncio.Task[None]) -> None:
    """Raises what the audio itself raised, rather than what followed from that."""
    if not sending.cancelled() and (fault := sending.exception()) is not None:
        raise fault
