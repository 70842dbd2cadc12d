"""A Media Streams WebSocket: Twilio's messages in, ours out, each wait with a deadline.

Twilio sends audio all the time, silence too: where nothing comes, a ping asks whether anybody is there.
"""

import asyncio
from dataclasses import dataclass

from aiohttp import WSCloseCode, WSMsgType, web

from gateway import media_frames
from gateway.call_stream import AgentAudio, ClearAudio, SetMark
from gateway.media_frames import Opened, TwilioEvent
from gateway.metrics import Metrics
from gateway.stream_end import StreamEnd, StreamEnded

MAX_MESSAGE_BYTES = 64 * 1024


@dataclass(frozen=True)
class MediaLimits:
    """How long things may take on a stream, in seconds."""

    start: float = 10.0
    """From the handshake to `start`."""
    batch: float = 0.06
    """How much of the callee's audio is sent to the orchestrator together, with few streams (see `media_batch`)."""
    busy_batch: float = 0.1
    """The same with many."""
    heartbeat: float = 10.0
    """Without a message, until a ping; half of it more without a pong, and the peer is gone."""
    write: float = 5.0
    """Until Twilio takes a message."""
    finish: float = 5.0
    """Until the orchestrator closes, once it is said that the stream is over."""
    close: float = 3.0
    """Until Twilio confirms that the WebSocket is closed."""


class MediaSocket:
    """The WebSocket of one stream."""

    def __init__(self, limits: MediaLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._received = metrics.stream_frames.labels(direction="received")
        self._sent = metrics.stream_frames.labels(direction="sent")
        self._request: web.Request | None = None
        self.response = web.WebSocketResponse(
            timeout=limits.close, heartbeat=limits.heartbeat, compress=False, max_msg_size=MAX_MESSAGE_BYTES
        )

    async def open(self, request: web.Request) -> None:
        """Answers the handshake.

        Raises:
            HTTPBadRequest: It is none.
        """
        await self.response.prepare(request)
        self._request = request

    async def started(self) -> Opened:
        """Waits for `start`, which comes before everything but `connected`.

        Raises:
            StreamEnded: It does not come, or not in time, or something else does.
        """
        try:
            async with asyncio.timeout(self._limits.start):
                event = await self.receive()
        except TimeoutError as error:
            raise StreamEnded(StreamEnd.NOT_STARTED) from error
        if not isinstance(event, Opened):
            raise StreamEnded(StreamEnd.PROTOCOL, "start")
        return event

    async def receive(self) -> TwilioEvent:
        """Returns the next event.

        Raises:
            StreamEnded: There is none: the WebSocket is closed, broken, or carries what it should not.
        """
        async for message in self.response:
            self._received.inc()
            if message.type is not WSMsgType.TEXT:
                raise StreamEnded(*_broken(message.type, message.data))
            event = media_frames.parse(message.data)
            if event is not None:
                return event
        raise StreamEnded(StreamEnd.PEER_GONE)

    async def send(self, event: AgentAudio | SetMark | ClearAudio, stream_sid: str) -> None:
        """Has Twilio do something.

        Raises:
            StreamEnded: Twilio does not read, or is gone.
        """
        try:
            for text in media_frames.written(event, stream_sid):
                async with asyncio.timeout(self._limits.write):
                    await self.response.send_str(text)
                self._sent.inc()
        except TimeoutError as error:
            raise StreamEnded(StreamEnd.PEER_SLOW) from error
        except ConnectionError as error:
            raise StreamEnded(StreamEnd.PEER_GONE) from error

    async def close(self, end: StreamEnd) -> None:
        """Closes the WebSocket, so that Twilio goes on with the call; hard, if Twilio does not take part in it.

        Twilio reports any code but 1000 as an error of ours, so only its own breach of the protocol gets another.
        """
        code = WSCloseCode.PROTOCOL_ERROR if end is StreamEnd.PROTOCOL else WSCloseCode.OK
        # In a task of its own: after a write that was cancelled because Twilio did not read, aiohttp cancels the next.
        closing = asyncio.create_task(self.response.close(code=code))
        await asyncio.wait({closing}, timeout=self._limits.close)
        if not closing.done():
            closing.cancel()
            await asyncio.wait({closing})
        if closing.cancelled() or closing.exception():
            self._abort()

    def _abort(self) -> None:
        if self._request is not None and self._request.transport is not None:
            self._request.transport.abort()


def _broken(kind: WSMsgType, data: object) -> tuple[StreamEnd, str]:
    """Returns what a message that is no text means: a broken connection, or a breach of the protocol."""
    if kind is WSMsgType.ERROR and isinstance(data, OSError | TimeoutError):
        return StreamEnd.PEER_GONE, ""
    return StreamEnd.PROTOCOL, kind.name.lower()
