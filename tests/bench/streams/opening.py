"""How a call comes to a stream of audio: plainly, or as the telephone network does it after a call was ordered."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from xml.etree import ElementTree

import aiohttp
from twilio.request_validator import RequestValidator

from tests.bench.phone_stub import ACCOUNT, TOKEN

_ANSWER_SECONDS = 20.0
_TRIES = 40
_BETWEEN_TRIES = 0.25


class NotOpened(Exception):
    """Raised when a call led to no stream."""


class TurnByTurn(NotOpened):
    """Raised when a call is answered, but goes on turn by turn."""


@dataclass(frozen=True)
class Opened:
    """A stream that may be connected to.

    Attributes:
        url: of the WebSocket.
        call_sid: of the call.
        headers: of the handshake.
        parameters: what `start` hands over.
    """

    url: str
    call_sid: str
    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


class Opening(Protocol):
    """How calls are opened and ended."""

    greeted: bool
    """Whether the agent speaks first."""

    async def open(self, session: aiohttp.ClientSession) -> Opened:
        """Brings a call to its stream.

        Raises:
            NotOpened: it led elsewhere.
        """
        ...

    async def waits(self, session: aiohttp.ClientSession, opened: Opened) -> list[float]:
        """Returns how many seconds of silence each line was given before its end was certain; empty: nobody says."""
        ...

    async def end(self, session: aiohttp.ClientSession, opened: Opened, *, hung_up: bool) -> str:
        """Does what follows the stream, and returns what the call is told then: a verb, or nothing.

        Args:
            session: for requests.
            opened: the stream.
            hung_up: whether the callee ended it.
        """
        ...


class PlainOpening:
    """A WebSocket that takes every call."""

    def __init__(self, url: str, *, greeted: bool = False) -> None:
        self.greeted = greeted
        self._url = url

    async def open(self, _session: aiohttp.ClientSession) -> Opened:
        return Opened(self._url, f"CA{uuid.uuid4().hex}")

    async def waits(self, _session: aiohttp.ClientSession, _opened: Opened) -> list[float]:
        return []

    async def end(self, _session: aiohttp.ClientSession, _opened: Opened, *, hung_up: bool) -> str:
        return ""


class WebhookOpening:
    """Orders a consultation, answers its phone, and follows the TwiML to its stream; signed as Twilio signs."""

    greeted = True

    def __init__(self, gateway_url: str, order: Mapping[str, Any], *, insists: bool = True) -> None:
        """Needs nothing yet.

        Args:
            gateway_url: the gateway's public base URL.
            order: the body of `POST /api/receive`, but for the ids that make each order another one.
            insists: whether a call that is answered turn by turn asks for a stream again.
        """
        self._insists = insists
        self._base = gateway_url
        self._order = order
        self._validator = RequestValidator(TOKEN)

    async def open(self, session: aiohttp.ClientSession) -> Opened:
        consultation_id = await self._receive(session)
        call_sid = call_sid_of(consultation_id)
        for _ in range(_TRIES):
            verbs = await self._voice(session, consultation_id, call_sid)
            stream = verbs.find("Connect/Stream")
            if stream is not None:
                parameters = {item.get("name", ""): item.get("value", "") for item in stream.findall("Parameter")}
                url = stream.get("url", "")
                headers = {"x-twilio-signature": self._validator.compute_signature(url, {})}
                return Opened(url, call_sid, headers, {"consultation": consultation_id} | parameters)
            if verbs.find("Record") is not None and not self._insists:
                raise TurnByTurn
            await asyncio.sleep(_BETWEEN_TRIES)
        raise NotOpened([verb.tag for verb in verbs])

    async def end(self, session: aiohttp.ClientSession, opened: Opened, *, hung_up: bool) -> str:
        consultation_id = opened.parameters["consultation"]
        verbs = []
        if not hung_up:
            verbs = [verb.tag for verb in await self._voice(session, consultation_id, opened.call_sid)]
        fields = {"CallSid": opened.call_sid, "CallStatus": "completed", "CallDuration": "60"}
        await self._post(session, f"/twilio/status?consultation={consultation_id}", fields)
        return verbs[-1] if verbs else ""

    async def waits(self, session: aiohttp.ClientSession, opened: Opened) -> list[float]:
        url = f"{self._base}/api/consultations/{opened.parameters['consultation']}/transcript"
        turns = (await self._read(session, url))["turns"]
        timings = [turn["timings_ms"] for turn in turns if turn["speaker"] == "callee" and turn["text"]]
        return [timing["end_of_turn"] / 1000 for timing in timings if "end_of_turn" in timing]

    async def _read(self, session: aiohttp.ClientSession, url: str) -> Any:
        """Reads what may be refused for a while, as long as calls take all there is."""
        for _ in range(_TRIES):
            async with session.get(url, timeout=aiohttp.ClientTimeout(_ANSWER_SECONDS)) as response:
                if response.status == HTTPStatus.OK:
                    return await response.json()
            await asyncio.sleep(_BETWEEN_TRIES)
        raise NotOpened(f"{response.status} for a transcript")

    async def _receive(self, session: aiohttp.ClientSession) -> str:
        number = uuid.uuid4().hex
        phone = f"010-{int(number, 16) % 10_000:04}-{int(number[:8], 16) % 10_000:04}"
        order = {**self._order, "vulnerable_id": f"v-{number}", "q_id": f"q-{number}", "phone": phone}
        headers = {"Idempotency-Key": number}
        timeout = aiohttp.ClientTimeout(_ANSWER_SECONDS)
        async with session.post(f"{self._base}/api/receive", json=order, headers=headers, timeout=timeout) as response:
            if response.status >= 300:
                raise NotOpened(await response.text())
            return str((await response.json())["consultation_id"])

    async def _voice(self, session: aiohttp.ClientSession, consultation_id: str, call_sid: str) -> ElementTree.Element:
        fields = {"CallSid": call_sid, "CallStatus": "in-progress"}
        text = await self._post(session, f"/twilio/voice?consultation={consultation_id}", fields)
        return ElementTree.fromstring(text)

    async def _post(self, session: aiohttp.ClientSession, path: str, fields: dict[str, str]) -> str:
        url = self._base + path
        form = {"AccountSid": ACCOUNT, **fields}
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, form)}
        timeout = aiohttp.ClientTimeout(_ANSWER_SECONDS)
        async with session.post(url, data=form, headers=headers, timeout=timeout) as response:
            return await response.text()


def call_sid_of(consultation_id: str) -> str:
    """Returns the id that the bench's telephone network gives the call of a consultation."""
    return f"CA{uuid.UUID(consultation_id).hex}"
