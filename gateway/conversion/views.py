"""Messages as the JSON shapes of `gateway.views`."""

from datetime import UTC
from typing import Any, Literal, Protocol, get_args

from google.protobuf.timestamp_pb2 import Timestamp

from calling.v1 import consultation_pb2, consultation_service_pb2, outcome_pb2, transcript_pb2
from gateway import views

_Timing = Literal["recording", "speech_to_text", "matching", "language_model", "text_to_speech", "total", "end_of_turn"]
_TIMINGS: tuple[_Timing, ...] = get_args(_Timing)


class Enum(Protocol):
    """A generated enum."""

    def Name(self, number: Any) -> str: ...  # noqa: N802, ANN401, D102 -- protobuf's own


def enum_name(enum: Enum, number: int, prefix: str) -> str:
    """Returns `in_progress` for STATE_IN_PROGRESS; `unknown` for a value newer than this gateway."""
    try:
        return enum.Name(number).removeprefix(prefix).lower()
    except ValueError:
        return "unknown"


def optional_name(enum: Enum, number: int, prefix: str) -> str | None:
    """Returns the same, and None for the unspecified value."""
    return enum_name(enum, number, prefix) if number else None


def moment(message: Any, field: str) -> str | None:  # noqa: ANN401 -- any message with a Timestamp
    """Returns a time field as ISO 8601 in UTC, to the millisecond; None if it is absent."""
    if not message.HasField(field):
        return None
    timestamp: Timestamp = getattr(message, field)
    return timestamp.ToDatetime(tzinfo=UTC).isoformat(timespec="milliseconds")


def consultation(message: consultation_pb2.Consultation) -> views.ConsultationView:
    """Returns a consultation."""
    types = consultation_pb2.Consultation
    return views.ConsultationView(
        consultation_id=message.consultation_id,
        state=enum_name(types.State, message.state, "STATE_"),
        person_id=message.person_id,
        question_set_id=message.question_set_id,
        session_index=message.session_index,
        account_id=message.account_id or None,
        masked_phone=message.masked_phone,
        call_sid=message.call_sid or None,
        create_time=moment(message, "create_time"),
        dial_time=moment(message, "dial_time"),
        answer_time=moment(message, "answer_time"),
        end_time=moment(message, "end_time"),
        turn_count=message.turn_count,
        dial_failure=optional_name(types.DialFailure, message.dial_failure, "DIAL_FAILURE_"),
        delivery=optional_name(types.Delivery, message.delivery, "DELIVERY_"),
        alarms=[alarm(each) for each in message.alarms],
    )


def alarm(message: consultation_pb2.Alarm) -> views.AlarmView:
    """Returns an alarm."""
    return views.AlarmView(
        number=message.number,
        danger_kind=enum_name(outcome_pb2.DangerKind, message.danger_kind, "DANGER_KIND_"),
        turn=message.turn_number,
        noticed_by=[enum_name(consultation_pb2.Alarm.Observer, each, "OBSERVER_") for each in message.noticed_by],
        create_time=moment(message, "create_time"),
        notification_count=message.notification_count,
        escalate_time=moment(message, "escalate_time"),
        acknowledge_time=moment(message, "acknowledge_time"),
        acknowledged_by=message.acknowledged_by or None,
    )


def turn(message: transcript_pb2.Turn) -> views.TurnView:
    """Returns a turn."""
    types = transcript_pb2.Turn
    view = views.TurnView(
        turn=message.number,
        speaker=enum_name(types.Speaker, message.speaker, "SPEAKER_"),
        text=message.text,
        heard=message.heard,
        source=enum_name(types.Source, message.source, "SOURCE_"),
        time=moment(message, "create_time"),
        subject=message.subject,
        timings_ms=_timings(message.timings),
    )
    if message.HasField("confidence"):
        view["confidence"] = round(message.confidence, 3)
    if message.HasField("understanding"):
        view["understanding"] = _understanding(message.understanding)
    if message.HasField("language_model_use"):
        view["language_model_use"] = _language_model_use(message.language_model_use)
    if message.wording_version:
        view["wording_version"] = message.wording_version
    return view


def _understanding(message: transcript_pb2.Understanding) -> views.UnderstandingView:
    return views.UnderstandingView(
        intent=message.intent,
        layer=enum_name(transcript_pb2.Understanding.Layer, message.layer, "LAYER_"),
        confidence=round(message.confidence, 3) if message.HasField("confidence") else None,
        expected_answer=message.expected_answer if message.HasField("expected_answer") else None,
        danger_kind=optional_name(outcome_pb2.DangerKind, message.danger_kind, "DANGER_KIND_"),
        number=message.number if message.HasField("number") else None,
    )


def _language_model_use(message: transcript_pb2.LanguageModelUse) -> views.LanguageModelUseView:
    return views.LanguageModelUseView(
        model=message.model,
        prompt_version=message.prompt_version,
        input_tokens=message.input_tokens,
        output_tokens=message.output_tokens,
        attempts=message.attempts,
    )


def _timings(message: transcript_pb2.TurnTimings) -> views.TimingsView:
    view = views.TimingsView()
    for part in _TIMINGS:
        if message.HasField(part):
            view[part] = round(getattr(message, part).ToNanoseconds() / 1e6, 1)
    return view


def attempt(message: consultation_service_pb2.DeliveryAttempt) -> views.AttemptView:
    """Returns a delivery attempt."""
    return views.AttemptView(
        number=message.number,
        http_status=message.http_status if message.HasField("http_status") else None,
        delivery=optional_name(consultation_pb2.Consultation.Delivery, message.delivery, "DELIVERY_"),
        next_attempt_time=moment(message, "next_attempt_time"),
        failure=_failure(message.failure),
    )


def undelivered(message: consultation_service_pb2.UndeliveredResult) -> views.UndeliveredView:
    """Returns a result that was given up."""
    return views.UndeliveredView(
        consultation=consultation(message.consultation),
        attempt_count=message.attempt_count,
        http_status=message.last_http_status if message.HasField("last_http_status") else None,
        failure=_failure(message.failure),
        first_attempt_time=moment(message, "first_attempt_time"),
        last_attempt_time=moment(message, "last_attempt_time"),
        give_up_time=moment(message, "give_up_time"),
    )


def _failure(number: int) -> str | None:
    return optional_name(consultation_service_pb2.DeliveryAttempt.Failure, number, "FAILURE_")


def event(message: consultation_service_pb2.WatchConsultationResponse) -> views.EventView:
    """Returns an event; one of a kind newer than this gateway keeps its cursor, so that a watch goes on after it."""
    view = views.EventView(cursor=message.cursor, time=moment(message, "event_time"), type="unknown")
    match message.WhichOneof("event"):
        case "state_changed":
            view["type"] = "state_changed"
            view["consultation"] = consultation(message.state_changed)
        case "turn_taken":
            view["type"] = "turn_taken"
            view["turn"] = turn(message.turn_taken)
        case "delivery_attempted":
            view["type"] = "delivery_attempted"
            view["attempt"] = attempt(message.delivery_attempted)
        case "alarm_changed":
            view["type"] = "alarm_changed"
            view["alarm"] = alarm(message.alarm_changed)
    return view
