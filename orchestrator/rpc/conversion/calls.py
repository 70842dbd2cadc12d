"""A live call: what happened in it into the domain, and what to do next out of it."""

from __future__ import annotations

from datetime import UTC

from calling.v1 import call_service_pb2
from orchestrator.dialogue.ports.telephone import CallReport, CallStatus
from orchestrator.domain.turn import (
    CalleeInput,
    HandOver,
    HandOverEnded,
    HangUp,
    KeypadInput,
    Listen,
    OpenStream,
    RecordingInput,
    Reply,
    SilenceInput,
    Wait,
)
from orchestrator.rpc.conversion.codes import duration


def callee_input(request: call_service_pb2.TakeTurnRequest) -> CalleeInput | None:
    """Returns what the callee did, as a TakeTurnRequest says; None: nothing, the answer is asked for again."""
    match request.WhichOneof("input"):
        case "recording":
            return RecordingInput(
                request.recording.recording_sid, request.recording.duration.ToTimedelta().total_seconds()
            )
        case "digits":
            return KeypadInput(request.digits)
        case "silence":
            return SilenceInput()
        case "hand_over_end":
            return HandOverEnded(request.hand_over_end.answered)
    return None


def call_report(request: call_service_pb2.ReportCallStatusRequest) -> CallReport:
    """Returns what a checked ReportCallStatusRequest reports."""
    name = call_service_pb2.ReportCallStatusRequest.CallStatus.Name(request.call_status)
    return CallReport(
        call_sid=request.call_sid,
        status=CallStatus(name.removeprefix("CALL_STATUS_").lower().replace("_", "-")),
        sequence_number=request.sequence_number if request.HasField("sequence_number") else None,
        happened_at=request.event_time.ToDatetime(tzinfo=UTC) if request.HasField("event_time") else None,
        duration=request.call_duration.ToTimedelta().total_seconds() if request.HasField("call_duration") else None,
        sip_response_code=request.sip_response_code if request.HasField("sip_response_code") else None,
    )


def reply_message(reply: Reply | OpenStream) -> call_service_pb2.Reply:
    """Returns a reply as a message."""
    if isinstance(reply, OpenStream):
        return call_service_pb2.Reply(open_stream=call_service_pb2.OpenStream(stream_token=reply.token))
    message = call_service_pb2.Reply(
        prompts=[
            call_service_pb2.Prompt(text=p.text, audio_token=p.audio_token, uninterruptible=p.uninterruptible)
            for p in reply.prompts
        ]
    )
    match reply.next:
        case Listen(turn_number, silence_timeout, max_length, keys):
            message.listen.keys = keys
            message.listen.turn_number = turn_number
            message.listen.silence_timeout.CopyFrom(duration(silence_timeout))
            message.listen.max_length.CopyFrom(duration(max_length))
        case Wait(turn_number):
            message.wait.turn_number = turn_number
        case HangUp(turn_number):
            message.hang_up.SetInParent()
            message.hang_up.turn_number = turn_number
        case HandOver(phone, ring_timeout, turn_number):
            message.hand_over.phone = phone
            message.hand_over.ring_timeout.CopyFrom(duration(ring_timeout))
            message.hand_over.turn_number = turn_number
    return message
