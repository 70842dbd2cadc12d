"""From messages to the domain, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from calling.v1 import (
    call_service_pb2,
    consultation_pb2,
    consultation_service_pb2,
    outcome_pb2,
    transcript_pb2,
)
from orchestrator.dialogue.ports import CallReport, CallStatus
from orchestrator.domain.brief import Address, Brief, Dialling, Person
from orchestrator.domain.codes import DialFailure, ResponseCode, ResponseType, Result
from orchestrator.domain.consultation import Consultation, DeliveryState
from orchestrator.domain.event import DeliveryAttempted, Event, StateChanged, TurnTaken
from orchestrator.domain.outcome import Finding, Outcome
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion, Question
from orchestrator.domain.turn import (
    CalleeInput,
    HangUp,
    KeypadInput,
    Listen,
    RecordingInput,
    Reply,
    SilenceInput,
    Speaker,
    Turn,
    Wait,
)
from orchestrator.rpc.validation import phone_number

_CODE_FIELDS = {
    "exception": ResponseType.EXCEPTION,
    "risk": ResponseType.RISK,
    "desire": ResponseType.DESIRE,
    "in_depth": ResponseType.IN_DEPTH,
}
_CODE_NAMES = {table: name for name, table in _CODE_FIELDS.items()}
_SPEAKERS = {
    Speaker.AGENT: transcript_pb2.Turn.SPEAKER_AGENT,
    Speaker.CALLEE: transcript_pb2.Turn.SPEAKER_CALLEE,
}
_RESULTS = {
    Result.NOT_POSSIBLE: outcome_pb2.Outcome.RESULT_NOT_POSSIBLE,
    Result.FINE: outcome_pb2.Outcome.RESULT_FINE,
    Result.IN_DEPTH_NEEDED: outcome_pb2.Outcome.RESULT_IN_DEPTH_NEEDED,
}
_TIMINGS = ("recording", "speech_to_text", "matching", "language_model", "text_to_speech", "total")


def brief(request: consultation_service_pb2.StartConsultationRequest) -> Brief:
    """Returns what a checked StartConsultationRequest orders; its plan is not made yet."""
    person = request.person
    address = person.address
    return Brief(
        person=Person(
            person_id=person.person_id,
            name=person.name.strip(),
            phone=phone_number(person.phone) or "",
            gender=person.gender,
            birth_date=person.birth_date,
            address=Address(address.state, address.city, address.address1, address.address2),
        ),
        question_set_id=request.question_set_id,
        session_index=request.session_index,
        account_id=request.account_id if request.HasField("account_id") else None,
        questions=tuple(_question(question) for question in request.questions),
        problems=(
            *(Problem(ResponseType.RISK, tuple(r.codes), r.content) for r in request.known_vulnerabilities.risks),
            *(Problem(ResponseType.DESIRE, tuple(d.codes), d.content) for d in request.known_vulnerabilities.desires),
        ),
        frequent_questions=tuple(FrequentQuestion(f.question, f.answer) for f in request.frequent_questions),
        dialling=_dialling(request.dialling),
    )


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
    return None


def call_report(request: call_service_pb2.ReportCallStatusRequest) -> CallReport:
    """Returns what a checked ReportCallStatusRequest reports."""
    name = call_service_pb2.ReportCallStatusRequest.CallStatus.Name(request.call_status)
    return CallReport(
        call_sid=request.call_sid,
        status=CallStatus(name.removeprefix("CALL_STATUS_").lower().replace("_", "-")),
        sequence_number=request.sequence_number if request.HasField("sequence_number") else None,
        happened_at=_datetime(request.event_time) if request.HasField("event_time") else None,
        duration=request.call_duration.ToTimedelta().total_seconds() if request.HasField("call_duration") else None,
        sip_response_code=request.sip_response_code if request.HasField("sip_response_code") else None,
    )


def reply_message(reply: Reply) -> call_service_pb2.Reply:
    """Returns a reply as a message."""
    message = call_service_pb2.Reply(
        prompts=[call_service_pb2.Prompt(text=p.text, audio_token=p.audio_token) for p in reply.prompts]
    )
    match reply.next:
        case Listen(turn_number, silence_timeout, max_length):
            message.listen.turn_number = turn_number
            message.listen.silence_timeout.CopyFrom(_duration(silence_timeout))
            message.listen.max_length.CopyFrom(_duration(max_length))
        case Wait(turn_number):
            message.wait.turn_number = turn_number
        case HangUp(turn_number):
            message.hang_up.SetInParent()
            message.hang_up.turn_number = turn_number
    return message


def consultation_message(consultation: Consultation) -> consultation_pb2.Consultation:
    """Returns a consultation as a message, without anything about the person."""
    message = consultation_pb2.Consultation(
        consultation_id=consultation.consultation_id,
        state=consultation_pb2.Consultation.State.Value(f"STATE_{consultation.state.upper()}"),
        person_id=consultation.person_id,
        question_set_id=consultation.question_set_id,
        session_index=consultation.session_index,
        account_id=consultation.account_id or "",
        masked_phone=consultation.masked_phone,
        call_sid=consultation.call_sid,
        turn_count=consultation.turn_count,
        delivery=delivery_value(consultation.delivery.state),
    )
    if consultation.dial_failure is not DialFailure.NONE:
        message.dial_failure = consultation_pb2.Consultation.DialFailure.Value(
            f"DIAL_FAILURE_{consultation.dial_failure.upper()}"
        )
    for field, moment in (
        ("create_time", consultation.created_at),
        ("dial_time", consultation.dialled_at),
        ("answer_time", consultation.answered_at),
        ("end_time", consultation.ended_at),
    ):
        if moment is not None:
            getattr(message, field).FromDatetime(moment)
    return message


def delivery_value(state: DeliveryState) -> consultation_pb2.Consultation.Delivery.ValueType:
    """Returns a delivery's state as an enum value."""
    name = "UNSPECIFIED" if state is DeliveryState.NONE else state.upper()
    return consultation_pb2.Consultation.Delivery.Value(f"DELIVERY_{name}")


