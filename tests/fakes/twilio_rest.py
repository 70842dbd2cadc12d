"""Twilio's REST API as far as calls and recordings go, over real HTTP, that fails as it is told."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from tests.fakes.http_server import HttpServer

ACCOUNT = "AC" + "0" * 32
TOKEN = "secret-token"

Failure = Callable[[web.Request], Awaitable[web.StreamResponse]]


def error(http_status: int, code: int) -> Failure:
    """An error as Twilio words it."""

    async def answer(_: web.Request) -> web.StreamResponse:
        body = {"code": code, "message": "scripted +821012345678", "more_info": "", "status": http_status}
        return web.json_response(body, status=http_status)

    return answer


def body(http_status: int, text: str, content_type: str = "text/html") -> Failure:
    """Any answer."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=http_status, text=text, content_type=content_type)

    return answer


async def hang(_: web.Request) -> web.StreamResponse:
    """No answer."""
    await asyncio.sleep(60)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    """A connection that breaks off."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@dataclass
class Asked:
    """A request, with its form or query."""

    method: str
    path: str
    fields: list[tuple[str, str]]

    def field(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]


@dataclass
class Recording:
    """A recording; `absent` times it is not there yet."""

    content: bytes
    absent: int = 0
    content_type: str = "audio/x-wav"
    call_sid: str = ""


@dataclass
class ScriptedTwilio(HttpServer):
    """Takes calls and keeps recordings.

    Attributes:
        failures: answers to the next requests, one each.
        calls: the records of all calls, newest first.
        recordings: by sid.
        asked: every request.
        page_size: most records of a page.
        connections: peers' ports that requests came from.
    """

    failures: list[Failure] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    recordings: dict[str, Recording] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    page_size: int = 50

    def add_call(self, phone: str, status: str = "queued", *, made_at: datetime | None = None) -> str:
        sid = f"CA{len(self.calls) + 1:032x}"
        made = None if made_at is None else format_datetime(made_at.astimezone(UTC))
        call = {"sid": sid, "status": status, "to": phone, "from": "+15005550006", "date_created": made}
        self.calls.insert(0, call | {"start_time": made, "end_time": None, "duration": None})
        return sid

    def call(self, sid: str) -> dict[str, Any]:
        return next(call for call in self.calls if call["sid"] == sid)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = await request.post() if request.method == "POST" else request.query
        fields = [(key, str(value)) for key, value in form.items()]
        self.asked.append(Asked(request.method, request.path, fields))
        if self.failures:
            return await self.failures.pop(0)(request)
        if request.headers.get("Authorization") != "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode():
            return await error(401, 20003)(request)
        path = request.path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}/")
        match request.method, path.split("/"):
            case "POST", ["Calls.json"]:
                return web.json_response(self.call(self.add_call(dict(fields)["To"])), status=201)
            case "GET", ["Calls.json"]:
                return self._page("calls", self._matching(dict(fields)), request)
            case method, ["Calls", name]:
                return await self._one_call(method, name.removesuffix(".json"), request)
            case "GET", ["Recordings.json"]:
                found = [
                    {"sid": sid} for sid, it in self.recordings.items() if it.call_sid == request.query.get("CallSid")
                ]
                return self._page("recordings", found, request)
            case method, ["Recordings", name]:
                return await self._one_recording(method, name, request)
        return await error(404, 20404)(request)

    def _matching(self, fields: dict[str, str]) -> list[dict[str, Any]]:
        return [call for call in self.calls if call["to"] == fields.get("To") and call["from"] == fields.get("From")]

    def _page(self, name: str, items: list[dict[str, Any]], request: web.Request) -> web.Response:
        page, size = int(request.query.get("Page", 0)), self.page_size
        more = len(items) > (page + 1) * size
        uri = str(request.rel_url.update_query({"Page": page + 1}))
        shown = items[page * size : (page + 1) * size]
        return web.json_response({name: shown, "page": page, "next_page_uri": uri if more else None})

    async def _one_call(self, method: str, sid: str, request: web.Request) -> web.StreamResponse:
        call = next((call for call in self.calls if call["sid"] == sid), None)
        if call is None:
            return await error(404, 20404)(request)
        if method == "POST":
            if call["status"] in {"completed", "busy", "no-answer", "failed", "canceled"}:
                return await error(400, 21220)(request)
            call["status"] = dict(await request.post())["Status"]
        return web.json_response(call)

    async def _one_recording(self, method: str, name: str, request: web.Request) -> web.StreamResponse:
        sid, _, extension = name.partition(".")
        recording = self.recordings.get(sid)
        if recording is None:
            return await error(404, 20404)(request)
        if method == "DELETE":
            del self.recordings[sid]
            return web.Response(status=204)
        assert extension == "wav"
        if recording.absent:
            recording.absent -= 1
            return await error(404, 20404)(request)
        return web.Response(body=recording.content, content_type=recording.content_type)
