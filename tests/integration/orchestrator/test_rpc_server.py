"""The server itself: health, reflection, request ids, faults, drain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
import structlog
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from calling.v1 import call_service_pb2, consultation_service_pb2
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.server import ALIVE, PortTaken
from tests.integration.orchestrator.served import Served, refused, serving
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.rpc.orders import start_request

UNKNOWN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
SERVICES = ("calling.v1.ConsultationService", "calling.v1.CallService", "calling.v1.CampaignService")
CALL = "CA" + "0" * 32


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(Scene()) as served:
        yield served


def rpcs() -> list[tuple[str, Message]]:
    """Every RPC that names a consultation or a piece of audio, with a request that is well-formed."""
    fields = {
        "consultation_id": UNKNOWN, "call_sid": CALL, "turn_number": 3, "call_status": 3, "audio_token": "x",
        "alarm_number": 1, "acknowledged_by": "operator-7", "answered_by": 2,
    }  # fmt: skip
    found = []
    for module in (consultation_service_pb2, call_service_pb2):
        (service,) = module.DESCRIPTOR.services_by_name.values()
        for method in service.methods:
            known = {name: value for name, value in fields.items() if name in method.input_type.fields_by_name}
            if known and method.name != "StreamCall":
                found.append((method.name, getattr(module, method.input_type.name)(**known)))
    return found


def call(served: Served, method: str, request: Message, **options: Any) -> Any:
    stub = served.consultations if hasattr(served.consultations, method) else served.calls
    started = getattr(stub, method)(request, **options)
    return started.read() if hasattr(started, "read") else started


@pytest.mark.parametrize(("method", "request_"), rpcs())
async def test_what_does_not_exist(served: Served, method: str, request_: Message) -> None:
    refusal = await refused(call(served, method, request_))
    assert refusal.code == "NOT_FOUND"
    if method != "GetAudio":
        assert (refusal.reason, refusal.metadata) == ("CONSULTATION_NOT_FOUND", {"consultationId": UNKNOWN})


@pytest.mark.parametrize(("method", "request_"), rpcs())
async def test_what_is_not_named(served: Served, method: str, request_: Message) -> None:
    refusal = await refused(call(served, method, type(request_)()))
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert refusal.fields == ["audio_token" if method == "GetAudio" else "consultation_id"]


EVERYTHING = [
    *rpcs(),
    ("StartConsultation", start_request()),
    ("ListConsultations", consultation_service_pb2.ListConsultationsRequest()),
    ("ListUndeliveredResults", consultation_service_pb2.ListUndeliveredResultsRequest()),
]


@pytest.mark.parametrize(("method", "request_"), EVERYTHING)
async def test_without_the_store_everything_may_be_tried_again(served: Served, method: str, request_: Message) -> None:
    served.scene.store.error = served.scene.audio.error = StoreUnavailable()
    refusal = await refused(call(served, method, request_))
    assert (refusal.code, refusal.reason, refusal.retry) == ("UNAVAILABLE", "STORE_UNAVAILABLE", True)


@pytest.mark.parametrize(("method", "request_"), EVERYTHING)
async def test_a_fault_of_ours_says_nothing_but_where_the_log_has_it(
    served: Served, method: str, request_: Message
) -> None:
    served.scene.store.error = served.scene.audio.error = bug = RuntimeError("홍길동 010-1234-5678")
    with structlog.testing.capture_logs() as logged:
        refusal = await refused(call(served, method, request_, metadata=(("x-request-id", "request-1"),)))
    assert [(event["event"], event["exc_info"]) for event in logged] == [("rpc_failed", bug)]
    assert (refusal.code, refusal.reason, refusal.metadata) == ("INTERNAL", "INTERNAL", {"requestId": "request-1"})
    assert "홍길동" not in refusal.message
    assert refusal.retry is False


@pytest.mark.parametrize("given", [(), (("x-request-id", ""),), (("x-request-id", "x" * 101),)])
async def test_a_request_without_a_usable_id_is_given_one(served: Served, given: tuple[tuple[str, str], ...]) -> None:
    served.scene.store.error = RuntimeError("a bug")
    with structlog.testing.capture_logs():
        refusals = [await refused(call(served, *EVERYTHING[0], metadata=given)) for _ in range(2)]
    ids = {refusal.metadata["requestId"] for refusal in refusals}
    assert len(ids) == 2
    assert all(len(request_id) == 32 for request_id in ids)


async def test_a_deadline_of_ours_that_passed(served: Served) -> None:
    served.scene.store.error = TimeoutError()
    refusal = await refused(call(served, *EVERYTHING[0]))
    assert (refusal.code, refusal.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")


async def test_an_rpc_that_is_none_of_ours(served: Served) -> None:
    unknown = served.channel.unary_unary("/calling.v1.ConsultationService/Nothing")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await unknown(b"")
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_message_that_is_too_large(served: Served) -> None:
    request = start_request()
    request.person.name = "가" * 2_000_000
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await served.consultations.StartConsultation(request)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


# Health.


async def health(served: Served, service: str) -> int:
    stub = health_pb2_grpc.HealthStub(served.channel)
    return (await stub.Check(health_pb2.HealthCheckRequest(service=service))).status


async def test_health_of_every_service_follows_the_store(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.health_server.HEALTH_INTERVAL", 0.02)
    names = ("", *SERVICES)
    stub = health_pb2_grpc.HealthStub(served.channel)
    watches = [stub.Watch(health_pb2.HealthCheckRequest(service=name)) for name in names]

    async def news() -> set[int]:
        async with asyncio.timeout(5):
            return {(await watch.read()).status for watch in watches}

    assert await news() == {health_pb2.HealthCheckResponse.NOT_SERVING}
    watching = asyncio.create_task(served.server.watch_store())
    try:
        assert await news() == {health_pb2.HealthCheckResponse.SERVING}
        served.scene.store.error = StoreUnavailable()
        assert await news() == {health_pb2.HealthCheckResponse.NOT_SERVING}
        served.scene.store.error = None
        assert await news() == {health_pb2.HealthCheckResponse.SERVING}
        assert {await health(served, name) for name in names} == {health_pb2.HealthCheckResponse.SERVING}
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_the_process_is_alive_without_its_store(served: Served) -> None:
    assert await health(served, ALIVE) == health_pb2.HealthCheckResponse.SERVING
    assert await health(served, "") == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_health_of_a_service_that_does_not_exist(served: Served) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await health(served, "nothing")
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


# Reflection.


async def test_reflection_lists_and_describes_the_services(served: Served) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(served.channel)
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        *(reflection_pb2.ServerReflectionRequest(file_containing_symbol=service) for service in SERVICES),
    ]
    listed, *described = [response async for response in stub.ServerReflectionInfo(iter(requests))]
    assert {service.name for service in listed.list_services_response.service} == {
        *SERVICES,
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    assert all(response.file_descriptor_response.file_descriptor_proto for response in described)


# Start and stop.


async def test_a_taken_port(served: Served) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with taken:
        with pytest.raises(PortTaken):
            await served.server.start("127.0.0.1", taken.sockets[0].getsockname()[1])


@pytest.mark.parametrize("patience", [5.0, 0.0])
async def test_stopping_lets_running_calls_end_if_there_is_time(served: Served, patience: float) -> None:
    await served.start(start_request())
    await served.scene.answer()
    served.scene.speaks.delay = 0.2
    running = asyncio.ensure_future(served.turn(3, digits="1"))
    await asyncio.sleep(0.05)
    await served.server.stop(patience)
    if patience:
        assert "홍길동" in (await running).prompts[0].text
    else:
        with pytest.raises(grpc.aio.AioRpcError):
            await running
