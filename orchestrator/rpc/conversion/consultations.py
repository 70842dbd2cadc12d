"""Consultations, their alarms and their deliveries as messages: nothing of them is about the person."""

from __future__ import annotations

from calling.v1 import consultation_pb2, consultation_service_pb2
from orchestrator.domain.alarm import Alarm
from orchestrator.domain.codes import DeliveryFailure, DialFailure
from orchestrator.domain.consultation import Consultation, DeliveryState
from orchestrator.domain.event import DeliveryAttempted
from orchestrator.rpc.conversion.codes import danger_value


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
        alarms=[alarm_message(alarm) for alarm in consultation.alarms],
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


def alarm_message(alarm: Alarm) -> consultation_pb2.Alarm:
    """Returns an alarm as a message."""
    message = consultation_pb2.Alarm(
        number=alarm.number,
        danger_kind=danger_value(alarm.danger),
        turn_number=alarm.turn_number,
        noticed_by=[consultation_pb2.Alarm.Observer.Value(f"OBSERVER_{each.upper()}") for each in alarm.noticed_by],
        notification_count=alarm.notification_count,
        acknowledged_by=alarm.acknowledged_by,
    )
    for field, moment in (
        ("create_time", alarm.raised_at),
        ("escalate_time", alarm.escalated_at),
        ("acknowledge_time", alarm.acknowledged_at),
    ):
        if moment is not None:
            getattr(message, field).FromDatetime(moment)
    return message


def delivery_value(state: DeliveryState) -> consultation_pb2.Consultation.Delivery.ValueType:
    """Returns a delivery's state as an enum value."""
    name = "UNSPECIFIED" if state is DeliveryState.NONE else state.upper()
    return consultation_pb2.Consultation.Delivery.Value(f"DELIVERY_{name}")


def failure_value(failure: DeliveryFailure) -> consultation_service_pb2.DeliveryAttempt.Failure.ValueType:
    """Returns why a delivery failed as an enum value."""
    name = "UNSPECIFIED" if failure is DeliveryFailure.NONE else failure.upper()
    return consultation_service_pb2.DeliveryAttempt.Failure.Value(f"FAILURE_{name}")


def attempt_message(attempt: DeliveryAttempted) -> consultation_service_pb2.DeliveryAttempt:
    """Returns a try to deliver as a message."""
    message = consultation_service_pb2.DeliveryAttempt(
        number=attempt.number,
        http_status=attempt.http_status,
        delivery=delivery_value(attempt.state),
        failure=failure_value(attempt.failure),
    )
    if attempt.next_attempt_at is not None:
        message.next_attempt_time.FromDatetime(attempt.next_attempt_at)
    return message


def undelivered_message(consultation: Consultation) -> consultation_service_pb2.UndeliveredResult:
    """Returns a consultation whose result was given up as a message."""
    delivery = consultation.delivery
    message = consultation_service_pb2.UndeliveredResult(
        consultation=consultation_message(consultation),
        attempt_count=delivery.attempts,
        last_http_status=delivery.http_status,
        failure=failure_value(delivery.failure),
    )
    for field, moment in (
        ("give_up_time", delivery.settled_at),
        ("first_attempt_time", delivery.first_attempt_at),
        ("last_attempt_time", delivery.last_attempt_at),
    ):
        if moment is not None:
            getattr(message, field).FromDatetime(moment)
    return message
