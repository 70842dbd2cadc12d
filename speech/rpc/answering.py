"""What happens around every RPC: it is admitted, gets a request id and a deadline, and its errors get one form."""

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import grpc
from google.rpc import status_pb2
from grpc_status import rpc_status

from observability import log
from speech.errors import EngineFailedError, OverloadedError, SpeechError
from speech.rpc.errors import ReasonValue, deadline_status, internal_status, status_of

REQUEST_ID: Final = "x-request-id"

_UNARY_SECONDS: Final = 60.0
_REQUEST_ID_FORM: Final = re.compile(r"[\w.:-]{1,100}", re.ASCII)

Context = grpc.aio.ServicerContext[Any, Any]

logger = log.get(__name__)


class Answering:
    """Admits RPCs, up to a number at once.

    Args:
        limit: How many.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running = 0

    @asynccontextmanager
    async def rpc(
        self, context: Context, unavailable: ReasonValue, longest: float | None = _UNARY_SECONDS
    ) -> AsyncGenerator[None]:
        """Wraps an RPC's work; what it raises is sent to the caller as a status with details.

        Args:
            context: The RPC.
            unavailable: The reason that stands for a failed engine.
            longest: Seconds the work may take if the caller names no deadline; None for no end.
        """
        request_id = _request_id(context)
        remaining = context.time_remaining()
        try:
            with self._admitted():
                async with asyncio.timeout(longest if remaining is None else remaining):
                    yield
        except grpc.aio.AbortError:
            raise
        except SpeechError as error:
            log_refusal = logger.warning if isinstance(error, EngineFailedError) else logger.info
            log_refusal("rpc_refused", reason=type(error).__name__, request_id=request_id)
            await _abort(context, status_of(error, unavailable))
        except TimeoutError:
            logger.warning("rpc_deadline_exceeded", request_id=request_id)
            await _abort(context, deadline_status())
        except Exception:
            logger.exception("rpc_failed", request_id=request_id)
            await _abort(context, internal_status(request_id))

    @contextmanager
    def _admitted(self) -> Generator[None]:
        if self._running >= self._limit:
            raise OverloadedError("too many calls at once")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


async def _abort(context: Context, status: status_pb2.Status) -> None:
    await context.abort_with_status(rpc_status.to_status(status))


def _request_id(context: Context) -> str:
    """Returns the caller's id of the request if it is a sensible one, else a new one."""
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID and isinstance(value, str) and _REQUEST_ID_FORM.fullmatch(value):
            return value
    return uuid.uuid4().hex
