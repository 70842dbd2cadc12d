"""Server-sent events over a real watch: order, resumption, errors, and ends."""

import asyncio
import json
from contextlib import aclosing

import grpc
import pytest

from calling.v1 import consultation_pb2, transcript_pb2
from calling.v1 import consultation_service_pb2 as pb
from gateway.events import with_heartbeats
from gateway.orchestrator_client import OrchestratorClient
from tests.fakes.orchestrator_servicers import Delay, Failure
from tests.integration.gateway.gateway_client import CONSULTATION, DEADLINES, Client

EVENTS = f"/api/consultations/{CONSULTATION}/events"


def state(cursor: str, name: str) -> pb.WatchConsultationResponse:
    return pb.WatchConsultationResponse(
        cursor=cursor,
        event_time={"seconds": 1795233600},
        state_changed=consultation_pb2.Consultation(
            consultation_id=CONSULTATION, state=consultation_pb2.Consultation.State.Value(f"STATE_{name}")
        ),
    )


def turn(cursor: str, number: int) -> pb.WatchConsultationResponse:
    return pb.WatchConsultationResponse(
        cursor=cursor, turn_taken=transcript_pb2.Turn(number=number, text="여보세요\n\n누구세요?")
    )


def frames(text: str) -> list[dict[str, str]]:
    """Reads a stream as a browser does."""
    found = []
    for block in text.split("\n\n"):
        lines = [line.partition(":") for line in block.split("\n") if line and not line.startswith(":")]
        fields = {name: value.removeprefix(" ") for name, _, value in lines}
        if "data" in fields:
            found.append(fields)
    return found


async def test_whole_story(client: Client, orchestrator):
    attempt = pb.DeliveryAttempt(number=1, http_status=200, delivery=consultation_pb2.Consultation.DELIVERY_DELIVERED)
    orchestrator.on(
        "WatchConsultation",
        [
            state("1-0", "RINGING"),
            turn("2-0", 1),
            pb.WatchConsultationResponse(cursor="3-0", delivery_attempted=attempt),
            pb.WatchConsultationResponse(cursor="4-0"),
            pb.WatchConsultationResponse(cursor="5-0", alarm_changed=consultation_pb2.Alarm(number=1, turn_number=8)),
        ],
    )
    answer = await client.get(EVENTS)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"]
    assert answer.text.startswith("retry: 2000\n\n")
    events = frames(answer.text)
    assert [(event.get("id"), event["event"]) for event in events] == [
        ("1-0", "state_changed"),
        ("2-0", "turn_taken"),
        ("3-0", "delivery_attempted"),
        ("4-0", "unknown"),
        ("5-0", "alarm_changed"),
        (None, "end"),
    ]
    views = [json.loads(event["data"]) for event in events]
    assert views[0]["cursor"] == "1-0"
    assert views[0]["time"] == "2026-11-21T04:00:00.000+00:00"
    assert views[0]["consultation"]["state"] == "ringing"
    assert views[1]["turn"]["text"] == "여보세요\n\n누구세요?"
    assert views[2]["attempt"] == {
        "number": 1, "http_status": 200, "delivery": "delivered", "next_attempt_time": None,
        "failure": None,
    }  # fmt: skip
    assert (views[4]["alarm"]["number"], views[4]["alarm"]["turn"]) == (1, 8)


