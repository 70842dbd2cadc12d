"""How an RPC of the orchestrator is called: with a deadline, under the request's id, its errors typed."""

from collections.abc import AsyncGenerator
from typing import TypeVar

import grpc

from gateway import request_id
from gateway.conversion.errors import typed_error
from gateway.lanes import Lane

Request = TypeVar("Request")
Response = TypeVar("Response")


async def call(
    lane: Lane,
    rpc: grpc.aio.UnaryUnaryMultiCallable[Request, Response],
    request: Request,
    timeout: float,
    *,
    wait_for_ready: bool = False,
) -> Response:
    """Returns an RPC's answer, if there is a place in its lane.

    Raises a `gateway.errors.OrchestratorError` when it fails, `OverloadedError` when there is no place.
    """
    with lane.taken():
        try:
            return await rpc(request, timeout=timeout, metadata=metadata(), wait_for_ready=wait_for_ready)
        except grpc.aio.AioRpcError as error:
            raise typed_error(error) from error


async def watched(stream: grpc.aio.UnaryStreamCall[Request, Response]) -> AsyncGenerator[Response, None]:
    """Yields what a watch answers; close it, and the watch is ended."""
    try:
        async for response in stream:
            yield response
    except grpc.aio.AioRpcError as error:
        raise typed_error(error) from error
    finally:
        stream.cancel()  # grpc.aio does not cancel a call that is merely dropped (grpc#43462)


def metadata() -> tuple[tuple[str, str], ...]:
    """Returns what goes with every call."""
    own_id = request_id.current.get()
    return (("x-request-id", own_id),) if own_id else ()
