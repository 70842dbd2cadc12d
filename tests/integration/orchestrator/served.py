"""The orchestrator's real gRPC server over fakes, and stubs that call it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from calling.v1 import (
    call_service_pb2,
    call_service_pb2_grpc,
    campaign_service_pb2_grpc,
    consultation_service_pb2_grpc,
)
from calling.v1 import consultation_service_pb2 as pb
from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.delivery import Deliveries
from orchestrator.domain.brief import ConversationMode
from orchestrator.rpc.call_servicer import CallServicer
from orchestrator.rpc.campaign_servicer import CampaignServicer
from orchestrator.rpc.consultation_servicer import ConsultationServicer
from orchestrator.server import OrchestratorServer
from tests.fakes.alarm_receivers import ScriptedAlarmReceivers
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import LivePhone


@dataclass
class Served:
    """A server, what it stands on, and its clients."""

    scene: Scene
    phone: LivePhone
    server: OrchestratorServer
    channel: grpc.aio.Channel
    consultations: consultation_service_pb2_grpc.ConsultationServiceAsyncStub
    calls: call_service_pb2_grpc.CallServiceAsyncStub
    campaigns: campaign_service_pb2_grpc.CampaignServiceAsyncStub

    async def start(self, request: pb.StartConsultationRequest) -> str:
        """Starts a consultation; its phone rings."""
        response = await self.consultations.StartConsultation(request)
        self.scene.id = response.consultation.consultation_id
        await self.scene.work()
        self.scene.call_sid = (await self.scene.record()).call_sid
        return self.scene.id

    async def turn(self, number: int, **fields: Any) -> call_service_pb2.Reply:
        """Hands over what the callee did."""
        request = call_service_pb2.TakeTurnRequest(
            consultation_id=self.scene.id, call_sid=self.scene.call_sid, turn_number=number, **fields
        )
        return (await self.calls.TakeTurn(request)).reply


@asynccontextmanager
async def serving(scene: Scene, deliveries: Deliveries | None = None) -> AsyncIterator[Served]:
    phone = LivePhone(scene)
    alarms = Alarms(scene.store, ScriptedAlarmReceivers(), scene.clock)
    server = OrchestratorServer(
        ConsultationServicer(scene.consultations, deliveries or scene.deliveries, alarms),
        CallServicer(scene.calls, phone.replica(usual=ConversationMode.TURN_BY_TURN), scene.reports, scene.audio),
        CampaignServicer(scene.campaigns),
        scene.store.ping,
    )
    port = await server.start("127.0.0.1", 0)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            yield Served(
                scene,
                phone,
                server,
                channel,
                consultation_service_pb2_grpc.ConsultationServiceStub(channel),
                call_service_pb2_grpc.CallServiceStub(channel),
                campaign_service_pb2_grpc.CampaignServiceStub(channel),
            )
        finally:
            await server.stop(0)
            await scene.background.close()


async def until(holds: Callable[[], object]) -> None:
    """Waits until something holds that nobody tells about."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@dataclass(frozen=True)
class Refusal:
    """An error as a client sees it."""

    code: str
    reason: str
    metadata: dict[str, str]
    fields: list[str]
    retry: bool
    message: str


async def refused(call: Awaitable[object]) -> Refusal:
    """Makes a call that must fail; returns how."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return refusal(error)
    raise AssertionError("the call did not fail")


def refusal(error: grpc.aio.AioRpcError) -> Refusal:
    status = rpc_status.from_call(error)
    assert status is not None, "every error has details"
    infos, fields, retries = [], [], []
    for detail in status.details:
        info, request, retry = (
            error_details_pb2.ErrorInfo(),
            error_details_pb2.BadRequest(),
            error_details_pb2.RetryInfo(),
        )
        if detail.Unpack(info):
            infos.append(info)
        elif detail.Unpack(request):
            fields += [violation.field for violation in request.field_violations]
        elif detail.Unpack(retry):
            retries.append(retry)
    (info,) = infos
    assert info.domain == "calling.v1"
    reason = info.reason.removeprefix("ERROR_REASON_")
    return Refusal(error.code().name, reason, dict(info.metadata), fields, bool(retries), error.details() or "")
