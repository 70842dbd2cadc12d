"""Carries the requests of Twilio's client: an HTTP client of ours at the place the library has for one.

The library's own asynchronous client ignores its timeout, repeats POSTs when told to repeat anything (a phone would
ring twice), and passes aiohttp a parameter that aiohttp gives up. Its synchronous client holds a thread for each
request and cannot be cancelled.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from orchestrator.adapters.circuit import Guard
from orchestrator.domain.errors import TelephoneUnavailable

_CONNECT_TIMEOUT = 3.0  # seconds


class TwilioTransport(AsyncHttpClient):  # type: ignore[misc]  # the library is not typed
    """Sends each request once. Logs nothing, unlike the library's own: URLs hold telephone numbers."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, *, timeout: float, guard: Guard) -> None:
        """Makes it.

        Args:
            session: its owner's to close.
            base_url: of the REST API; takes the place of scheme and host in every request's URL, whatever edge and
                region say.
            timeout: seconds that a request may take.
            guard: leaves the REST API alone while it does not answer.
        """
        super().__init__(logging.getLogger(__name__), is_async=True)
        self._session = session
        self._guard = guard
        self._base_url = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=_CONNECT_TIMEOUT)

    async def request(  # noqa: PLR0917 - the library's signature
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the client's own holds
        allow_redirects: bool = False,
    ) -> Response:
        """Sends a request and returns the answer, whatever its status.

        Raises:
            TelephoneUnavailable: no answer; `happened` False if the request was not even sent.
        """
        if not self._guard.admits():
            raise TelephoneUnavailable(happened=False)
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = basic_authorization(*auth)
        body = urlencode(data, doseq=True).encode() if data else None
        try:
            async with self._session.request(
                method,
                self._address(uri, params),
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=allow_redirects,
            ) as response:
                answer = Response(response.status, await response.text(), response.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            self._guard.answered(False)
            raise TelephoneUnavailable(happened=False) from error
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
            self._guard.answered(False)
            raise TelephoneUnavailable from error
        self._guard.answered(answer.status_code < 500)
        return answer

    def _address(self, uri: str, params: dict[str, Any] | None) -> str:
        parts = urlsplit(uri)
        query = "&".join(filter(None, (parts.query, urlencode(params or {}, doseq=True))))
        return f"{self._base_url}{parts.path}" + (f"?{query}" if query else "")


def basic_authorization(user: str, password: str) -> str:
    """Returns the header's value for Basic authentication."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
