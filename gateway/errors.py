"""What can go wrong, as types, and the one mapping of it to HTTP.

    GatewayError
    ├── RequestError                 the request is at fault; the orchestrator was not asked
    │   ├── InvalidRequestError        400
    │   ├── UnauthenticatedError       401   API token missing or wrong
    │   ├── ForbiddenError             403   not signed by Twilio
    │   ├── RequestTimeoutError        408   the body did not arrive in time
    │   ├── BodyTooLargeError          413
    │   └── UnsupportedMediaTypeError  415
    └── OrchestratorError            what the orchestrator answered, or that it did not
        ├── InvalidArgumentError       400   with the fields it names
        ├── NotFoundError              404   no such consultation, call, alarm, audio
        ├── ConflictError              409   not in this state, not this turn, id used before
        ├── UnimplementedError         501
        ├── OrchestratorFaultError     502   a fault inside it
        └── TransientError           worth trying again
            ├── OverloadedError        429
            ├── UnavailableError       503
            └── DeadlineExceededError  504

Over HTTP an error is `{"error": {"reason": "INVALID_FIELD", "message": "phone is missing", "field": "phone"}}`;
`field` is there only if one is to blame. Reasons are those of `calling.v1.ErrorReason` without their prefix, and the
`default_reason`s below. The backend shows the text to its operator, so messages are short, clear, and free of
personal data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, NotRequired, TypedDict


@dataclass(frozen=True)
class FieldViolation:
    """A field that the orchestrator refuses (google.rpc.BadRequest)."""

    field: str
    description: str


class GatewayError(Exception):
    """Base of everything the gateway raises on purpose."""

    http_status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    default_reason: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, *, reason: str = "", field: str = "") -> None:
        """Makes an error.

        Args:
            message: A short, clear sentence; it is shown to people.
            reason: Machine-readable, UPPER_SNAKE; empty for the type's own.
            field: Path of the field to blame, such as `question_list[0].text`.
        """
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason
        self.field = field


class RequestError(GatewayError):
    """The request is at fault; the orchestrator was not asked."""


class InvalidRequestError(RequestError):
    """The request is not of the documented form."""

    http_status = HTTPStatus.BAD_REQUEST
    default_reason = "INVALID_FIELD"


class UnauthenticatedError(RequestError):
    """The API token is missing or wrong."""

    http_status = HTTPStatus.UNAUTHORIZED
    default_reason = "UNAUTHENTICATED"


class ForbiddenError(RequestError):
    """The request is not provably Twilio's."""

    http_status = HTTPStatus.FORBIDDEN
    default_reason = "INVALID_SIGNATURE"


class RequestTimeoutError(RequestError):
    """The body did not arrive in time."""

    http_status = HTTPStatus.REQUEST_TIMEOUT
    default_reason = "REQUEST_TIMEOUT"


class BodyTooLargeError(RequestError):
    """The body is larger than this path takes."""

    http_status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_reason = "BODY_TOO_LARGE"


class UnsupportedMediaTypeError(RequestError):
    """The body is of the wrong content type."""

    http_status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    default_reason = "UNSUPPORTED_MEDIA_TYPE"


class OrchestratorError(GatewayError):
    """What the orchestrator answered, or that it did not."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        violations: Sequence[FieldViolation] = (),
        retry_delay_seconds: float | None = None,
    ) -> None:
        """Makes an error.

        Args:
            message: As for every GatewayError.
            reason: The orchestrator's, without `ERROR_REASON_`.
            violations: The fields it refuses; the first becomes `field`.
            retry_delay_seconds: When it is worth trying again, if the orchestrator says so.
        """
        super().__init__(message, reason=reason, field=violations[0].field if violations else "")
        self.violations = tuple(violations)
        self.retry_delay_seconds = retry_delay_seconds


class InvalidArgumentError(OrchestratorError):
    """The orchestrator refuses a field."""

    http_status = HTTPStatus.BAD_REQUEST
    default_reason = "INVALID_FIELD"


class NotFoundError(OrchestratorError):
    """There is no such consultation, call, alarm or audio."""

    http_status = HTTPStatus.NOT_FOUND
    default_reason = "NOT_FOUND"


class ConflictError(OrchestratorError):
    """The consultation is not in a state, or at a turn, that allows this."""

    http_status = HTTPStatus.CONFLICT
    default_reason = "CONFLICT"


class UnimplementedError(OrchestratorError):
    """This orchestrator does not serve the RPC."""

    http_status = HTTPStatus.NOT_IMPLEMENTED
    default_reason = "NOT_IMPLEMENTED"


class OrchestratorFaultError(OrchestratorError):
    """A fault inside the orchestrator, or an answer that breaks the API."""

    http_status = HTTPStatus.BAD_GATEWAY
    default_reason = "INTERNAL"


class TransientError(OrchestratorError):
    """Worth trying again, soon."""


class OverloadedError(TransientError):
    """The orchestrator does as much as it can."""

    http_status = HTTPStatus.TOO_MANY_REQUESTS
    default_reason = "OVERLOADED"


class UnavailableError(TransientError):
    """The orchestrator, or something it needs, does not answer."""

    http_status = HTTPStatus.SERVICE_UNAVAILABLE
    default_reason = "ORCHESTRATOR_UNAVAILABLE"


class DeadlineExceededError(TransientError):
    """The orchestrator did not answer in time."""

    http_status = HTTPStatus.GATEWAY_TIMEOUT
    default_reason = "DEADLINE_EXCEEDED"


class ErrorDetail(TypedDict):
    """What went wrong."""

    reason: str
    message: str
    field: NotRequired[str]


class ErrorBody(TypedDict):
    """The JSON body of every error."""

    error: ErrorDetail


def body(reason: str, message: str, field: str = "") -> ErrorBody:
    """Returns the JSON body of an error."""
    detail = ErrorDetail(reason=reason, message=message)
    if field:
        detail["field"] = field
    return ErrorBody(error=detail)
