"""A server that is compatible with OpenAI's: where it is, and what its failures mean."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx2
from openai import APIStatusError, AsyncOpenAI, OpenAIError, Timeout

from observability import log
from speech.errors import EngineFailedError

_CONNECT_SECONDS: Final = 3.0
_MAX_RETRY_AFTER: Final = 60.0

logger = log.get(__name__)


@dataclass(frozen=True)
class Provider:
    """Says where the server is.

    Attributes:
        api_key: Its key; many local servers take any.
        base_url: Its address up to `/v1`; None for OpenAI's own.
        timeout: Seconds a whole request may take; where the answer comes in pieces, from one to the next.
    """

    api_key: str
    base_url: str | None
    timeout: float

    def client(self) -> AsyncOpenAI:
        """Makes a client that does not retry: the callers have deadlines, and retry or do without."""
        timeout = Timeout(self.timeout, connect=min(_CONNECT_SECONDS, self.timeout))
        return AsyncOpenAI(api_key=self.api_key, base_url=self.base_url, max_retries=0, timeout=timeout)


@asynccontextmanager
async def asking(timeout: float) -> AsyncGenerator[None]:
    """Bounds a request in time, and makes every way it can fail an `EngineFailedError` without the provider's words.

    It stands around one wait, never around a `yield`: the time the consumer takes is not the provider's.
    """
    try:
        async with asyncio.timeout(timeout):
            yield
    except APIStatusError as error:
        logger.warning("provider_refused", status=error.status_code)
        raise EngineFailedError(f"the provider answered {error.status_code}", _retry_after(error)) from error
    except (TimeoutError, httpx2.TimeoutException) as error:
        logger.warning("provider_timed_out", seconds=timeout)
        raise EngineFailedError("the provider did not answer in time") from error
    except (OpenAIError, httpx2.HTTPError, ValueError) as error:  # ValueError: a body that is no JSON, or no WAV file
        logger.warning("provider_failed", error=type(error).__name__)
        raise EngineFailedError("the provider cannot be reached, or answered something unusable") from error


def _retry_after(error: APIStatusError) -> float:
    """Returns the seconds that the provider asks for, within reason."""
    try:
        return min(max(float(error.response.headers.get("retry-after", "")), 0.0), _MAX_RETRY_AFTER)
    except ValueError:
        return 1.0
