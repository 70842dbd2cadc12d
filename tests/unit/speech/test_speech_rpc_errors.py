import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from calling.v1.error_reason_pb2 import ErrorReason
from speech import errors
from speech.rpc.errors import deadline_status, internal_status, status_of

UNAVAILABLE = ErrorReason.ERROR_REASON_SPEECH_TO_TEXT_UNAVAILABLE

EXAMPLES = {
    errors.InvalidFieldError: (errors.InvalidFieldError("text", "is empty"), "INVALID_ARGUMENT", "INVALID_FIELD"),
    errors.RejectedAudioError: (errors.RejectedAudioError("audio", "is empty"), "INVALID_ARGUMENT", "INVALID_AUDIO"),
    errors.StreamingNotSupportedError: (
        errors.StreamingNotSupportedError("whole recordings only"),
        "UNIMPLEMENTED",
        "NOT_IMPLEMENTED",
    ),
    errors.EngineFailedError: (errors.EngineFailedError("down", 2.5), "UNAVAILABLE", "SPEECH_TO_TEXT_UNAVAILABLE"),
    errors.OverloadedError: (errors.OverloadedError("too much"), "RESOURCE_EXHAUSTED", "OVERLOADED"),
}


def details(status: status_pb2.Status) -> dict[str, object]:
    unpacked = {}
    for detail in status.details:
        kind = detail.type_url.rpartition(".")[2]
        assert kind not in unpacked
        unpacked[kind] = getattr(error_details_pb2, kind)()
        detail.Unpack(unpacked[kind])
    return unpacked


def subclasses(of: type) -> set[type]:
    return {of, *(deeper for direct in of.__subclasses__() for deeper in subclasses(direct))}


def test_every_error_has_an_example_here():
    assert subclasses(errors.SpeechError) - {errors.SpeechError} == set(EXAMPLES)


@pytest.mark.parametrize(("error", "code", "reason"), EXAMPLES.values(), ids=[kind.__name__ for kind in EXAMPLES])
def test_every_error_has_its_form(error: errors.SpeechError, code: str, reason: str):
    status = status_of(error, UNAVAILABLE)
    told = details(status)

    assert status.code == grpc.StatusCode[code].value[0]
    assert told["ErrorInfo"].reason == f"ERROR_REASON_{reason}"
    assert told["ErrorInfo"].domain == "calling.v1"
    assert ("BadRequest" in told) == (code == "INVALID_ARGUMENT")
    assert ("RetryInfo" in told) == (code in {"UNAVAILABLE", "RESOURCE_EXHAUSTED"})


def test_the_field_is_named():
    violation = details(status_of(errors.InvalidFieldError("config.voice", "is unknown"), UNAVAILABLE))["BadRequest"]

    assert [(each.field, each.description) for each in violation.field_violations] == [("config.voice", "is unknown")]


def test_the_engine_says_when_to_retry():
    retry = details(status_of(errors.EngineFailedError("down", 2.5), UNAVAILABLE))["RetryInfo"]

    assert retry.retry_delay.ToMilliseconds() == 2500


def test_a_fault_of_ours_gives_only_the_request_id():
    status = internal_status("r-1")

    assert status.code == grpc.StatusCode.INTERNAL.value[0]
    assert dict(details(status)["ErrorInfo"].metadata) == {"requestId": "r-1"}


def test_a_passed_deadline():
    status = deadline_status()

    assert status.code == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
    assert details(status)["ErrorInfo"].reason == "ERROR_REASON_DEADLINE_EXCEEDED"