@pytest.mark.parametrize(
    ("path", "headers", "cursor"),
    [
        (EVENTS, {}, ""),
        (EVENTS + "?cursor=7-1", {}, "7-1"),
        (EVENTS + "?cursor=7-1", {"Last-Event-ID": "9-0"}, "9-0"),
        (EVENTS, {"Last-Event-ID": "9-0"}, "9-0"),
    ],
)
async def test_goes_on_after_the_cursor(client: Client, orchestrator, path, headers, cursor):
    orchestrator.on("WatchConsultation", [])
    answer = await client.get(path, headers=headers)
    assert [event["event"] for event in frames(answer.text)] == ["end"]
    request = orchestrator.requests("WatchConsultation")[0]
    assert (request.consultation_id, request.cursor) == (CONSULTATION, cursor)


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (Failure(grpc.StatusCode.NOT_FOUND, "CONSULTATION_NOT_FOUND"), 404),
        (Failure(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_CURSOR", violations=(("cursor", "is none"),)), 400),
        (Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", retry_seconds=1), 503),
    ],
)
async def test_error_before_the_first_event_is_an_http_error(client: Client, orchestrator, failure, status):
    orchestrator.on("WatchConsultation", failure)
    answer = await client.get(EVENTS)
    assert answer.status == status
    assert json.loads(answer.body)["error"]["reason"] == failure.reason


@pytest.mark.parametrize("cursor", ["ü", "\udcff"])
async def test_cursor_that_is_none(client: Client, orchestrator, cursor):
    reader, writer = await asyncio.open_connection("127.0.0.1", client.gateway.port)
    header = cursor.encode("utf-8", "surrogateescape")
    writer.write(
        f"GET {EVENTS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nLast-Event-ID: ".encode() + header + b"\r\n\r\n"
    )
    assert b" 400 " in await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert not orchestrator.received


async def test_break_in_the_middle_ends_without_end_and_is_resumed(client: Client, orchestrator):
    orchestrator.on(
        "WatchConsultation",
        [state("1-0", "RINGING"), Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")],
        [state("2-0", "COMPLETED")],
    )
    first = frames((await client.get(EVENTS)).text)
    assert [event["event"] for event in first] == ["state_changed"]
    second = frames((await client.get(EVENTS, headers={"Last-Event-ID": first[-1]["id"]})).text)
    assert [event["event"] for event in second] == ["state_changed", "end"]
    assert orchestrator.requests("WatchConsultation")[1].cursor == "1-0"


async def test_heartbeats_while_nothing_happens(client: Client, orchestrator, monkeypatch):
    monkeypatch.setitem(_waits(), "first_seconds", 0.02)
    monkeypatch.setitem(_waits(), "seconds", 0.02)
    orchestrator.on("WatchConsultation", [Delay(0.2), state("1-0", "COMPLETED")])
    text = (await client.get(EVENTS)).text
    before, _, _ = text.partition("id: 1-0")
    assert before.count(": heartbeat\n\n") >= 2
    assert [event["event"] for event in frames(text)] == ["state_changed", "end"]


def _waits():
    return with_heartbeats.__kwdefaults__


async def test_events_come_as_they_happen_and_a_client_may_leave(client: Client, orchestrator, monkeypatch):
    monkeypatch.setitem(_waits(), "seconds", 0.02)
    orchestrator.on("WatchConsultation", [state("1-0", "RINGING"), Delay()])
    async with client.session.get(client.url + EVENTS) as response:
        async with asyncio.timeout(2):
            while b"1-0" not in await response.content.readline():
                pass
        assert not orchestrator.cancelled.is_set()
        response.close()
    async with asyncio.timeout(2):
        await orchestrator.cancelled.wait()


async def test_stop_ends_streams_without_end(client: Client, orchestrator):
    orchestrator.on("WatchConsultation", [state("1-0", "RINGING"), Delay()])
    async with client.session.get(client.url + EVENTS) as response:
        async with asyncio.timeout(2):
            first = await response.content.readuntil(b"}\n\n")
            await client.gateway.stop()
            rest = await response.content.read()
    assert b"1-0" in first
    assert b"event: end" not in rest
    await orchestrator.cancelled.wait()


async def test_watch_that_is_dropped_is_cancelled(orchestrator):
    """Between two events no read is under way whose end would end the call (grpc#43462)."""
    orchestrator.on("WatchConsultation", [state("1-0", "RINGING"), Delay()])
    client = OrchestratorClient(orchestrator.address, DEADLINES)
    async with aclosing(client.watch(CONSULTATION, "")) as events:
        assert (await anext(events))["cursor"] == "1-0"
    async with asyncio.timeout(2):
        await orchestrator.cancelled.wait()
    await client.close()


async def test_watch_has_a_deadline(client: Client, orchestrator):
    orchestrator.on("WatchConsultation", [])
    await client.get(EVENTS)
    assert orchestrator.received["WatchConsultation"][0].seconds_left <= 5.1
