"""Joins a Media Streams WebSocket and a StreamCall: what comes on one goes out on the other, until either ends."""

import asyncio
from collections.abc import Callable

from gateway.call_stream import StreamOver, StreamStart
from gateway.media_frames import Opened, Stopped
from gateway.media_socket import MediaSocket
from gateway.media_uplink import Uplink
from gateway.orchestrator_stream import OrchestratorStream
from gateway.stream_end import StreamEnd, StreamEnded, end_of


class MediaBridge:
    """One stream, from its `start` to its end."""

    def __init__(
        self,
        socket: MediaSocket,
        orchestrator: OrchestratorStream,
        stream_sid: str,
        *,
        batch_seconds: Callable[[], float],
        finish_seconds: float,
    ) -> None:
        """Joins the two.

        Args:
            socket: Twilio's side, opened and started.
            orchestrator: The orchestrator's side, not started yet.
            stream_sid: Twilio's name of the stream.
            batch_seconds: Returns how much of the callee's audio is sent together now.
            finish_seconds: How long the orchestrator may take to close, once it is said that the stream is over.
        """
        self._socket = socket
        self._orchestrator = orchestrator
        self._stream_sid = stream_sid
        self._finish_seconds = finish_seconds
        self._uplink = Uplink(batch_seconds)
        self._is_over = False

    async def carry(self, start: StreamStart) -> StreamEnded:
        """Carries the call until one side ends it. The WebSocket and the RPC may be open still: the caller ends both.

        Args:
            start: What the orchestrator is told first.

        Returns:
            How it ended.
        """
        playing = asyncio.create_task(end_of(self._play()))
        sending = asyncio.create_task(end_of(self._send(start)))
        listening = asyncio.create_task(end_of(self._listen()))
        tasks = [playing, listening, sending]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            ended = next(task.result() for task in tasks if task.done())
            if ended.end is StreamEnd.STOPPED:
                await self._finish(sending, playing)
            elif ended.end in {StreamEnd.HANG_UP, StreamEnd.FALL_BACK}:
                await cancelled(listening)
                await self._socket.close(ended.end)  # first: the callee waits for how the call goes on
                closing = asyncio.create_task(end_of(self._play()))
                tasks.append(closing)
                await self._finish(sending, closing)
            return ended
        finally:
            await cancelled(*tasks)

    async def _listen(self) -> StreamEnd:
        """Takes what Twilio sends. Never waits for the orchestrator, so that audio does not pile up on the way."""
        while True:
            event = await self._socket.receive()
            match event:
                case Stopped():
                    return StreamEnd.STOPPED
                case Opened():
                    raise StreamEnded(StreamEnd.PROTOCOL, "start")
                case _:
                    self._uplink.add(event)

    async def _send(self, start: StreamStart) -> StreamEnd:
        """Sends up what the callee does, to its end."""
        await self._orchestrator.start(start)
        while (event := await self._uplink.next()) is not None:
            await self._orchestrator.send(event)
        await self._orchestrator.half_close()
        return StreamEnd.STOPPED

    async def _play(self) -> StreamEnd:
        """Has Twilio do what the orchestrator wants; if Twilio is slow, so is this, and by flow control the other."""
        while (event := await self._orchestrator.receive()) is not None:
            if isinstance(event, StreamOver):
                return StreamEnd(event.why)
            if not self._is_over:
                await self._socket.send(event, self._stream_sid)
        return StreamEnd.CLOSED

    async def _finish(self, sending: asyncio.Task[StreamEnded], playing: asyncio.Task[StreamEnded]) -> None:
        """Half-closes, and lets the orchestrator close in peace: it may still be writing down the last words."""
        self._is_over = True
        self._uplink.close()
        await asyncio.wait({sending, playing}, timeout=self._finish_seconds)


async def cancelled(*tasks: asyncio.Task[StreamEnded]) -> None:
    """Cancels tasks and waits until they are done; what comes of them no longer matters."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
