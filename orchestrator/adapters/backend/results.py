"""The backend that takes results, over HTTP: the port `ResultReceiver`."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from observability import log
from orchestrator.adapters.backend import result as backend_result
from orchestrator.adapters.backend.signature import WebhookSigner
from orchestrator.dialogue.ports.results import Receipt, Report
from orchestrator.domain.codes import DeliveryFailure
from orchestrator.domain.errors import NoResultUrl

logger = log.get(__name__)

# Client errors that pass: time ran out, the same result is just being taken, too early, too many.
_PASSING = {408, 409, 425, 429}
_UNAUTHORISED = {401, 403}
# Not found, no POST here, gone. Redirects count as the same: none is followed.
_WRONG_URL = {404, 405, 410}


class BackendResults:
    """Posts results to the backend."""

    def __init__(
        self,
        url: str | None,
        signer: WebhookSigner | None = None,
        *,
        connect_timeout: float = 3.0,
        timeout: float = 10.0,
    ) -> None:
        """Makes it; where the event loop runs.

        Args:
            url: the whole URL (`SPRING_BOOT_URL`); None: there is no backend.
            signer: signs what is posted; None: nobody does.
            connect_timeout: seconds until there is a connection.
            timeout: seconds for everything.
        """
        self._url = url
        self._signer = signer or WebhookSigner()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout, connect=connect_timeout))

    async def close(self) -> None:
        """Closes all connections."""
        await self._session.close()

    @property
    def wanted(self) -> bool:
        """Whether a backend is configured."""
        return bool(self._url)

    def admits(self) -> bool:
        """Whether it is worth a try: always."""
        return True

    def encode(self, report: Report) -> bytes:
        """Returns the result as the backend reads it."""
        return backend_result.encode(report)

    async def deliver(self, body: bytes, *, key: str) -> Receipt:
        """Posts a result under an idempotency key; a redirect is not followed: a POST may not change its host.

        Raises:
            NoResultUrl: there is no backend.
        """
        if not self._url:
            raise NoResultUrl
        headers = {"Content-Type": "application/json; charset=utf-8", **self._signer.headers(key, body)}
        try:
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                receipt = _receipt(response)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            failure = _unanswered(error)
            logger.warning("result_not_delivered", key=key, failure=failure, error=type(error).__name__)
            return Receipt(None, accepted=False, failure=failure)
        if not receipt.accepted:
            logger.warning("result_refused", key=key, http_status=receipt.http_status, final=receipt.final)
        return receipt


def _receipt(response: aiohttp.ClientResponse) -> Receipt:
    status = response.status
    passing = status in _PASSING or status >= 500
    accepted = 200 <= status < 300
    return Receipt(
        status,
        accepted,
        final=not (accepted or passing),
        retry_after=_retry_after(response),
        failure=DeliveryFailure.NONE if accepted else _refused(status),
    )


def _refused(status: int) -> DeliveryFailure:
    """Returns what a status that is no success means."""
    if status in _PASSING:
        return DeliveryFailure.BUSY
    if status >= 500:
        return DeliveryFailure.BACKEND_FAILED
    if status in _UNAUTHORISED:
        return DeliveryFailure.UNAUTHORISED
    if status in _WRONG_URL or status < 400:
        return DeliveryFailure.WRONG_URL
    return DeliveryFailure.REFUSED


def _unanswered(error: Exception) -> DeliveryFailure:
    """Returns why there was no answer."""
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return DeliveryFailure.UNREACHABLE
        case TimeoutError():
            return DeliveryFailure.TIMEOUT
        case ValueError():  # among them aiohttp's InvalidURL
            return DeliveryFailure.WRONG_URL
        case _:
            return DeliveryFailure.BROKEN_OFF


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    """Reads Retry-After: seconds, or a date (RFC 9110, section 10.2.3); what is neither is ignored."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
