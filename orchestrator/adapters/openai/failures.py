"""What goes wrong with a language model, and what is worth asking again. Holds no text: it may be personal."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

import httpx2
import openai


class FailureKind(StrEnum):
    """Why a request to a model failed: the label in logs and metrics."""

    CONNECTION = "connection"
    TIMEOUT = "timeout"
    BUSY = "busy"
    """408, 409 or 429: it may be asked again."""
    SERVER = "server"
    QUOTA = "quota"
    """Nothing is left of what was paid for."""
    UNAUTHORISED = "unauthorised"
    REJECTED = "rejected"
    """Another 4xx: the request is not to its liking."""
    REFUSED = "refused"
    """The model does not want to answer, or a filter forbids it."""
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    """No JSON where there should be some, or other JSON than OpenAI's."""
    BROKE_OFF = "broke_off"
    EMPTY = "empty"
    SKIPPED = "skipped"
    """Not asked: it has failed too often just now."""


_REPEATABLE = {FailureKind.CONNECTION, FailureKind.BUSY, FailureKind.SERVER, FailureKind.BROKE_OFF}
_OUTAGES = _REPEATABLE | {FailureKind.TIMEOUT, FailureKind.QUOTA, FailureKind.UNAUTHORISED}


class ModelFailure(Exception):
    """A request to one model failed.

    Attributes:
        http_status: what the server answered; None if it did not.
        retry_after: seconds it asks to be left alone, if it does.
    """

    def __init__(self, kind: FailureKind, *, http_status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.http_status = http_status
        self.retry_after = retry_after

    @property
    def worth_repeating(self) -> bool:
        """Whether the same request may succeed a moment later."""
        return self.kind in _REPEATABLE

    @property
    def outage(self) -> bool:
        """Whether other requests to this model would fail too."""
        return self.kind in _OUTAGES


# What the client raises; the last three for an answer that is no JSON, or other JSON than OpenAI's.
CLIENT_ERRORS = (openai.OpenAIError, httpx2.HTTPError, TimeoutError, ValueError, TypeError, AttributeError)


def failure_of(error: Exception) -> ModelFailure:
    """Returns what one of the `CLIENT_ERRORS` means."""
    match error:
        case openai.APIStatusError():
            kind = _kind_of_status(error)
            return ModelFailure(kind, http_status=error.status_code, retry_after=_retry_after(error.response))
        case openai.APITimeoutError() | httpx2.TimeoutException() | TimeoutError():
            return ModelFailure(FailureKind.TIMEOUT)
        case openai.APIConnectionError() | httpx2.HTTPError():
            return ModelFailure(FailureKind.CONNECTION)
        case openai.APIResponseValidationError():
            return ModelFailure(FailureKind.MALFORMED)
        case openai.APIError():  # an error inside a stream
            return ModelFailure(FailureKind.SERVER)
    return ModelFailure(FailureKind.MALFORMED)


def _kind_of_status(error: openai.APIStatusError) -> FailureKind:
    match error.status_code:
        case 401 | 403:
            return FailureKind.UNAUTHORISED
        case 429 if error.code == "insufficient_quota":
            return FailureKind.QUOTA
        case 408 | 409 | 429:
            return FailureKind.BUSY
        case status if status >= 500:
            return FailureKind.SERVER
    return FailureKind.REJECTED


def _retry_after(response: httpx2.Response) -> float | None:
    """Reads OpenAI's retry-after-ms, or Retry-After: seconds, or a date (RFC 9110, section 10.2.3); else None."""
    milliseconds = response.headers.get("retry-after-ms", "")
    if milliseconds.isascii() and milliseconds.isdecimal():
        return float(milliseconds) / 1000
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
