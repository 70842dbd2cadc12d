"""The one table from our errors to gRPC: a canonical status, one ErrorInfo, and what else helps the caller.

After AIP-193: the reason is the full name of an `ErrorReason`, dynamic parts stand in the metadata, and nothing of an
exception's text that is not ours ever leaves the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from calling.v1 import error_reason_pb2
from orchestrator.domain import errors

DOMAIN = "calling.v1"

Reason = error_reason_pb2.ErrorReason
Metadata = Mapping[str, str]


class Row(NamedTuple):
    """How one error looks to a caller."""

    code: grpc.StatusCode
    reason: error_reason_pb2.ErrorReason.ValueType
    metadata: Callable[[Any], Metadata] = lambda _: {}


def _consultation(error: Any) -> Metadata:
    return {"consultationId": error.consultation_id}


def _campaign(error: Any) -> Metadata:
    return {"campaignId": error.campaign_id}


def _provider(error: Any) -> dict[str, str]:
    return {} if error.provider_code is None else {"providerCode": str(error.provider_code)}


TABLE: Mapping[type[errors.CallingError], Row] = {
    errors.InvalidField: Row(grpc.StatusCode.INVALID_ARGUMENT, Reason.ERROR_REASON_INVALID_FIELD),
    errors.InvalidCursor: Row(grpc.StatusCode.INVALID_ARGUMENT, Reason.ERROR_REASON_INVALID_CURSOR),
    errors.InvalidPageToken: Row(grpc.StatusCode.INVALID_ARGUMENT, Reason.ERROR_REASON_INVALID_PAGE_TOKEN),
    errors.InvalidAudio: Row(grpc.StatusCode.INVALID_ARGUMENT, Reason.ERROR_REASON_INVALID_AUDIO),
    errors.ConsultationNotFound: Row(
        grpc.StatusCode.NOT_FOUND, Reason.ERROR_REASON_CONSULTATION_NOT_FOUND, _consultation
    ),
    errors.CampaignNotFound: Row(grpc.StatusCode.NOT_FOUND, Reason.ERROR_REASON_CAMPAIGN_NOT_FOUND, _campaign),
    errors.AudioNotFound: Row(grpc.StatusCode.NOT_FOUND, Reason.ERROR_REASON_AUDIO_NOT_FOUND),
    errors.AlarmNotFound: Row(grpc.StatusCode.NOT_FOUND, Reason.ERROR_REASON_ALARM_NOT_FOUND, _consultation),
    errors.UnknownCall: Row(grpc.StatusCode.NOT_FOUND, Reason.ERROR_REASON_UNKNOWN_CALL, _consultation),
    errors.RequestIdReused: Row(grpc.StatusCode.ALREADY_EXISTS, Reason.ERROR_REASON_REQUEST_ID_REUSED, _consultation),
    errors.WrongState: Row(
        grpc.StatusCode.FAILED_PRECONDITION,
        Reason.ERROR_REASON_WRONG_STATE,
        lambda error: {"consultationId": error.consultation_id, "state": error.state},
    ),
    errors.CampaignRequestIdReused: Row(
        grpc.StatusCode.ALREADY_EXISTS, Reason.ERROR_REASON_REQUEST_ID_REUSED, _campaign
    ),
    errors.WrongCampaignState: Row(
        grpc.StatusCode.FAILED_PRECONDITION,
        Reason.ERROR_REASON_WRONG_STATE,
        lambda error: {**_campaign(error), "state": error.state},
    ),
    errors.TurnOutOfOrder: Row(
        grpc.StatusCode.ABORTED,
        Reason.ERROR_REASON_TURN_OUT_OF_ORDER,
        lambda error: {"expectedTurnNumber": str(error.expected)},
    ),
    errors.CallTakenOver: Row(grpc.StatusCode.ABORTED, Reason.ERROR_REASON_CALL_TAKEN_OVER, _consultation),
    errors.DialRefused: Row(
        grpc.StatusCode.FAILED_PRECONDITION,
        Reason.ERROR_REASON_DIAL_REFUSED,
        lambda error: {"dialFailure": error.failure, **_provider(error)},
    ),
    errors.NoResultUrl: Row(grpc.StatusCode.FAILED_PRECONDITION, Reason.ERROR_REASON_NO_RESULT_URL),
    errors.StreamNotExpected: Row(
        grpc.StatusCode.FAILED_PRECONDITION, Reason.ERROR_REASON_STREAM_NOT_EXPECTED, _consultation
    ),
    errors.Overloaded: Row(grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.ERROR_REASON_OVERLOADED),
    errors.StoreUnavailable: Row(grpc.StatusCode.UNAVAILABLE, Reason.ERROR_REASON_STORE_UNAVAILABLE),
    errors.SpeechToTextUnavailable: Row(grpc.StatusCode.UNAVAILABLE, Reason.ERROR_REASON_SPEECH_TO_TEXT_UNAVAILABLE),
    errors.TextToSpeechUnavailable: Row(grpc.StatusCode.UNAVAILABLE, Reason.ERROR_REASON_TEXT_TO_SPEECH_UNAVAILABLE),
    errors.LanguageModelUnavailable: Row(grpc.StatusCode.UNAVAILABLE, Reason.ERROR_REASON_LANGUAGE_MODEL_UNAVAILABLE),
    errors.EncoderUnavailable: Row(grpc.StatusCode.UNAVAILABLE, Reason.ERROR_REASON_LANGUAGE_MODEL_UNAVAILABLE),
    errors.TelephoneUnavailable: Row(grpc.StatusCode.UNAVAILABLE, Reason.ERROR_REASON_TELEPHONE_UNAVAILABLE, _provider),
    errors.RecordingNotReady: Row(grpc.StatusCode.UNAVAILABLE, Reason.ERROR_REASON_TELEPHONE_UNAVAILABLE),
}


def to_status(error: errors.CallingError) -> status_pb2.Status:
    """Returns the status that tells a caller about an error."""
    row = TABLE[type(error)]
    details: list[Any] = [
        error_details_pb2.ErrorInfo(
            reason=error_reason_pb2.ErrorReason.Name(row.reason), domain=DOMAIN, metadata=dict(row.metadata(error))
        )
    ]
    if isinstance(error, errors.InvalidField):
        details.append(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(
                        field=violation.field, description=violation.description
                    )
                    for violation in error.violations
                ]
            )
        )
    if isinstance(error, errors.Unavailable | errors.Overloaded):
        details.append(error_details_pb2.RetryInfo(retry_delay=_duration(error.retry_after)))
    return _status(row.code, str(error), details)


def deadline_status() -> status_pb2.Status:
    """Returns the status of work whose deadline passed."""
    return _status(
        grpc.StatusCode.DEADLINE_EXCEEDED,
        "the deadline passed before the work was done",
        [_info(Reason.ERROR_REASON_DEADLINE_EXCEEDED, {})],
    )


def internal_status(request_id: str) -> status_pb2.Status:
    """Returns the status of a fault of ours; the request id finds it in the log."""
    return _status(
        grpc.StatusCode.INTERNAL,
        "an internal error; the log has it under the request id",
        [_info(Reason.ERROR_REASON_INTERNAL, {"requestId": request_id})],
    )


def _status(code: grpc.StatusCode, message: str, details: list[Any]) -> status_pb2.Status:
    packed = []
    for detail in details:
        container = any_pb2.Any()
        container.Pack(detail)
        packed.append(container)
    return status_pb2.Status(code=code.value[0], message=message, details=packed)


def _info(reason: error_reason_pb2.ErrorReason.ValueType, metadata: dict[str, str]) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(
        reason=error_reason_pb2.ErrorReason.Name(reason), domain=DOMAIN, metadata=metadata
    )


def _duration(seconds: float) -> duration_pb2.Duration:
    duration = duration_pb2.Duration()
    duration.FromMicroseconds(int(seconds * 1_000_000))
    return duration
