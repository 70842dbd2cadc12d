"""Status callbacks, from HTTP to gRPC."""

import grpc
import pytest

from calling.v1 import call_service_pb2 as pb
from tests.fakes.orchestrator_servicers import Delay, Failure
from tests.integration.gateway.gateway_client import CALL_SID, CONSULTATION, Client

STATUS = f"/twilio/status?consultation={CONSULTATION}"
LAST = {
    "CallStatus": "completed",
    "Timestamp": "Sun, 25 Mar 2018 09:53:19 +0000",
    "CallbackSource": "call-progress-events",
    "SequenceNumber": "3",
    "CallDuration": "49",
    "Duration": "1",
    "SipResponseCode": "200",
}


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_last_report_with_everything_in_it(client: Client, orchestrator, prefix):
    orchestrator.on("ReportCallStatus", pb.ReportCallStatusResponse())
    answer = await client.webhook(prefix + STATUS, **LAST)
    assert (answer.status, answer.body) == (204, b"")
    request = orchestrator.requests("ReportCallStatus")[0]
    assert request == pb.ReportCallStatusRequest(
        consultation_id=CONSULTATION,
        call_sid=CALL_SID,
        call_status=pb.ReportCallStatusRequest.CALL_STATUS_COMPLETED,
        sequence_number=3,
        event_time={"seconds": 1521971599},
        call_duration={"seconds": 49},
        sip_response_code=200,
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("queued", "QUEUED"),
        ("initiated", "INITIATED"),
        ("ringing", "RINGING"),
        ("in-progress", "IN_PROGRESS"),
        ("completed", "COMPLETED"),
        ("busy", "BUSY"),
        ("no-answer", "NO_ANSWER"),
        ("failed", "FAILED"),
        ("canceled", "CANCELED"),
    ],
)
async def test_every_status(client: Client, orchestrator, status, expected):
    orchestrator.on("ReportCallStatus", pb.ReportCallStatusResponse())
    assert (await client.webhook(STATUS, CallStatus=status)).status == 204
    request = orchestrator.requests("ReportCallStatus")[0]
    assert pb.ReportCallStatusRequest.CallStatus.Name(request.call_status) == f"CALL_STATUS_{expected}"
    assert not request.HasField("sequence_number")
    assert not request.HasField("event_time")
    assert not request.HasField("call_duration")
    assert not request.HasField("sip_response_code")


async def test_the_first_report_counts_from_zero(client: Client, orchestrator):
    orchestrator.on("ReportCallStatus", pb.ReportCallStatusResponse())
    await client.webhook(STATUS, CallStatus="initiated", SequenceNumber="0")
    request = orchestrator.requests("ReportCallStatus")[0]
    assert request.HasField("sequence_number")
    assert request.sequence_number == 0


@pytest.mark.parametrize("status", ["", "paused", "COMPLETED", "unspecified", "x" * 5000])
async def test_unknown_status_is_ignored(client: Client, orchestrator, status):
    assert (await client.webhook(STATUS, CallStatus=status)).status == 204
    assert orchestrator.requests("ReportCallStatus") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"SequenceNumber": "-1", "CallDuration": "abc", "SipResponseCode": "", "Timestamp": "yesterday"},
        {"SequenceNumber": "99999999999", "CallDuration": "1.5", "Timestamp": ""},
        {"Timestamp": "Fri, 31 Dec 9999 23:59:59 -1200"},
    ],
)
async def test_odd_details_are_left_out(client: Client, orchestrator, fields):
    orchestrator.on("ReportCallStatus", pb.ReportCallStatusResponse())
    assert (await client.webhook(STATUS, CallStatus="completed", **fields)).status == 204
    request = orchestrator.requests("ReportCallStatus")[0]
    assert not request.HasField("sequence_number")
    assert not request.HasField("event_time")
    assert not request.HasField("call_duration")


@pytest.mark.parametrize(
    "failure",
    [
        Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", retry_seconds=1),
        Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED"),
    ],
)
async def test_twilio_is_asked_to_come_again(client: Client, orchestrator, failure):
    orchestrator.on("ReportCallStatus", failure)
    assert (await client.webhook(STATUS, **LAST)).status == 503


async def test_slow_orchestrator_and_a_status(impatient: Client, orchestrator):
    orchestrator.on("ReportCallStatus", Delay())
    assert (await impatient.webhook(STATUS, **LAST)).status == 503


@pytest.mark.parametrize(
    "failure",
    [
        Failure(grpc.StatusCode.NOT_FOUND, "CONSULTATION_NOT_FOUND"),
        Failure(grpc.StatusCode.NOT_FOUND, "UNKNOWN_CALL"),
        Failure(grpc.StatusCode.INTERNAL, "INTERNAL"),
    ],
)
async def test_what_will_not_pass_is_not_repeated(client: Client, orchestrator, failure):
    orchestrator.on("ReportCallStatus", failure)
    assert (await client.webhook(STATUS, **LAST)).status == 204


@pytest.mark.parametrize("path", ["/twilio/status", "/twilio/status?consultation="])
async def test_callback_that_names_no_consultation(client: Client, orchestrator, path):
    assert (await client.webhook(path, **LAST)).status == 204
    assert orchestrator.requests("ReportCallStatus") == []


async def test_bug_is_no_500(client: Client, monkeypatch):
    def broken(_webhook):
        raise RuntimeError("a bug")

    monkeypatch.setattr("gateway.twilio_status.status_report", broken)
    assert (await client.webhook(STATUS, **LAST)).status == 503
