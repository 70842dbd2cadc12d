"""`WS /twilio/media/{token}`: a call as two streams of audio. The signature was checked before (`twilio_signature`).

The path of a frame: `media_socket` (from Twilio), `media_frames` (what is it?), `media_bridge`, `media_uplink` (with
others), `orchestrator_stream` (on to the orchestrator), and back. However a stream ends, its WebSocket is closed and
Twilio follows the `<Redirect>` behind the `<Connect>`: the call goes on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from gateway.call_stream import StreamStart
from gateway.media_batch import BatchLength
from gateway.media_bridge import MediaBridge, cancelled
from gateway.media_socket import MediaLimits, MediaSocket
from gateway.metrics import Metrics
from gateway.orchestrator_client import OrchestratorClient
from gateway.stream_end import StreamEnd, StreamEnded
from observability import log

logger = log.get(__name__)


@dataclass
class _Stream:
    """What the log says of a stream."""

    consultation_id: str = ""
    call_sid: str = ""


class TwilioMedia:
    """Carries streams, and ends them when the gateway stops.

    How many there are the orchestrators' places decide; but a gateway that is late ends one that begins at once, and
    its call, having heard nothing by stream, goes on turn by turn.
    """

    def __init__(
        self,
        orchestrator: OrchestratorClient,
        metrics: Metrics,
        limits: MediaLimits,
        *,
        is_late: Callable[[], bool] = lambda: False,
    ) -> None:
        """Makes it.

        Args:
            orchestrator: Carries the calls.
            metrics: What is counted.
            limits: How long things may take.
            is_late: Returns whether the event loop is too late for one more stream.
        """
        self._orchestrator = orchestrator
        self._metrics = metrics
        self._limits = limits
        self._batch = BatchLength(limits.batch, limits.busy_batch)
        self._is_late = is_late
        self._stopping = asyncio.Event()

    async def stop(self, _app: web.Application) -> None:
        """Ends every stream; their calls go on at another gateway (an `on_shutdown` signal)."""
        self._stopping.set()

    async def media(self, request: web.Request) -> web.StreamResponse:
        """Carries one stream, from the handshake to the closed WebSocket."""
        socket = MediaSocket(self._limits, self._metrics)
        await socket.open(request)
        stream = _Stream()
        began = asyncio.get_running_loop().time()
        with self._metrics.streams.track_inprogress(), self._batch.stream():
            ended = await self._unless_stopped(socket, request.match_info["token"], stream)
            await socket.close(ended.end)
        self._metrics.stream_ends.labels(reason=ended.end.value).inc()
        seconds = round(asyncio.get_running_loop().time() - began, 1)
        logger.info(
            "stream_ended",
            reason=ended.end.value, detail=ended.detail, seconds=seconds,
            consultation_id=stream.consultation_id, call_sid=stream.call_sid,
        )  # fmt: skip
        return socket.response

    async def _unless_stopped(self, socket: MediaSocket, token: str, stream: _Stream) -> StreamEnded:
        """Carries a stream until it ends, or the gateway stops. Raises nothing: a WebSocket has no error pages."""
        carrying = asyncio.create_task(self._carry(socket, token, stream))
        stopping = asyncio.create_task(self._stopped())
        try:
            await asyncio.wait({carrying, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return carrying.result() if carrying.done() else stopping.result()
        except Exception:
            logger.exception("stream_failed", consultation_id=stream.consultation_id, call_sid=stream.call_sid)
            return StreamEnded(StreamEnd.FAULT)
        finally:
            await cancelled(carrying, stopping)

    async def _carry(self, socket: MediaSocket, token: str, stream: _Stream) -> StreamEnded:
        try:
            opened = await socket.started()
        except StreamEnded as ended:
            return ended
        stream.consultation_id, stream.call_sid = opened.consultation_id, opened.call_sid
        if self._is_late():
            return StreamEnded(StreamEnd.GATEWAY_LATE)
        async with self._orchestrator.stream_call() as orchestrator:
            bridge = MediaBridge(
                socket,
                orchestrator,
                opened.stream_sid,
                batch_seconds=self._batch.seconds,
                finish_seconds=self._limits.finish,
            )
            return await bridge.carry(StreamStart(opened.consultation_id, opened.call_sid, token))

    async def _stopped(self) -> StreamEnded:
        await self._stopping.wait()
        return StreamEnded(StreamEnd.SHUTDOWN)
