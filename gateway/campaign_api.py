"""Campaigns over HTTP. Errors are JSON (`gateway.errors`), shapes are in `gateway.campaign_views`."""

from aiohttp import web

from gateway.backend_api import idempotency_key, json_response
from gateway.backend_fields import in_backend_words
from gateway.campaign_body import CampaignBody, MorePeopleBody, derived_request_id
from gateway.campaign_client import CampaignClient
from gateway.errors import InvalidArgumentError
from gateway.request_body import read_json

MAX_CAMPAIGN_BYTES = 4 * 1024 * 1024
"""As much as the orchestrator takes in one message; a message is never larger than its JSON."""


class CampaignApi:
    """Handlers, one a path."""

    def __init__(self, campaigns: CampaignClient) -> None:
        self._campaigns = campaigns

    async def start(self, request: web.Request) -> web.Response:
        """`POST /api/campaigns`: starts a campaign. 202.

        The same `Idempotency-Key` starts it once; without that header the same body does.
        """
        key = idempotency_key(request)
        body = await read_json(request, CampaignBody, max_bytes=MAX_CAMPAIGN_BYTES)
        try:
            return json_response(await self._campaigns.start(body, key or derived_request_id(body)), status=202)
        except InvalidArgumentError as error:
            raise in_backend_words(error) from error

    async def add(self, request: web.Request) -> web.Response:
        """`POST /api/campaigns/{campaign_id}/consultations`: adds people; who is in it already stays as they are."""
        body = await read_json(request, MorePeopleBody, max_bytes=MAX_CAMPAIGN_BYTES)
        try:
            return json_response(await self._campaigns.add(_id(request), body))
        except InvalidArgumentError as error:
            raise in_backend_words(error) from error

    async def campaign(self, request: web.Request) -> web.Response:
        """`GET /api/campaigns/{campaign_id}`."""
        return json_response(await self._campaigns.campaign(_id(request)))

    async def pause(self, request: web.Request) -> web.Response:
        """`POST /api/campaigns/{campaign_id}/pause`: calls nobody else until resumed."""
        return json_response(await self._campaigns.pause(_id(request)))

    async def resume(self, request: web.Request) -> web.Response:
        """`POST /api/campaigns/{campaign_id}/resume`."""
        return json_response(await self._campaigns.resume(_id(request)))

    async def cancel(self, request: web.Request) -> web.Response:
        """`POST /api/campaigns/{campaign_id}/cancel`: calls nobody else, for good."""
        return json_response(await self._campaigns.cancel(_id(request)))


def _id(request: web.Request) -> str:
    return request.match_info["campaign_id"]
