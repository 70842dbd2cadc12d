"""Several orchestrators behind one gateway: each gets its share, one that leaves is not missed, a new one is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from calling.v1 import call_service_pb2 as pb
from calling.v1 import consultation_service_pb2, transcript_pb2
from cli.ports import free_ports
from gateway import orchestrator_client
from gateway.errors import UnavailableError
from gateway.orchestrator_client import OrchestratorClient
from orchestrator import health_server
from orchestrator import server as orchestrator_server
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.server import OrchestratorServer
from tests.fakes.name_server import name_server
from tests.fakes.orchestrator_servicers import (
    CallServicer,
    CampaignServicer,
    ConsultationServicer,
    Delay,
    FakeOrchestrator,
)
from tests.integration.gateway.gateway_client import CALL_SID, CONSULTATION

HUNG_UP = pb.AnswerCallResponse(reply=pb.Reply(hang_up=pb.HangUp()))


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_server, "HEALTH_INTERVAL", 0.02)


@dataclass
class Replica:
    """An orchestrator's own server over scripted servicers."""

    address: str
    fake: FakeOrchestrator
    server: OrchestratorServer
    store_is_there: bool = True

    @property
    def calls(self) -> int:
        return len(self.fake.requests("AnswerCall"))

    async def ping(self) -> None:
        if not self.store_is_there:
            raise StoreUnavailable


class Replicas:
    """Starts replicas, and stops what runs in the end."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> Replica:
        fake = FakeOrchestrator()
        fake.on("AnswerCall", HUNG_UP)
        replica: Replica
        servicers = ConsultationServicer(fake), CallServicer(fake), CampaignServicer(fake)
        server = OrchestratorServer(*servicers, lambda: replica.ping())  # noqa: PLW0108
        bound = await server.start(host, port)
        replica = Replica(f"{host}:{bound}", fake, server)
        watching = asyncio.create_task(server.watch_store())
        self._stack.push_async_callback(asyncio.wait, {watching})
        self._stack.callback(watching.cancel)
        self._stack.push_async_callback(server.stop, 0)
        return replica


@pytest.fixture
async def replicas() -> AsyncIterator[Replicas]:
    async with AsyncExitStack() as stack:
        yield Replicas(stack)


@asynccontextmanager
async def gateway_of(address: str) -> AsyncIterator[OrchestratorClient]:
    client = OrchestratorClient(address)
    try:
        yield client
    finally:
        await client.close()


async def call(client: OrchestratorClient, times: int = 1) -> None:
    for _ in range(times):
        await client.answer_call(CONSULTATION, CALL_SID)


async def call_until(client: OrchestratorClient, condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await call(client)
            await asyncio.sleep(0.01)


async def test_calls_are_spread_and_none_fails_when_one_of_two_stops(replicas: Replicas) -> None:
    one, two = await replicas.start(), await replicas.start()
    async with gateway_of(f"{one.address},{two.address}") as client:
        await call_until(client, lambda: min(one.calls, two.calls) > 0)
        before = (one.calls, two.calls)
        await call(client, 20)
        assert (one.calls - before[0], two.calls - before[1]) == (10, 10)
        leaving = asyncio.create_task(stop(one))
        await call_until(client, leaving.done)
        await leaving
        alone = two.calls
        await call(client, 10)
        assert two.calls == alone + 10


async def stop(replica: Replica) -> None:
    await replica.server.leave(0.2)
    await replica.server.stop(5)


async def test_nobody_is_sent_to_one_that_says_it_leaves_or_has_lost_its_store(replicas: Replicas) -> None:
    one, two = await replicas.start(), await replicas.start()
    async with gateway_of(f"{one.address},{two.address}") as client:
        await call_until(client, lambda: min(one.calls, two.calls) > 0)
        one.store_is_there = False
        await asyncio.sleep(0.3)
        before = one.calls
        await call(client, 20)
        assert one.calls == before
        one.store_is_there = True
        await call_until(client, lambda: one.calls > before)
        await one.server.leave(0.3)
        before = one.calls
        await call(client, 20)
        assert one.calls == before
        assert await client.is_serving()


async def test_when_all_have_lost_the_store_it_is_said_at_once(replicas: Replicas) -> None:
    one = await replicas.start()
    async with gateway_of(one.address) as client:
        await call_until(client, lambda: one.calls > 0)
        one.store_is_there = False
        await asyncio.sleep(0.3)
        with pytest.raises(UnavailableError):
            async with asyncio.timeout(4):
                await call(client)
        assert not await client.is_serving()
        one.store_is_there = True
        await asyncio.sleep(0.3)
        await call(client)


async def test_a_new_replica_is_found_and_what_runs_is_not_cut(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections end after their age; a stream that runs over one goes on over it."""
    monkeypatch.setattr(orchestrator_server, "CONNECTION_AGE", 0.5)
    quick = dict(orchestrator_client._CHANNEL_OPTIONS) | {"grpc.dns_min_time_between_resolutions_ms": 100}
    monkeypatch.setattr(orchestrator_client, "_CHANNEL_OPTIONS", list(quick.items()))
    (port,) = free_ports(1)
    one, two = await replicas.start("127.0.0.1", port), await replicas.start("127.0.0.2", port)
    turns = [
        consultation_service_pb2.WatchConsultationResponse(cursor=f"{n}-0", turn_taken=transcript_pb2.Turn(number=n))
        for n in range(1, 13)
    ]
    for replica in (one, two):
        replica.fake.on("WatchConsultation", [step for turn in turns for step in (turn, Delay(0.2))])
    async with (
        name_server("127.0.0.1", "127.0.0.2") as names,
        gateway_of(f"dns://127.0.0.1:{names.port}/orchestrator.example:{port}") as client,
    ):
        await call_until(client, lambda: min(one.calls, two.calls) > 0)
        watching = asyncio.create_task(watched(client))
        three = await replicas.start("127.0.0.3", port)
        names.addresses.append("127.0.0.3")
        await call_until(client, lambda: three.calls > 0)
        assert not watching.done()
        names.addresses.remove("127.0.0.1")
        leaving = asyncio.create_task(stop(one))
        await call_until(client, watching.done)
        assert await watching == len(turns)
        await leaving
        await call(client, 20)


async def watched(client: OrchestratorClient) -> int:
    return len([event async for event in client.watch(CONSULTATION, "")])


async def test_a_name_that_nobody_knows() -> None:
    async with name_server() as names, gateway_of(f"dns://127.0.0.1:{names.port}/orchestrator.example:1") as client:
        with pytest.raises(UnavailableError):
            async with asyncio.timeout(5):
                await call(client)
        assert names.asked