def turn_message(turn: Turn, heard: str) -> transcript_pb2.Turn:
    """Returns a turn as a message.

    Args:
        turn: the turn.
        heard: what of it was proven to be heard.
    """
    message = transcript_pb2.Turn(
        number=turn.number,
        speaker=_SPEAKERS[turn.speaker],
        text=turn.text,
        heard=heard,
        confidence=turn.confidence,
        source=transcript_pb2.Turn.Source.Value(f"SOURCE_{turn.source.upper()}"),
        subject=turn.subject,
    )
    message.create_time.FromDatetime(turn.created_at)
    message.timings.SetInParent()
    for name in _TIMINGS:
        milliseconds = getattr(turn.timings, name)
        if milliseconds is not None:
            getattr(message.timings, name).FromMicroseconds(round(milliseconds * 1000))
    return message


def event_message(event: Event) -> consultation_service_pb2.WatchConsultationResponse:
    """Returns an event as a message."""
    message = consultation_service_pb2.WatchConsultationResponse(cursor=event.cursor)
    message.event_time.FromDatetime(event.happened_at)
    match event.occurrence:
        case StateChanged(consultation):
            message.state_changed.CopyFrom(consultation_message(consultation))
        case TurnTaken(turn):
            message.turn_taken.CopyFrom(turn_message(turn, ""))
        case DeliveryAttempted():
            message.delivery_attempted.CopyFrom(attempt_message(event.occurrence))
    return message


def attempt_message(attempt: DeliveryAttempted) -> consultation_service_pb2.DeliveryAttempt:
    """Returns a try to deliver as a message."""
    message = consultation_service_pb2.DeliveryAttempt(
        number=attempt.number, http_status=attempt.http_status, delivery=delivery_value(attempt.state)
    )
    if attempt.next_attempt_at is not None:
        message.next_attempt_time.FromDatetime(attempt.next_attempt_at)
    return message


def outcome_message(outcome: Outcome) -> outcome_pb2.Outcome:
    """Returns an outcome as a message."""
    return outcome_pb2.Outcome(
        result=_RESULTS[outcome.result],
        exception=outcome_pb2.ExceptionCode.ValueType(outcome.exception),
        need_human=outcome_pb2.InDepthCode.ValueType(outcome.need_human),
        findings=[_finding(finding) for finding in outcome.findings],
        remaining=_vulnerabilities(outcome.remaining),
        solved=_vulnerabilities(outcome.solved),
        found=_vulnerabilities(outcome.found),
    )


def _question(question: consultation_pb2.Question) -> Question:
    return Question(
        question.text,
        tuple(
            ExpectedAnswer(answer.text, tuple(_code(response) for response in answer.responses))
            for answer in question.expected_answers
        ),
    )


def _code(response: outcome_pb2.ResponseCode) -> ResponseCode:
    field = response.WhichOneof("code") or "exception"
    return ResponseCode(_CODE_FIELDS[field], getattr(response, field))


def _code_message(code: ResponseCode) -> outcome_pb2.ResponseCode:
    message = outcome_pb2.ResponseCode()
    setattr(message, _CODE_NAMES[code.type], code.index)
    return message


def _dialling(options: consultation_pb2.DiallingOptions) -> Dialling:
    default = Dialling()
    ring_timeout = int(options.ring_timeout.ToTimedelta().total_seconds()) or default.ring_timeout
    time_limit = int(options.time_limit.ToTimedelta().total_seconds()) or default.time_limit
    return Dialling(ring_timeout, time_limit)


def _finding(finding: Finding) -> outcome_pb2.Finding:
    return outcome_pb2.Finding(
        subject=finding.subject,
        text=finding.text,
        state=outcome_pb2.Finding.State.Value(f"STATE_{finding.state.upper()}"),
        quote=finding.quote,
        turn_number=finding.turn_number,
        confidence=finding.confidence,
        expected_answer=finding.expected_answer,
        responses=[_code_message(code) for code in finding.responses],
        ask_count=finding.ask_count,
        solved=finding.solved,
    )


def _vulnerabilities(problems: Iterable[Problem]) -> outcome_pb2.Vulnerabilities:
    message = outcome_pb2.Vulnerabilities()
    for problem in problems:
        if problem.type is ResponseType.RISK:
            message.risks.add(codes=problem.codes, content=problem.content)
        else:
            message.desires.add(codes=problem.codes, content=problem.content)
    return message


def _datetime(timestamp: Timestamp) -> datetime:
    return timestamp.ToDatetime(tzinfo=UTC)


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromTimedelta(timedelta(seconds=seconds))
    return duration
