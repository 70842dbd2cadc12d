"""Events as messages."""

from __future__ import annotations

from calling.v1 import consultation_service_pb2
from orchestrator.domain.event import AlarmChanged, DeliveryAttempted, Event, StateChanged, TurnTaken
from orchestrator.rpc.conversion.consultations import alarm_message, attempt_message, consultation_message
from orchestrator.rpc.conversion.turns import turn_message


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
        case AlarmChanged(alarm):
            message.alarm_changed.CopyFrom(alarm_message(alarm))
    return message
