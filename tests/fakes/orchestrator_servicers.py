"""A real gRPC server that speaks the orchestrator's API and answers as it is told.

    async with fake_orchestrator() as orchestrator:
        orchestrator.on("TakeTurn", reply_listen(3), Failure(grpc.StatusCode.UNAVAILABLE))
        ... requests to orchestrator.address ...
        assert orchestrator.requests("TakeTurn")[0].turn_number == 3

Answers of a method are given one after the other; the last one repeats. An answer is a message, a `Failure`, a `Delay`
before the next answer, or, for WatchConsultation, a list of those.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as PackedAny
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from calling.v1 import call_service_pb2_grpc, campaign_service_pb2_grpc, consultation_service_pb2_grpc


@dataclass(frozen=True)
class Failure:
    """An error, with the details that the API promises; without a reason: a bare one, as gRPC itself makes them."""

    code: grpc.StatusCode
    reason: str = ""
    message: str = "It failed."
    violations: tuple[tuple[str, str], ...] = ()
    retry_seconds: float | None = None
    domain: str = "calling.v1"

    async def abort(self, context: grpc.aio.ServicerContext) -> None:
        if not self.reason:
            await context.abort(self.code, self.message)
        details: list[Message] = [error_details_pb2.ErrorInfo(reason=f"ERROR_REASON_{self.reason}", domain=self.domain)]
        if self.violations:
            request = error_details_pb2.BadRequest()
            for name, description in self.violations:
                request.field_violations.add(field=name, description=description)
            details.append(request)
        if self.retry_seconds is not None:
            retry = error_details_pb2.RetryInfo()
            retry.retry_delay.FromNanoseconds(round(self.retry_seconds * 1e9))
            details.append(retry)
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        for detail in details:
            packed = PackedAny()
            packed.Pack(detail)
            status.details.append(packed)
        await context.abort_with_status(rpc_status.to_status(status))


@dataclass(frozen=True)
class Delay:
    """Waits before the next answer; `None` for ever, until the client cancels or the deadline passes."""

    seconds: float | None = None

    async def wait(self) -> None:
        await asyncio.sleep(3600 if self.seconds is None else self.seconds)


@dataclass(frozen=True)
class Received:
    """One call as it arrived."""

    request: Any
    metadata: dict[str, str]
    seconds_left: float | None


@dataclass
class FakeOrchestrator:
    """What the servicers answer, and what they were asked."""

    address: str = ""
    received: dict[str, list[Received]] = field(default_factory=lambda: defaultdict(list))
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client ended a watch."""
    checks: health.aio.HealthServicer = field(default_factory=health.aio.HealthServicer)
    _answers: dict[str, list[Any]] = field(default_factory=dict)

    def on(self, method: str, *answers: Any) -> None:
        """Sets a method's answers."""
        self._answers[method] = list(answers)

    def requests(self, method: str) -> list[Any]:
        """Returns the requests of a method so far."""
        return [received.request for received in self.received[method]]

    async def set_serving(self, serving: bool) -> None:
        statuses = health_pb2.HealthCheckResponse
        await self.checks.set("", statuses.SERVING if serving else statuses.NOT_SERVING)

    def _note(self, method: str, request: Any, context: grpc.aio.ServicerContext) -> None:
        metadata = {str(key): str(value) for key, value in context.invocation_metadata() or ()}
        self.received[method].append(Received(request, metadata, context.time_remaining()))

    def _next(self, method: str) -> Any:
        answers = self._answers.get(method)
        if not answers:
            return Failure(grpc.StatusCode.UNIMPLEMENTED, "NOT_IMPLEMENTED")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def answer(self, method: str, request: Any, context: grpc.aio.ServicerContext) -> Any:
        self._note(method, request, context)
        answer = self._next(method)
        while isinstance(answer, Delay):
            await answer.wait()
            answer = self._next(method)
        if isinstance(answer, Failure):
            await answer.abort(context)
        return answer

    async def stream(self, method: str, request: Any, context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:
        self._note(method, request, context)
        answer = self._next(method)
        try:
            for item in answer if isinstance(answer, list) else [answer]:
                if isinstance(item, Delay):
                    await item.wait()
                elif isinstance(item, Failure):
                    await item.abort(context)
                else:
                    yield item
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


def _unary(method: str) -> Any:
    async def serve(self: Any, request: Any, context: grpc.aio.ServicerContext) -> Any:
        return await self.fake.answer(method, request, context)

    return serve


class ConsultationServicer(consultation_service_pb2_grpc.ConsultationServiceServicer):
    def __init__(self, fake: FakeOrchestrator) -> None:
        self.fake = fake

    StartConsultation = _unary("StartConsultation")
    GetConsultation = _unary("GetConsultation")
    ListConsultations = _unary("ListConsultations")
    GetTranscript = _unary("GetTranscript")
    Summary = _unary("Summary")
    EndConsultation = _unary("EndConsultation")
    DeleteConsultation = _unary("DeleteConsultation")
    DeliverResult = _unary("DeliverResult")
    ListUndeliveredResults = _unary("ListUndeliveredResults")
    AcknowledgeAlarm = _unary("AcknowledgeAlarm")

    async def WatchConsultation(self, request: Any, context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:
        async for event in self.fake.stream("WatchConsultation", request, context):
            yield event


class CallServicer(call_service_pb2_grpc.CallServiceServicer):
    def __init__(self, fake: FakeOrchestrator) -> None:
        self.fake = fake

    AnswerCall = _unary("AnswerCall")
    TakeTurn = _unary("TakeTurn")
    ReportCallStatus = _unary("ReportCallStatus")
    ReportAnsweredBy = _unary("ReportAnsweredBy")
    GetAudio = _unary("GetAudio")


class CampaignServicer(campaign_service_pb2_grpc.CampaignServiceServicer):
    def __init__(self, fake: FakeOrchestrator) -> None:
        self.fake = fake

    StartCampaign = _unary("StartCampaign")
    AddConsultations = _unary("AddConsultations")
    GetCampaign = _unary("GetCampaign")
    PauseCampaign = _unary("PauseCampaign")
    ResumeCampaign = _unary("ResumeCampaign")
    CancelCampaign = _unary("CancelCampaign")

    async def WatchCampaign(self, request: Any, context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:
        async for event in self.fake.stream("WatchCampaign", request, context):
            yield event


@asynccontextmanager
async def fake_orchestrator(address: str = "127.0.0.1:0") -> AsyncIterator[FakeOrchestrator]:
    """Serves a fake orchestrator, healthy from the start."""
    fake = FakeOrchestrator()
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    consultation_service_pb2_grpc.add_ConsultationServiceServicer_to_server(ConsultationServicer(fake), server)
    call_service_pb2_grpc.add_CallServiceServicer_to_server(CallServicer(fake), server)
    campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server(CampaignServicer(fake), server)
    health_pb2_grpc.add_HealthServicer_to_server(fake.checks, server)
    port = server.add_insecure_port(address)
    fake.address = f"{address.rpartition(':')[0]}:{port}"
    await fake.set_serving(serving=True)
    await server.start()
    try:
        yield fake
    finally:
        await server.stop(grace=None)
