"""What happens around every RPC: it gets a request id, and its errors get their one form."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

import grpc
import structlog
from grpc_interceptor.server import AsyncServerInterceptor
from grpc_status import rpc_status

from observability import log
from orchestrator.domain.errors import CallingError
from orchestrator.rpc.errors import deadline_status, internal_status, to_status

logger = log.get(__name__)

REQUEST_ID = "x-request-id"


class RequestInterceptor(AsyncServerInterceptor):
    """Names each request, and maps what it raises to a status with details."""

    async def intercept(
        self,
        method: Callable[..., Any],
        request_or_iterator: Any,
        context: grpc.aio.ServicerContext[Any, Any],
        method_name: str,
    ) -> Any:
        """Runs a handler of any kind: a unary one is awaited, a streaming one iterated within."""
        request_id = _request_id(context)
        structlog.contextvars.bind_contextvars(request_id=request_id, method=method_name)
        response_or_iterator = method(request_or_iterator, context)
        if hasattr(response_or_iterator, "__aiter__"):
            return _stream(response_or_iterator, context, request_id)
        try:
            return await response_or_iterator
        except Exception as error:  # noqa: BLE001 - every error takes its one form here
            await _abort(error, context, request_id)


async def _stream(
    responses: AsyncIterator[Any], context: grpc.aio.ServicerContext[Any, Any], request_id: str
) -> AsyncGenerator[Any, None]:
    try:
        async for response in responses:
            yield response
    except Exception as error:  # noqa: BLE001 - every error takes its one form here
        await _abort(error, context, request_id)


async def _abort(error: Exception, context: grpc.aio.ServicerContext[Any, Any], request_id: str) -> None:
    if isinstance(error, grpc.aio.AbortError | asyncio.CancelledError):
        raise error
    if isinstance(error, CallingError):
        status = to_status(error)
        logger.info("rpc_refused", reason=type(error).__name__)
    elif isinstance(error, TimeoutError):
        status = deadline_status()
        logger.warning("rpc_deadline_exceeded")
    else:
        status = internal_status(request_id)
        logger.error("rpc_failed", exc_info=error)
    await context.abort_with_status(rpc_status.to_status(status))


def _request_id(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID and isinstance(value, str) and 0 < len(value) <= 100:
            return value
    return uuid.uuid4().hex
