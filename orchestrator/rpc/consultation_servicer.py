"""ConsultationService over `dialogue.consultations`: checks, converts, calls. The .proto documents the methods."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import grpc

from calling.v1 import consultation_service_pb2 as pb
from calling.v1 import consultation_service_pb2_grpc
from observability.log import masked_phone
from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.consultations import Consultations, fingerprint
from orchestrator.dialogue.delivery import Deliveries
from orchestrator.rpc import page_tokens, validation
from orchestrator.rpc.conversion.consultations import (
    alarm_message,
    attempt_message,
    consultation_message,
    undelivered_message,
)
from orchestrator.rpc.conversion.events import event_message
from orchestrator.rpc.conversion.orders import brief
from orchestrator.rpc.conversion.outcomes import summary_message
from orchestrator.rpc.transcript_pages import TranscriptPages

Context = grpc.aio.ServicerContext[Any, Any]

_LIST = {"default": 50, "most": 500}
_TURNS = {"default": 500, "most": 1000}


class ConsultationServicer(consultation_service_pb2_grpc.ConsultationServiceServicer):
    """Serves ConsultationService."""

    def __init__(self, consultations: Consultations, deliveries: Deliveries, alarms: Alarms) -> None:
        self._consultations = consultations
        self._deliveries = deliveries
        self._alarms = alarms
        self._pages = TranscriptPages()

    async def StartConsultation(
        self, request: pb.StartConsultationRequest, context: Context
    ) -> pb.StartConsultationResponse:
        validation.start_consultation(request)
        order = brief(request)
        consultation = await self._consultations.start(
            order,
            masked_phone=masked_phone(order.person.phone),
            request_id=request.request_id,
            fingerprint=fingerprint(request.SerializeToString(deterministic=True)),
        )
        return pb.StartConsultationResponse(consultation=consultation_message(consultation))

    async def GetConsultation(self, request: pb.GetConsultationRequest, context: Context) -> pb.GetConsultationResponse:
        consultation = await self._consultations.get(validation.consultation_id(request.consultation_id))
        return pb.GetConsultationResponse(consultation=consultation_message(consultation))

    async def ListConsultations(
        self, request: pb.ListConsultationsRequest, context: Context
    ) -> pb.ListConsultationsResponse:
        limit = validation.page_size(request.page_size, **_LIST)
        page = await self._consultations.newest(limit=limit, token=request.page_token)
        return pb.ListConsultationsResponse(
            consultations=[consultation_message(item) for item in page.items],
            next_page_token=page.next_token,
        )

    async def GetTranscript(self, request: pb.GetTranscriptRequest, context: Context) -> pb.GetTranscriptResponse:
        consultation_id = validation.consultation_id(request.consultation_id)
        limit = validation.page_size(request.page_size, **_TURNS)
        after = page_tokens.after(request.page_token)
        transcript = await self._consultations.transcript(consultation_id, after=after, limit=limit + 1)
        return self._pages.of(consultation_id, transcript, limit)

    async def WatchConsultation(
        self, request: pb.WatchConsultationRequest, context: Context
    ) -> AsyncGenerator[pb.WatchConsultationResponse, None]:
        consultation_id = validation.consultation_id(request.consultation_id)
        async with aclosing(self._consultations.watch(consultation_id, request.cursor)) as events:
            async for event in events:
                yield event_message(event)

    async def Summary(self, request: pb.SummaryRequest, context: Context) -> pb.SummaryResponse:
        summary, outcome = await self._consultations.concluded(validation.consultation_id(request.consultation_id))
        return summary_message(summary, outcome)

    async def EndConsultation(self, request: pb.EndConsultationRequest, context: Context) -> pb.EndConsultationResponse:
        consultation = await self._consultations.end(validation.consultation_id(request.consultation_id))
        return pb.EndConsultationResponse(consultation=consultation_message(consultation))

    async def DeleteConsultation(
        self, request: pb.DeleteConsultationRequest, context: Context
    ) -> pb.DeleteConsultationResponse:
        consultation_id = validation.consultation_id(request.consultation_id)
        await self._consultations.delete(consultation_id)
        self._pages.forget(consultation_id)
        return pb.DeleteConsultationResponse()

    async def DeliverResult(self, request: pb.DeliverResultRequest, context: Context) -> pb.DeliverResultResponse:
        attempt = await self._deliveries.deliver_now(validation.consultation_id(request.consultation_id))
        return pb.DeliverResultResponse(attempt=attempt_message(attempt))

    async def ListUndeliveredResults(
        self, request: pb.ListUndeliveredResultsRequest, context: Context
    ) -> pb.ListUndeliveredResultsResponse:
        limit = validation.page_size(request.page_size, **_LIST)
        page = await self._consultations.undelivered(limit=limit, token=request.page_token)
        return pb.ListUndeliveredResultsResponse(
            results=[undelivered_message(item) for item in page.items], next_page_token=page.next_token
        )

    async def AcknowledgeAlarm(
        self, request: pb.AcknowledgeAlarmRequest, context: Context
    ) -> pb.AcknowledgeAlarmResponse:
        consultation_id = validation.consultation_id(request.consultation_id)
        validation.acknowledgement(request)
        by = request.acknowledged_by.strip()
        alarm = await self._alarms.acknowledge(consultation_id, request.alarm_number, by)
        return pb.AcknowledgeAlarmResponse(alarm=alarm_message(alarm))
