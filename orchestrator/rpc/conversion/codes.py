"""Codes and times that many messages hold."""

from __future__ import annotations

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from calling.v1 import outcome_pb2
from orchestrator.domain.codes import ResponseCode, ResponseType
from orchestrator.domain.danger import DangerKind

_CODE_FIELDS = {
    "exception": ResponseType.EXCEPTION,
    "risk": ResponseType.RISK,
    "desire": ResponseType.DESIRE,
    "in_depth": ResponseType.IN_DEPTH,
}
_CODE_NAMES = {table: name for name, table in _CODE_FIELDS.items()}


def response_code(response: outcome_pb2.ResponseCode) -> ResponseCode:
    """Returns what a checked ResponseCode names."""
    field = response.WhichOneof("code") or "exception"
    return ResponseCode(_CODE_FIELDS[field], getattr(response, field))


def response_code_message(code: ResponseCode) -> outcome_pb2.ResponseCode:
    """Returns a code as a message."""
    message = outcome_pb2.ResponseCode()
    setattr(message, _CODE_NAMES[code.type], code.index)
    return message


def danger_value(danger: DangerKind | None) -> outcome_pb2.DangerKind.ValueType:
    """Returns a danger as an enum value; None is the unspecified one."""
    return outcome_pb2.DangerKind.Value(f"DANGER_KIND_{danger.upper() if danger else 'UNSPECIFIED'}")


def duration(seconds: float) -> Duration:
    """Returns a number of seconds as a message."""
    message = Duration()
    message.FromTimedelta(timedelta(seconds=seconds))
    return message
