"""What the callee does, on its way from the WebSocket to the orchestrator: batched, in order, and bounded.

A message over gRPC costs several times what a frame over the WebSocket costs, so frames of 20 ms are sent together. If
gRPC is slower than the callee speaks, batches grow, up to a limit: audio that comes late is of no use to a talk.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from gateway.call_stream import CalleeAudio, CalleeEvent, MarkReached, PressedKey
from gateway.stream_end import StreamEnd, StreamEnded

BYTES_PER_SECOND = 8000
MAX_WAITING_SECONDS = 2.0
MAX_WAITING_EVENTS = 200
"""Keys and marks: far more than anybody presses, or the agent sets."""


class Uplink:
    """A queue of one writer and one reader, in the running loop."""

    def __init__(self, batch_seconds: Callable[[], float]) -> None:
        """Makes an empty one.

        Args:
            batch_seconds: Returns how much audio is sent together now, and how long the first of it waits at most.
        """
        self._batch_seconds = batch_seconds
        self._waiting: deque[bytearray | PressedKey | MarkReached] = deque()
        self._waiting_bytes = 0
        self._due = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    def add(self, event: CalleeEvent) -> None:
        """Adds what the callee did. Keys and marks are sent at once, with the audio before them.

        Raises:
            StreamEnded: More waits than may (`StreamEnd.ORCHESTRATOR_SLOW`).
        """
        if isinstance(event, CalleeAudio):
            self._add_audio(event.mulaw)
        else:
            self._waiting.append(event)
            self._due.set()
        if self._waiting_bytes > MAX_WAITING_SECONDS * BYTES_PER_SECOND or len(self._waiting) > MAX_WAITING_EVENTS:
            raise StreamEnded(StreamEnd.ORCHESTRATOR_SLOW)

    def close(self) -> None:
        """Says that nothing more comes; what waits is still sent."""
        self._closed = True
        self._due.set()

    async def next(self) -> CalleeEvent | None:
        """Waits until something is to be sent, and returns it; None: it is closed, and everything was sent."""
        await self._due.wait()
        if not self._waiting:
            return None
        event = self._taken()
        if not self._waiting:
            self._stop_timer()
            if not self._closed:
                self._due.clear()
        return event

    def _add_audio(self, mulaw: bytes) -> None:
        if not mulaw:
            return
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, bytearray):
            last += mulaw
        else:
            self._waiting.append(bytearray(mulaw))
        self._waiting_bytes += len(mulaw)
        seconds = self._batch_seconds()
        if self._waiting_bytes >= seconds * BYTES_PER_SECOND:
            self._due.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._due.set)

    def _taken(self) -> CalleeEvent:
        event = self._waiting.popleft()
        if not isinstance(event, bytearray):
            return event
        self._waiting_bytes -= len(event)
        return CalleeAudio(bytes(event))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
