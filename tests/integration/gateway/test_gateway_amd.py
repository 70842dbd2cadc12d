"""Who answered, from HTTP to gRPC."""

import grpc
import pytest

from calling.v1 import call_service_pb2 as pb
from tests.fakes.orchestrator_servicers import Delay, Failure
from tests.integration.gateway.gateway_client import CALL_SID, CONSULTATION, Client

AMD = f"/twilio/amd?consultation={CONSULTATION}"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("human", "HUMAN"),
        ("machine_start", "MACHINE"),
        ("machine_end_beep", "MACHINE"),
        ("machine_end_silence", "MACHINE"),
        ("machine_end_other", "MACHINE"),
        ("fax", "MACHINE"),
        ("unknown", "UNKNOWN"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_everything_that_twilio_finds(client: Client, orchestrator, prefix, found, expected):
    orchestrator.on("ReportAnsweredBy", pb.ReportAnsweredByResponse())
    answer = await client.webhook(prefix + AMD, AnsweredBy=found, MachineDetectionDuration="2400")
    assert (answer.status, answer.body) == (204, b"")
    assert orchestrator.requests("ReportAnsweredBy") == [
        pb.ReportAnsweredByRequest(
            consultation_id=CONSULTATION,
            call_sid=CALL_SID,
            answered_by=pb.ReportAnsweredByRequest.AnsweredBy.Value(f"ANSWERED_BY_{expected}"),
        )
    ]


@pytest.mark.parametrize("found", ["", "robot", "HUMAN", "machine", "x" * 5000])
async def test_what_twilio_has_not_documented_is_ignored(client: Client, orchestrator, found):
    assert (await client.webhook(AMD, AnsweredBy=found)).status == 204
    assert orchestrator.requests("ReportAnsweredBy") == []


@pytest.mark.parametrize("path", ["/twilio/amd", "/twilio/amd?consultation="])
async def test_callback_that_names_no_consultation(client: Client, orchestrator, path):
    assert (await client.webhook(path, AnsweredBy="human")).status == 204
    assert orchestrator.requests("ReportAnsweredBy") == []


@pytest.mark.parametrize(
    "failure",
    [
        Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", retry_seconds=1),
        Failure(grpc.StatusCode.UNAVAILABLE, "TELEPHONE_UNAVAILABLE", retry_seconds=1),
    ],
)
async def test_twilio_is_asked_to_come_again(client: Client, orchestrator, failure):
    orchestrator.on("ReportAnsweredBy", failure)
    assert (await client.webhook(AMD, AnsweredBy="machine_start")).status == 503


async def test_slow_orchestrator(impatient: Client, orchestrator):
    orchestrator.on("ReportAnsweredBy", Delay())
    assert (await impatient.webhook(AMD, AnsweredBy="machine_start")).status == 503


@pytest.mark.parametrize(
    "failure",
    [
        Failure(grpc.StatusCode.NOT_FOUND, "CONSULTATION_NOT_FOUND"),
        Failure(grpc.StatusCode.NOT_FOUND, "UNKNOWN_CALL"),
        Failure(grpc.StatusCode.INTERNAL, "INTERNAL"),
    ],
)
async def test_what_will_not_pass_is_not_repeated(client: Client, orchestrator, failure):
    orchestrator.on("ReportAnsweredBy", failure)
    assert (await client.webhook(AMD, AnsweredBy="human")).status == 204
