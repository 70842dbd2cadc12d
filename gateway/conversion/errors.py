"""gRPC errors as the types of `gateway.errors`."""

from typing import TypeVar, cast

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from gateway.errors import (
    ConflictError,
    DeadlineExceededError,
    FieldViolation,
    InvalidArgumentError,
    NotFoundError,
    OrchestratorError,
    OrchestratorFaultError,
    OverloadedError,
    UnavailableError,
    UnimplementedError,
)

DOMAIN = "calling.v1"

Detail = TypeVar("Detail", bound=Message)

_TYPES: dict[grpc.StatusCode, tuple[type[OrchestratorError], str]] = {
    grpc.StatusCode.INVALID_ARGUMENT: (InvalidArgumentError, "The orchestrator refused the request."),
    grpc.StatusCode.NOT_FOUND: (NotFoundError, "There is no such thing."),
    grpc.StatusCode.ALREADY_EXISTS: (ConflictError, "This was requested before."),
    grpc.StatusCode.FAILED_PRECONDITION: (ConflictError, "This is not possible now."),
    grpc.StatusCode.ABORTED: (ConflictError, "This is not possible now."),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (OverloadedError, "The service is busy. Try again later."),
    grpc.StatusCode.UNAVAILABLE: (UnavailableError, "The orchestrator does not answer. Try again later."),
    grpc.StatusCode.CANCELLED: (UnavailableError, "The orchestrator does not answer. Try again later."),
    grpc.StatusCode.DEADLINE_EXCEEDED: (DeadlineExceededError, "The orchestrator did not answer in time."),
    grpc.StatusCode.UNIMPLEMENTED: (UnimplementedError, "The orchestrator does not serve this."),
}
_FAULT = (OrchestratorFaultError, "A fault inside the orchestrator; its log has the details.")


def typed_error(error: grpc.aio.AioRpcError) -> OrchestratorError:
    """Returns the typed error.

    The message is the orchestrator's own only if it comes with the API's ErrorInfo; what gRPC itself writes (addresses,
    socket errors) is not for people.
    """
    kind, message = _TYPES.get(error.code(), _FAULT)
    status = _status(error)
    info = _detail(status, error_details_pb2.ErrorInfo)
    if status is None or info is None or info.domain != DOMAIN:
        return kind(message)
    return kind(
        status.message or message,
        reason=info.reason.removeprefix("ERROR_REASON_"),
        violations=_violations(status),
        retry_delay_seconds=_retry_delay(status),
    )


def _status(error: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    """Returns the google.rpc.Status that came with the error; None if there is none, or none to be believed."""
    try:
        status: status_pb2.Status | None = rpc_status.from_call(cast("grpc.Call", error))
    except ValueError:
        return None
    return status


def _detail(status: status_pb2.Status | None, kind: type[Detail]) -> Detail | None:
    for packed in status.details if status else ():
        detail = kind()
        if packed.Unpack(detail):
            return detail
    return None


def _violations(status: status_pb2.Status) -> list[FieldViolation]:
    request = _detail(status, error_details_pb2.BadRequest)
    violations = request.field_violations if request else ()
    return [FieldViolation(violation.field, violation.description) for violation in violations]


def _retry_delay(status: status_pb2.Status) -> float | None:
    retry = _detail(status, error_details_pb2.RetryInfo)
    return retry.retry_delay.ToNanoseconds() / 1e9 if retry else None
