"""A synthesiser that says everything in one voice, from memory, and takes as long as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import grpc

from audio import TELEPHONE_HZ, mulaw, wav
from calling.v1 import text_to_speech_service_pb2 as pb
from calling.v1 import text_to_speech_service_pb2_grpc as pb_grpc
from calling.v1.audio_pb2 import AudioFormat
from tests.bench.streams.utterances import speech

_CHARACTERS_A_SECOND: Final = 7.0
_LEAST_SECONDS: Final = 0.6
_PIECE: Final = TELEPHONE_HZ // 10
_FASTER: Final = 5.0
"""Than real time, once it has begun."""
_MULAW: Final = AudioFormat(encoding=AudioFormat.ENCODING_MULAW, sample_rate_hertz=TELEPHONE_HZ)

Context = grpc.aio.ServicerContext[Any, Any]


class SimulatedSynthesiser(pb_grpc.TextToSpeechServiceServicer):
    """Serves speech as long as its text, as mu-law or, if whole, as a WAV file."""

    def __init__(self, delay: float) -> None:
        """Says nothing yet.

        Args:
            delay: seconds to the first audio; 0: everything is there at once.
        """
        self._delay = delay
        self._pause = 0.1 / _FASTER if delay else 0.0

    async def Synthesize(self, request: pb.SynthesizeRequest, context: Context) -> pb.SynthesizeResponse:
        audio = said(request.text)
        await asyncio.sleep(self._delay + self._pause * (len(audio) // _PIECE))
        if request.config.format.encoding == AudioFormat.ENCODING_WAV:
            encoding = AudioFormat(encoding=AudioFormat.ENCODING_WAV, sample_rate_hertz=TELEPHONE_HZ)
            return pb.SynthesizeResponse(audio=wav.write(mulaw.decode(audio)), format=encoding, engine="simulated")
        return pb.SynthesizeResponse(audio=audio, format=_MULAW, engine="simulated")

    async def StreamingSynthesize(  # type: ignore[override] # grpc.aio also takes a coroutine that writes
        self, request_iterator: AsyncIterator[pb.StreamingSynthesizeRequest], context: Context
    ) -> None:
        await context.write(pb.StreamingSynthesizeResponse(format=_MULAW))
        async for request in request_iterator:
            if not request.text:
                continue
            audio = said(request.text)
            await asyncio.sleep(self._delay)
            for start in range(0, len(audio), _PIECE):
                if start and self._pause:
                    await asyncio.sleep(self._pause)
                await context.write(pb.StreamingSynthesizeResponse(audio=audio[start : start + _PIECE]))


def said(text: str) -> bytes:
    """Returns mu-law that is as long as it takes to say a text."""
    wanted = round(max(_LEAST_SECONDS, len(text) / _CHARACTERS_A_SECOND) * TELEPHONE_HZ)
    source = speech()
    return (source * (wanted // len(source) + 1))[:wanted]
