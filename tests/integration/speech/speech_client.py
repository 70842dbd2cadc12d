"""A caller of a real speech server: generated stubs, and what an error says."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from calling.v1 import speech_to_text_service_pb2 as stt
from calling.v1 import text_to_speech_service_pb2 as tts
from calling.v1.audio_pb2 import AudioFormat
from calling.v1.speech_to_text_service_pb2_grpc import SpeechToTextServiceStub
from calling.v1.text_to_speech_service_pb2_grpc import TextToSpeechServiceStub
from speech.bootstrap import Engines
from speech.config import Settings
from speech.server import RunningServer, start

MULAW = AudioFormat(encoding=AudioFormat.ENCODING_MULAW)
LINEAR16 = AudioFormat(encoding=AudioFormat.ENCODING_LINEAR16)
WAV = AudioFormat(encoding=AudioFormat.ENCODING_WAV)

TIMEOUT = 10


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **{"speech_port": 0, **values})


class Client:
    """Stubs on one channel."""

    def __init__(self, server: RunningServer, channel: grpc.aio.Channel) -> None:
        self.server = server
        self.channel = channel
        self.stt = SpeechToTextServiceStub(channel)
        self.tts = TextToSpeechServiceStub(channel)

    async def recognize(self, audio: bytes, audio_format: AudioFormat = MULAW, **config: Any) -> stt.RecognizeResponse:
        request = stt.RecognizeRequest(config=stt.RecognitionConfig(format=audio_format, **config), audio=audio)
        return await self.stt.Recognize(request, timeout=TIMEOUT)

    async def recognize_stream(self, *payloads: stt.RecognitionConfig | bytes) -> list[stt.StreamingRecognizeResponse]:
        requests = [
            stt.StreamingRecognizeRequest(audio=payload)
            if isinstance(payload, bytes)
            else stt.StreamingRecognizeRequest(config=payload)
            for payload in payloads
        ]
        return await _answers(lambda: self.stt.StreamingRecognize(iter(requests), timeout=TIMEOUT))

    async def synthesize(self, text: str, **config: Any) -> tts.SynthesizeResponse:
        request = tts.SynthesizeRequest(config=tts.SynthesisConfig(**config), text=text)
        return await self.tts.Synthesize(request, timeout=TIMEOUT)

    async def synthesize_stream(self, *payloads: tts.SynthesisConfig | str) -> list[tts.StreamingSynthesizeResponse]:
        requests = [
            tts.StreamingSynthesizeRequest(text=payload)
            if isinstance(payload, str)
            else tts.StreamingSynthesizeRequest(config=payload)
            for payload in payloads
        ]
        return await _answers(lambda: self.tts.StreamingSynthesize(iter(requests), timeout=TIMEOUT))


async def _answers(start: Callable[[], Any]) -> list[Any]:
    """Returns all responses of a stream.

    grpcio's client sometimes loses the status of a stream that the server ends while it still writes: then once more.
    """
    for attempt in range(5):
        call = start()
        try:
            return [response async for response in call]
        except grpc.aio.AioRpcError as error:
            if error.details() != "Internal error from Core" or attempt == 4:
                raise
        finally:
            call.cancel()
    raise AssertionError


@asynccontextmanager
async def served(engines: Engines | None = None, **values: Any) -> AsyncIterator[Client]:
    """A server on a free port, and a client of it."""
    server = await start(settings(**values), engines)
    options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}", options=options) as channel:
            yield Client(server, channel)
    finally:
        await server.stop()


@dataclass
class Told:
    """What an error said."""

    code: str
    reason: str
    message: str
    fields: list[str]
    retry_ms: int | None
    metadata: dict[str, str]


def told(error: grpc.aio.AioRpcError) -> Told:
    """Reads an error of the API; fails if it does not have the API's form."""
    status = rpc_status.from_call(error)
    assert status is not None, f"no details: {error.code()} {error.details()}"
    kinds = {detail.type_url.rpartition(".")[2]: detail for detail in status.details}
    assert len(kinds) == len(status.details)
    info = error_details_pb2.ErrorInfo()
    kinds["ErrorInfo"].Unpack(info)
    assert info.domain == "calling.v1"
    bad_request, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    if "BadRequest" in kinds:
        kinds["BadRequest"].Unpack(bad_request)
    if "RetryInfo" in kinds:
        kinds["RetryInfo"].Unpack(retry)
    return Told(
        error.code().name,
        info.reason.removeprefix("ERROR_REASON_"),
        error.details() or "",
        [violation.field for violation in bad_request.field_violations],
        retry.retry_delay.ToMilliseconds() if "RetryInfo" in kinds else None,
        dict(info.metadata),
    )
