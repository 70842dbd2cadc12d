"""The one table from our errors to gRPC."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from calling.v1 import error_reason_pb2
from orchestrator.domain import errors
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.errors import CallingError, Violation
from orchestrator.rpc.errors import DOMAIN, TABLE, deadline_status, internal_status, to_status

ID = "0b9c8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
VIOLATION = Violation("person.phone", "must be a telephone number")

# Every error there is, with the status and the metadata that error_reason.proto promises.
EXAMPLES: list[tuple[CallingError, str, str, dict[str, str]]] = [
    (errors.InvalidField(VIOLATION), "INVALID_ARGUMENT", "INVALID_FIELD", {}),
    (errors.InvalidCursor(), "INVALID_ARGUMENT", "INVALID_CURSOR", {}),
    (errors.InvalidPageToken(), "INVALID_ARGUMENT", "INVALID_PAGE_TOKEN", {}),
    (errors.InvalidAudio("must be a WAV file"), "INVALID_ARGUMENT", "INVALID_AUDIO", {}),
    (errors.ConsultationNotFound(ID), "NOT_FOUND", "CONSULTATION_NOT_FOUND", {"consultationId": ID}),
    (errors.CampaignNotFound(ID), "NOT_FOUND", "CAMPAIGN_NOT_FOUND", {"campaignId": ID}),
    (errors.CampaignRequestIdReused(ID), "ALREADY_EXISTS", "REQUEST_ID_REUSED", {"campaignId": ID}),
    (
        errors.WrongCampaignState(ID, "cancelled"),
        "FAILED_PRECONDITION",
        "WRONG_STATE",
        {"campaignId": ID, "state": "cancelled"},
    ),
    (errors.AudioNotFound(), "NOT_FOUND", "AUDIO_NOT_FOUND", {}),
    (errors.AlarmNotFound(ID), "NOT_FOUND", "ALARM_NOT_FOUND", {"consultationId": ID}),
    (errors.UnknownCall(ID), "NOT_FOUND", "UNKNOWN_CALL", {"consultationId": ID}),
    (errors.RequestIdReused(ID), "ALREADY_EXISTS", "REQUEST_ID_REUSED", {"consultationId": ID}),
    (errors.WrongState(ID, "failed"), "FAILED_PRECONDITION", "WRONG_STATE", {"consultationId": ID, "state": "failed"}),
    (errors.CallTakenOver(ID), "ABORTED", "CALL_TAKEN_OVER", {"consultationId": ID}),
    (errors.TurnOutOfOrder(5), "ABORTED", "TURN_OUT_OF_ORDER", {"expectedTurnNumber": "5"}),
    (
        errors.DialRefused(DialFailure.TRIAL_ACCOUNT, 21219),
        "FAILED_PRECONDITION",
        "DIAL_REFUSED",
        {"dialFailure": "trial_account", "providerCode": "21219"},
    ),
    (errors.NoResultUrl(), "FAILED_PRECONDITION", "NO_RESULT_URL", {}),
    (errors.StreamNotExpected(ID), "FAILED_PRECONDITION", "STREAM_NOT_EXPECTED", {"consultationId": ID}),
    (errors.Overloaded(2.5), "RESOURCE_EXHAUSTED", "OVERLOADED", {}),
    (errors.StoreUnavailable(), "UNAVAILABLE", "STORE_UNAVAILABLE", {}),
    (errors.SpeechToTextUnavailable(), "UNAVAILABLE", "SPEECH_TO_TEXT_UNAVAILABLE", {}),
    (errors.TextToSpeechUnavailable(), "UNAVAILABLE", "TEXT_TO_SPEECH_UNAVAILABLE", {}),
    (errors.LanguageModelUnavailable(), "UNAVAILABLE", "LANGUAGE_MODEL_UNAVAILABLE", {}),
    (errors.EncoderUnavailable(), "UNAVAILABLE", "LANGUAGE_MODEL_UNAVAILABLE", {}),
    (
        errors.TelephoneUnavailable(3.0, provider_code=20429),
        "UNAVAILABLE",
        "TELEPHONE_UNAVAILABLE",
        {"providerCode": "20429"},
    ),
    (errors.RecordingNotReady(), "UNAVAILABLE", "TELEPHONE_UNAVAILABLE", {}),
]


def subclasses(of: type[CallingError]) -> Iterator[type[CallingError]]:
    for subclass in of.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def details(status: status_pb2.Status, kind: type) -> list:
    found = []
    for packed in status.details:
        detail = kind()
        if packed.Unpack(detail):
            found.append(detail)
    return found


def test_every_error_has_a_row_and_an_example() -> None:
    """`Unavailable` stands for a family and is never raised itself."""
    raised = set(subclasses(CallingError)) - {errors.Unavailable}
    assert set(TABLE) == raised == {type(error) for error, *_ in EXAMPLES}


def test_the_tree_in_the_documentation_is_the_tree() -> None:
    assert inspect.getdoc(errors) is not None
    documented = {line.lstrip("│├└─ ").split(" ")[0] for line in str(errors.__doc__).splitlines() if "─" in line}
    assert documented == {error.__name__ for error in subclasses(CallingError)}


def test_every_reason_is_used_or_named_elsewhere() -> None:
    used = {error_reason_pb2.ErrorReason.Name(row.reason) for row in TABLE.values()}
    elsewhere = {
        "ERROR_REASON_UNSPECIFIED",
        "ERROR_REASON_DEADLINE_EXCEEDED",
        "ERROR_REASON_INTERNAL",
        "ERROR_REASON_NOT_IMPLEMENTED",  # the speech server's
    }
    assert used | elsewhere == set(error_reason_pb2.ErrorReason.keys())


@pytest.mark.parametrize(
    ("error", "code", "reason", "metadata"), EXAMPLES, ids=[type(example[0]).__name__ for example in EXAMPLES]
)
def test_what_a_caller_is_told(error: CallingError, code: str, reason: str, metadata: dict[str, str]) -> None:
    status = to_status(error)
    assert status.code == grpc.StatusCode[code].value[0]
    assert status.message == str(error) != ""
    (info,) = details(status, error_details_pb2.ErrorInfo)
    assert (info.domain, info.reason, dict(info.metadata)) == (DOMAIN, f"ERROR_REASON_{reason}", metadata)
    violations = [
        Violation(violation.field, violation.description)
        for request in details(status, error_details_pb2.BadRequest)
        for violation in request.field_violations
    ]
    assert violations == (list(error.violations) if isinstance(error, errors.InvalidField) else [])
    assert bool(violations) == (code == "INVALID_ARGUMENT")
    retries = [
        detail.retry_delay.ToTimedelta().total_seconds() for detail in details(status, error_details_pb2.RetryInfo)
    ]
    assert retries == ([error.retry_after] if code in {"UNAVAILABLE", "RESOURCE_EXHAUSTED"} else [])


def test_the_status_of_a_fault_of_ours_names_nothing_but_the_request() -> None:
    status = internal_status("request-1")
    (info,) = details(status, error_details_pb2.ErrorInfo)
    assert (info.reason, dict(info.metadata)) == ("ERROR_REASON_INTERNAL", {"requestId": "request-1"})
    assert status.code == grpc.StatusCode.INTERNAL.value[0]


def test_the_status_of_a_deadline() -> None:
    status = deadline_status()
    (info,) = details(status, error_details_pb2.ErrorInfo)
    assert (status.code, info.reason) == (
        grpc.StatusCode.DEADLINE_EXCEEDED.value[0],
        "ERROR_REASON_DEADLINE_EXCEEDED",
    )
