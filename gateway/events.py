"""`GET /api/consultations/{consultation_id}/events`: what happens in a consultation, live, as server-sent events.

Each event has the cursor as its `id`, its type as `event` (`state_changed`, `turn_taken`, `delivery_attempted`,
`alarm_changed`) and an `EventView` as `data`. `GET /api/campaigns/{campaign_id}/events` is the same for a campaign:
`campaign_changed`, `item_changed`, and a `CampaignEventView`.

A client that comes back with `Last-Event-ID` (as EventSource does by itself) or `?cursor=` goes on after that event;
nothing is lost or doubled. After the last event of what is over comes `event: end`: a client should then close. A
stream that stops without it is to be resumed.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from aiohttp import web

from gateway.campaign_views import CampaignEventView
from gateway.errors import GatewayError, InvalidRequestError
from gateway.metrics import Metrics
from gateway.orchestrator_client import OrchestratorClient
from gateway.views import EventView
from observability import log

FIRST_EVENT_SECONDS = 1.0
"""How long the response waits for the first event: an error that comes by then still gets its HTTP status."""
HEARTBEAT_SECONDS = 15.0
WRITE_SECONDS = 20.0
"""How long a client may not read before it counts as gone."""
RECONNECT_MILLISECONDS = 2000

LiveEvent = EventView | CampaignEventView

logger = log.get(__name__)


class EventStreams:
    """Serves the streams, and ends them when the gateway stops."""

    def __init__(self, orchestrator: OrchestratorClient, metrics: Metrics) -> None:
        self._orchestrator = orchestrator
        self._metrics = metrics
        self._stopping = asyncio.Event()

    async def stop(self, _app: web.Application) -> None:
        """Ends every stream; their clients resume elsewhere (an `on_shutdown` signal)."""
        self._stopping.set()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Streams events until the consultation is over, the client is gone, or the gateway stops."""
        return await self._live(
            request, self._orchestrator.watch(request.match_info["consultation_id"], _cursor(request))
        )

    async def campaign_events(self, request: web.Request) -> web.StreamResponse:
        """Streams a campaign's events in the same way."""
        watch = self._orchestrator.campaigns.watch(request.match_info["campaign_id"], _cursor(request))
        return await self._live(request, watch)

    async def _live(self, request: web.Request, watch: AsyncGenerator[LiveEvent, None]) -> web.StreamResponse:
        with self._metrics.event_streams.track_inprogress():
            async with aclosing(with_heartbeats(watch, self._stopping)) as beats:
                first = await anext(beats, None)
                return await self._stream(request, first, beats)

    async def _stream(
        self, request: web.Request, first: LiveEvent | None, rest: AsyncIterator[LiveEvent | None]
    ) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        try:
            await response.prepare(request)
            await _write(response, f"retry: {RECONNECT_MILLISECONDS}\n\n" + frame(first))
            async for event in rest:
                await _write(response, frame(event))
            if not self._stopping.is_set():
                await _write(response, "event: end\ndata: {}\n\n")
        except GatewayError as error:
            logger.info("event_stream_broken", reason=error.reason)  # its client comes back and is told
        except (ConnectionResetError, TimeoutError):
            logger.debug("event_stream_left")
        return response


def _cursor(request: web.Request) -> str:
    """Returns where to go on: the header is newer than the URL when an EventSource comes back."""
    cursor = request.headers.get("Last-Event-ID") or request.query.get("cursor", "")
    if not cursor.isascii():
        raise InvalidRequestError("The cursor is none.", reason="INVALID_CURSOR", field="cursor")
    return cursor


def frame(event: LiveEvent | None) -> str:
    """Returns an event as it is written (HTML Living Standard, 9.2); None: a comment that keeps the line open."""
    if event is None:
        return ": heartbeat\n\n"
    data = json.dumps(event, ensure_ascii=False)
    return f"id: {event['cursor']}\nevent: {event['type']}\ndata: {data}\n\n"


async def with_heartbeats(
    events: AsyncGenerator[LiveEvent, None],
    stopping: asyncio.Event,
    *,
    first_seconds: float = FIRST_EVENT_SECONDS,
    seconds: float = HEARTBEAT_SECONDS,
) -> AsyncGenerator[LiveEvent | None, None]:
    """Yields events, and None whenever none came for a while. Ends with the events, or when `stopping` is set.

    Args:
        events: The events; closed at the end.
        stopping: Ends the wait for the next event.
        first_seconds: How long to wait for the first event.
        seconds: How long to wait for each further one.
    """
    upcoming = asyncio.ensure_future(anext(events))
    stop = asyncio.ensure_future(stopping.wait())
    patience = first_seconds
    try:
        while True:
            await asyncio.wait({upcoming, stop}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if stop.done():
                return
            patience = seconds
            if not upcoming.done():
                yield None
                continue
            try:
                event = await upcoming
            except StopAsyncIteration:
                return
            upcoming = asyncio.ensure_future(anext(events))
            yield event
    finally:
        upcoming.cancel()
        stop.cancel()
        await asyncio.gather(upcoming, stop, return_exceptions=True)
        await events.aclose()


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(text.encode())
