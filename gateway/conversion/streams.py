"""A call's stream: what the callee does into requests, responses into what is played."""

from calling.v1 import audio_pb2, call_service_pb2
from gateway.call_stream import (
    AgentAudio,
    AgentEvent,
    CalleeAudio,
    CalleeEvent,
    ClearAudio,
    MarkReached,
    PressedKey,
    SetMark,
    StreamOver,
    StreamStart,
)

_TELEPHONE = audio_pb2.AudioFormat(encoding=audio_pb2.AudioFormat.ENCODING_MULAW, sample_rate_hertz=8000)


def start_request(start: StreamStart) -> call_service_pb2.StreamCallRequest:
    """Returns the first request of a stream."""
    return call_service_pb2.StreamCallRequest(
        start=call_service_pb2.StreamStart(
            consultation_id=start.consultation_id,
            call_sid=start.call_sid,
            format=_TELEPHONE,
            stream_token=start.stream_token,
        )
    )


def callee_request(event: CalleeEvent) -> call_service_pb2.StreamCallRequest:
    """Returns the request that passes an event on."""
    match event:
        case CalleeAudio(mulaw):
            return call_service_pb2.StreamCallRequest(audio=mulaw)
        case PressedKey(digit):
            return call_service_pb2.StreamCallRequest(digit=digit)
        case MarkReached(name):
            return call_service_pb2.StreamCallRequest(mark=name)


def agent_event(response: call_service_pb2.StreamCallResponse) -> AgentEvent | None:
    """Returns what a response asks for; None: nothing that this version knows."""
    match response.WhichOneof("event"):
        case "audio":
            return AgentAudio(response.audio)
        case "mark":
            return SetMark(response.mark)
        case "clear":
            return ClearAudio()
        case "hang_up":
            return StreamOver("hang_up")
        case "fall_back":
            return StreamOver("fall_back")
        case _:
            return None
