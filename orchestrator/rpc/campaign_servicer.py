"""CampaignService over `dialogue.campaign`: checks, converts, calls. The .proto documents the methods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import grpc

from calling.v1 import campaign_service_pb2 as pb
from calling.v1 import campaign_service_pb2_grpc
from orchestrator.dialogue.campaign.campaigns import Campaigns
from orchestrator.dialogue.consultations import fingerprint
from orchestrator.rpc import campaign_validation as validation
from orchestrator.rpc.conversion.campaigns import campaign_message, campaign_plan, event_message, orders

Context = grpc.aio.ServicerContext[Any, Any]


class CampaignServicer(campaign_service_pb2_grpc.CampaignServiceServicer):
    """Serves CampaignService."""

    def __init__(self, campaigns: Campaigns, *, shortest_retry: int = 60) -> None:
        """Makes it.

        Args:
            campaigns: what is served.
            shortest_retry: seconds before which no campaign may call a person again who was not reached.
        """
        self._campaigns = campaigns
        self._shortest_retry = shortest_retry

    async def StartCampaign(self, request: pb.StartCampaignRequest, context: Context) -> pb.StartCampaignResponse:
        # A thousand people take a third of a second: beside the loop, so that calls go on.
        await asyncio.to_thread(validation.start_campaign, request, shortest_retry=self._shortest_retry)
        campaign = await self._campaigns.start(
            campaign_plan(request),
            await asyncio.to_thread(orders, request.consultations),
            request_id=request.request_id,
            fingerprint=fingerprint(request.SerializeToString(deterministic=True)),
            paused=request.start_paused,
        )
        return pb.StartCampaignResponse(campaign=campaign_message(campaign))

    async def AddConsultations(
        self, request: pb.AddConsultationsRequest, context: Context
    ) -> pb.AddConsultationsResponse:
        campaign_id = validation.campaign_id(request.campaign_id)
        await asyncio.to_thread(validation.add_consultations, request)
        campaign = await self._campaigns.add(campaign_id, await asyncio.to_thread(orders, request.consultations))
        return pb.AddConsultationsResponse(campaign=campaign_message(campaign))

    async def GetCampaign(self, request: pb.GetCampaignRequest, context: Context) -> pb.GetCampaignResponse:
        campaign = await self._campaigns.get(validation.campaign_id(request.campaign_id))
        return pb.GetCampaignResponse(campaign=campaign_message(campaign))

    async def WatchCampaign(
        self, request: pb.WatchCampaignRequest, context: Context
    ) -> AsyncGenerator[pb.WatchCampaignResponse, None]:
        campaign_id = validation.campaign_id(request.campaign_id)
        async with aclosing(self._campaigns.watch(campaign_id, request.cursor)) as events:
            async for event in events:
                yield event_message(event)

    async def PauseCampaign(self, request: pb.PauseCampaignRequest, context: Context) -> pb.PauseCampaignResponse:
        campaign = await self._campaigns.pause(validation.campaign_id(request.campaign_id))
        return pb.PauseCampaignResponse(campaign=campaign_message(campaign))

    async def ResumeCampaign(self, request: pb.ResumeCampaignRequest, context: Context) -> pb.ResumeCampaignResponse:
        campaign = await self._campaigns.resume(validation.campaign_id(request.campaign_id))
        return pb.ResumeCampaignResponse(campaign=campaign_message(campaign))

    async def CancelCampaign(self, request: pb.CancelCampaignRequest, context: Context) -> pb.CancelCampaignResponse:
        campaign = await self._campaigns.cancel(validation.campaign_id(request.campaign_id))
        return pb.CancelCampaignResponse(campaign=campaign_message(campaign))
