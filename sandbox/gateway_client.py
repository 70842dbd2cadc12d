"""The sandbox's view of the product: its HTTP API, as the backend uses it."""

import json
import uuid
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)


class ConsultationRefused(Exception):
    """Raised when the gateway did not accept a consultation.

    Attributes:
        status: of HTTP; None if there was no answer.
    """

    def __init__(self, status: int | None, message: str) -> None:
        self.status = status
        super().__init__(message)


class GatewayClient:
    """Calls the gateway. Use it in an `async with` block."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def start(self, payload: bytes) -> str | None:
        """Starts a consultation, as the backend does; a new one each time, whatever the payload.

        Args:
            payload: the JSON body of `POST /api/receive`.

        Returns:
            The consultation's id, if the answer names it.

        Raises:
            ConsultationRefused: the answer was not 2xx, or there was none.
        """
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": str(uuid.uuid4())}
        try:
            async with self._session.post(f"{self._base_url}/api/receive", data=payload, headers=headers) as response:
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConsultationRefused(None, f"no answer from the gateway ({type(error).__name__})") from error
        if not 200 <= response.status < 300:
            raise ConsultationRefused(response.status, text)
        try:
            answer = json.loads(text)
        except ValueError:
            return None
        found = answer.get("consultation_id") if isinstance(answer, dict) else None
        return str(found) if found else None

    async def consultation(self, consultation_id: str) -> dict[str, Any] | None:
        """Returns a consultation; None if it cannot be had."""
        found = await self._get(f"/api/consultations/{consultation_id}")
        return found if isinstance(found, dict) else None

    async def summary(self, consultation_id: str) -> dict[str, Any] | None:
        """Returns summary and outcome of a consultation; None if they cannot be had."""
        found = await self._get(f"/api/consultations/{consultation_id}/summary")
        return found if isinstance(found, dict) else None

    async def transcript(self, consultation_id: str) -> list[dict[str, Any]]:
        """Returns the turns of a consultation; none if they cannot be had."""
        turns: list[dict[str, Any]] = []
        page_token = ""
        while True:
            page = await self._get(f"/api/consultations/{consultation_id}/transcript", page_token)
            if not isinstance(page, dict):
                return turns
            turns += page.get("turns", [])
            page_token = page.get("next_page_token") or ""
            if not page_token:
                return turns

    async def _get(self, path: str, page_token: str = "") -> object:
        query = {"page_token": page_token} if page_token else {}
        try:
            async with self._session.get(self._base_url + path, params=query) as response:
                return await response.json(content_type=None) if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None
