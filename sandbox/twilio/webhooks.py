"""Twilio as an HTTP client: time-outs, retries and redirects (Twilio docs, "Webhooks connection overrides")."""

import asyncio
import uuid
from dataclasses import replace
from typing import Final
from urllib.parse import urldefrag, urljoin

from sandbox.twilio.http_client import Answer, HttpClient, Request
from sandbox.twilio.http_failure import HttpFailure, failure_of_status
from sandbox.twilio.journal import Journal
from sandbox.twilio.overrides import Overrides, parse_overrides

_MOST_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class Webhooks:
    """Makes the requests of one call as Twilio does."""

    def __init__(self, client: HttpClient, journal: Journal, call_sid: str) -> None:
        self._client = client
        self._journal = journal
        self._call_sid = call_sid

    async def request(self, request: Request, copies: int = 1) -> Answer:
        """Requests a URL, again where the connection overrides in its fragment say so.

        Args:
            request: what to request.
            copies: how often, one after the other, with the same idempotency token, whatever is answered.

        Returns:
            The last answer: 2xx or 304.

        Raises:
            HttpFailure: there was none within the time, or it was an HTTP error.
        """
        overrides = parse_overrides(request.url)
        if overrides.faults:
            faults = ", ".join(overrides.faults)
            self._journal.warn(11243, f"connection overrides not understood: {faults}", self._call_sid, request.url)
        token = str(uuid.uuid4())
        for _ in range(copies - 1):
            await self._persist(request, overrides, token)
        return await self._persist(request, overrides, token)

    async def _persist(self, request: Request, overrides: Overrides, token: str) -> Answer:
        """Tries as often, and as long, as the overrides allow."""
        attempt = 1
        try:
            async with asyncio.timeout(overrides.total_s):
                while True:
                    try:
                        return await self._follow(request, overrides, token, attempt)
                    except HttpFailure as failure:
                        if failure.kind not in overrides.retry_on or attempt > overrides.retries:
                            raise
                    attempt += 1
        except TimeoutError as error:
            raise HttpFailure(11203, f"no answer within {overrides.total_s} s") from error

    async def _follow(self, request: Request, overrides: Overrides, token: str, attempt: int) -> Answer:
        """Makes one attempt and follows redirects; as browsers do, with GET after 301, 302 and 303."""
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await self._client.send(request, overrides, token, attempt)
            if failure := failure_of_status(answer.status):
                raise failure
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            request = replace(request, url=urljoin(urldefrag(request.url).url, location))
            if answer.status not in {307, 308}:
                request = replace(request, method="GET", parameters={})
        raise HttpFailure(11215, f"more than {_MOST_REDIRECTS} redirects")
