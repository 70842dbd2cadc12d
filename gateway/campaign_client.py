"""CampaignService, as the gateway sees it. Part of `orchestrator_client`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import grpc

from calling.v1 import campaign_service_pb2 as pb
from calling.v1 import campaign_service_pb2_grpc
from gateway import campaign_views as views
from gateway.campaign_body import CampaignBody, MorePeopleBody
from gateway.conversion import campaigns
from gateway.lanes import Lane
from gateway.orchestrator_rpc import call, metadata, watched


class CampaignClient:
    """The RPCs as methods. Each raises a `gateway.errors.OrchestratorError` when it fails."""

    def __init__(
        self, channel: grpc.aio.Channel, lane: Lane, watches: Lane, *, start: float, read: float, watch: float
    ) -> None:
        """Makes it.

        Args:
            channel: Its owner's to close.
            lane: Bounds how much is asked at once.
            watches: Likewise watches.
            start: How long a start may take, repeats included, in seconds.
            read: Likewise everything else but a watch.
            watch: A watch that lasts longer ends, and is resumed by its client.
        """
        self._stub = campaign_service_pb2_grpc.CampaignServiceStub(channel)
        self._lane, self._watches = lane, watches
        self._start, self._read, self._watch = start, read, watch

    async def start(self, body: CampaignBody, request_id: str) -> views.CampaignView:
        """Starts a campaign, once for each `request_id`."""
        request = campaigns.start_request(body, request_id)
        return campaigns.campaign((await call(self._lane, self._stub.StartCampaign, request, self._start)).campaign)

    async def add(self, campaign_id: str, body: MorePeopleBody) -> views.CampaignView:
        """Adds people; those who are in it stay as they are."""
        request = pb.AddConsultationsRequest(
            campaign_id=campaign_id, consultations=campaigns.orders(body.consultations)
        )
        return campaigns.campaign((await call(self._lane, self._stub.AddConsultations, request, self._start)).campaign)

    async def campaign(self, campaign_id: str) -> views.CampaignView:
        """Returns a campaign as it stands."""
        request = pb.GetCampaignRequest(campaign_id=campaign_id)
        return campaigns.campaign((await call(self._lane, self._stub.GetCampaign, request, self._read)).campaign)

    async def pause(self, campaign_id: str) -> views.CampaignView:
        """Calls nobody else until resumed."""
        request = pb.PauseCampaignRequest(campaign_id=campaign_id)
        return campaigns.campaign((await call(self._lane, self._stub.PauseCampaign, request, self._read)).campaign)

    async def resume(self, campaign_id: str) -> views.CampaignView:
        """Goes on."""
        request = pb.ResumeCampaignRequest(campaign_id=campaign_id)
        return campaigns.campaign((await call(self._lane, self._stub.ResumeCampaign, request, self._read)).campaign)

    async def cancel(self, campaign_id: str) -> views.CampaignView:
        """Calls nobody else, for good."""
        request = pb.CancelCampaignRequest(campaign_id=campaign_id)
        return campaigns.campaign((await call(self._lane, self._stub.CancelCampaign, request, self._read)).campaign)

    async def watch(self, campaign_id: str, cursor: str) -> AsyncGenerator[views.CampaignEventView, None]:
        """Yields what happened since the cursor, then what happens, until nothing more will."""
        request = pb.WatchCampaignRequest(campaign_id=campaign_id, cursor=cursor)
        with self._watches.taken():
            stream = self._stub.WatchCampaign(request, timeout=self._watch, metadata=metadata())
            async with aclosing(watched(stream)) as responses:
                async for response in responses:
                    yield campaigns.event(response)
