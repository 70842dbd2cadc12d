"""One StreamCall, as the gateway sees it: events each way, typed errors.

grpc.aio ends a call whose read or write is cancelled, so whoever waits here must mean it.
"""

import asyncio
from types import TracebackType
from typing import Any, Self

import grpc

from gateway.call_stream import AgentEvent, CalleeEvent, StreamStart
from gateway.conversion import streams
from gateway.conversion.errors import typed_error
from gateway.errors import DeadlineExceededError


class OrchestratorStream:
    """An RPC that carries a call; cancelled, if it still runs, when its context is left."""

    def __init__(self, call: grpc.aio.StreamStreamCall[Any, Any], opening_seconds: float) -> None:
        """Wraps an RPC that was just begun.

        Args:
            call: The RPC.
            opening_seconds: How long the orchestrator may take to give its first sign: its metadata, which come when
                it takes the stream, or else with its first response.
        """
        self._call = call
        self._opening_seconds = opening_seconds
        self._is_open = False

    async def __aenter__(self) -> Self:
        """Returns itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancels the RPC; one that is over stays as it is."""
        self._call.cancel()

    async def start(self, start: StreamStart) -> None:
        """Sends the first request: which call this is."""
        await self._write(streams.start_request(start))

    async def send(self, event: CalleeEvent) -> None:
        """Sends what the callee does, as soon as the orchestrator takes it.

        Into an RPC that is over nothing is sent: `receive` tells why.
        """
        await self._write(streams.callee_request(event))

    async def half_close(self) -> None:
        """Says that nothing more comes from the callee."""
        await self._call.done_writing()

    async def receive(self) -> AgentEvent | None:
        """Returns what is to be done next; None: the orchestrator has closed.

        Raises:
            OrchestratorError: The RPC failed.
        """
        if not self._is_open:
            await self._opening()
        while (response := await self._read()) is not grpc.aio.EOF:
            event = streams.agent_event(response)
            if event is not None:
                return event
        return None

    async def _read(self) -> Any:  # noqa: ANN401 - generated messages stay in `conversion`
        try:
            return await self._call.read()
        except grpc.aio.AioRpcError as error:
            raise typed_error(error) from error

    async def _opening(self) -> None:
        """Waits for the first sign.

        Raises:
            DeadlineExceededError: None came in time.
        """
        try:
            async with asyncio.timeout(self._opening_seconds):
                await self._call.initial_metadata()
        except TimeoutError as error:
            raise DeadlineExceededError("The orchestrator did not take the stream in time.") from error
        self._is_open = True

    async def _write(self, request: Any) -> None:  # noqa: ANN401 - as above
        try:
            await self._call.write(request)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            return
