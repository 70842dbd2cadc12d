"""The one table from our errors to gRPC: a canonical status, one ErrorInfo, and what else helps the caller.

After AIP-193, as `proto/calling/v1/error_reason.proto` says. Nothing of a foreign exception's text leaves the process.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from calling.v1 import error_reason_pb2
from speech import errors

DOMAIN: Final = "calling.v1"

Reason = error_reason_pb2.ErrorReason
ReasonValue: TypeAlias = "error_reason_pb2.ErrorReason.ValueType"

_BUSY_RETRY_SECONDS: Final = 1.0


def status_of(error: errors.SpeechError, unavailable: ReasonValue) -> status_pb2.Status:
    """Returns the status that tells a caller about an error.

    Args:
        error: What went wrong.
        unavailable: The reason that stands for the engine of the service that was called.
    """
    match error:
        case errors.RejectedAudioError():
            return _invalid(error, Reason.ERROR_REASON_INVALID_AUDIO)
        case errors.InvalidFieldError():
            return _invalid(error, Reason.ERROR_REASON_INVALID_FIELD)
        case errors.StreamingNotSupportedError():
            return _status(grpc.StatusCode.UNIMPLEMENTED, str(error), Reason.ERROR_REASON_NOT_IMPLEMENTED)
        case errors.OverloadedError():
            retry = _retry(_BUSY_RETRY_SECONDS)
            return _status(grpc.StatusCode.RESOURCE_EXHAUSTED, str(error), Reason.ERROR_REASON_OVERLOADED, retry)
        case errors.EngineFailedError():
            return _status(grpc.StatusCode.UNAVAILABLE, str(error), unavailable, _retry(error.retry_after))
    raise TypeError(f"{type(error).__name__} has no status")


def deadline_status() -> status_pb2.Status:
    """Returns the status of work whose deadline passed."""
    message = "the deadline passed before the work was done"
    return _status(grpc.StatusCode.DEADLINE_EXCEEDED, message, Reason.ERROR_REASON_DEADLINE_EXCEEDED)


def internal_status(request_id: str) -> status_pb2.Status:
    """Returns the status of a fault of ours; the request id finds it in the log."""
    message = "an internal error; the log has it under the request id"
    metadata = {"requestId": request_id}
    return _status(grpc.StatusCode.INTERNAL, message, Reason.ERROR_REASON_INTERNAL, metadata=metadata)


def _invalid(error: errors.InvalidFieldError, reason: ReasonValue) -> status_pb2.Status:
    violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.description)
    detail = error_details_pb2.BadRequest(field_violations=[violation])
    return _status(grpc.StatusCode.INVALID_ARGUMENT, str(error), reason, detail)


def _retry(seconds: float) -> error_details_pb2.RetryInfo:
    delay = duration_pb2.Duration()
    delay.FromMilliseconds(round(seconds * 1000))
    return error_details_pb2.RetryInfo(retry_delay=delay)


def _status(
    code: grpc.StatusCode,
    message: str,
    reason: ReasonValue,
    *details: Message,
    metadata: Mapping[str, str] | None = None,
) -> status_pb2.Status:
    info = error_details_pb2.ErrorInfo(
        reason=error_reason_pb2.ErrorReason.Name(reason), domain=DOMAIN, metadata=dict(metadata or {})
    )
    packed = []
    for detail in (info, *details):
        container = any_pb2.Any()
        container.Pack(detail)
        packed.append(container)
    return status_pb2.Status(code=code.value[0], message=message, details=packed)
