"""A live call: what was heard into requests, replies into what TwiML is made of."""

import math

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from calling.v1 import call_service_pb2
from gateway.call import (
    AnsweredBy,
    HandOver,
    HandOverEnded,
    HangUp,
    Heard,
    Listen,
    OpenStream,
    PressedKeys,
    Prompt,
    RecordedSpeech,
    Reply,
    Silence,
    SpokenAudio,
    StatusReport,
    Wait,
)
from gateway.errors import OrchestratorFaultError

DEFAULT_SILENCE_SECONDS = 5
DEFAULT_MAX_LENGTH_SECONDS = 120
DEFAULT_RING_SECONDS = 30


def take_turn_request(
    consultation_id: str, call_sid: str, turn_number: int, heard: Heard | None, *, waited: bool = False
) -> call_service_pb2.TakeTurnRequest:
    """Returns the request for a turn; `heard` is None when a wait is over or a goodbye was played."""
    request = call_service_pb2.TakeTurnRequest(
        consultation_id=consultation_id, call_sid=call_sid, turn_number=turn_number, waited=waited
    )
    match heard:
        case RecordedSpeech(recording_sid, duration_seconds):
            request.recording.recording_sid = recording_sid
            request.recording.duration.seconds = duration_seconds
        case PressedKeys(digits):
            request.digits = digits
        case Silence():
            request.silence.SetInParent()
        case HandOverEnded(answered):
            request.hand_over_end.answered = answered
        case None:
            pass
    return request


def status_request(report: StatusReport) -> call_service_pb2.ReportCallStatusRequest:
    """Returns the request for a status callback."""
    name = "CALL_STATUS_" + report.status.upper().replace("-", "_")
    event_time = Timestamp()
    if report.event_time:
        event_time.FromDatetime(report.event_time)
    duration = report.duration_seconds
    return call_service_pb2.ReportCallStatusRequest(
        consultation_id=report.consultation_id,
        call_sid=report.call_sid,
        call_status=call_service_pb2.ReportCallStatusRequest.CallStatus.Value(name),
        sequence_number=report.sequence_number,
        event_time=event_time if report.event_time else None,
        call_duration=None if duration is None else Duration(seconds=duration),
        sip_response_code=report.sip_response_code,
    )


def answered_by_request(
    consultation_id: str, call_sid: str, answered_by: AnsweredBy
) -> call_service_pb2.ReportAnsweredByRequest:
    """Returns the request for a callback about who answered."""
    return call_service_pb2.ReportAnsweredByRequest(
        consultation_id=consultation_id,
        call_sid=call_sid,
        answered_by=call_service_pb2.ReportAnsweredByRequest.AnsweredBy.Value(f"ANSWERED_BY_{answered_by.upper()}"),
    )


def reply(message: call_service_pb2.Reply) -> Reply:
    """Returns the reply.

    Raises:
        OrchestratorFaultError: It does not say what comes next.
    """
    return Reply(
        prompts=tuple(Prompt(prompt.text, prompt.audio_token) for prompt in message.prompts), next=_next(message)
    )


def _next(message: call_service_pb2.Reply) -> Listen | Wait | HangUp | HandOver | OpenStream:
    match message.WhichOneof("next"):
        case "listen":
            return Listen(
                turn_number=message.listen.turn_number,
                silence_timeout_seconds=_seconds(message.listen.silence_timeout) or DEFAULT_SILENCE_SECONDS,
                max_length_seconds=_seconds(message.listen.max_length) or DEFAULT_MAX_LENGTH_SECONDS,
                keys=message.listen.keys,
            )
        case "wait":
            return Wait(message.wait.turn_number)
        case "hang_up":
            return HangUp(message.hang_up.turn_number)
        case "hand_over":
            return HandOver(
                phone=message.hand_over.phone,
                ring_timeout_seconds=_seconds(message.hand_over.ring_timeout) or DEFAULT_RING_SECONDS,
                turn_number=message.hand_over.turn_number,
            )
        case "open_stream":
            return OpenStream(message.open_stream.stream_token)
        case _:
            raise OrchestratorFaultError("The orchestrator's reply does not say what comes next.")


def _seconds(duration: Duration) -> int:
    """Rounds up: TwiML knows whole seconds, and 0 would mean no limit."""
    return math.ceil(duration.seconds + duration.nanos / 1e9)


def spoken_audio(message: call_service_pb2.GetAudioResponse) -> SpokenAudio:
    """Returns the audio of a prompt, a complete WAV file."""
    return SpokenAudio(message.audio, message.etag)
