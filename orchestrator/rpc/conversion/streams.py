"""A live stream: what comes from the gateway into the dialogue's events, and these out to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import grpc

from calling.v1 import audio_pb2
from calling.v1 import call_service_pb2 as pb
from orchestrator.dialogue.ports.streams import ExpectedStream
from orchestrator.dialogue.stream.events import (
    AgentAudio,
    AgentEvent,
    CalleeAudio,
    CalleeEvent,
    Clear,
    Ended,
    Ending,
    KeyPressed,
    Mark,
    MarkReached,
)
from orchestrator.rpc import validation

_TELEPHONE_HZ = 8000
_LONGEST_TOKEN = 200
# Ten seconds of audio: more in one message is a fault of the gateway's.
_MOST_BYTES = 10 * _TELEPHONE_HZ


def stream_start(request: object) -> ExpectedStream:
    """Returns which call a stream is of, as its first request says, if there is one.

    Raises:
        InvalidField
    """
    given = isinstance(request, pb.StreamCallRequest) and request.HasField("start")
    start = request.start if isinstance(request, pb.StreamCallRequest) else pb.StreamStart()
    check = validation.Check()
    check.that(given, "start", "must come first")
    validation.call_sid(start.call_sid, check, "start.call_sid")
    check.text(start.stream_token, "start.stream_token", most=_LONGEST_TOKEN)
    mulaw = start.format.encoding == audio_pb2.AudioFormat.ENCODING_MULAW
    check.that(mulaw and start.format.sample_rate_hertz == _TELEPHONE_HZ, "start.format", "must be mu-law at 8000 Hz")
    check.done()
    return ExpectedStream(validation.consultation_id(start.consultation_id), start.call_sid)


async def callee_events(context: grpc.aio.ServicerContext[Any, Any]) -> AsyncGenerator[CalleeEvent, None]:
    """Yields what comes of the callee's side after the first request; what makes no sense is passed over."""
    while isinstance(request := await context.read(), pb.StreamCallRequest):
        match request.WhichOneof("event"):
            case "audio" if len(request.audio) <= _MOST_BYTES:
                yield CalleeAudio(request.audio)
            case "mark":
                yield MarkReached(request.mark)
            case "digit" if validation.is_key(request.digit):
                yield KeyPressed(request.digit)


def agent_message(event: AgentEvent) -> pb.StreamCallResponse:
    """Returns what the agent does as a message."""
    match event:
        case AgentAudio(audio):
            return pb.StreamCallResponse(audio=audio)
        case Mark(name):
            return pb.StreamCallResponse(mark=name)
        case Clear():
            return pb.StreamCallResponse(clear=pb.ClearAudio())
        case Ended(Ending.HANG_UP):
            return pb.StreamCallResponse(hang_up=pb.HangUp())
        case Ended():
            return pb.StreamCallResponse(fall_back=pb.FallBack())
