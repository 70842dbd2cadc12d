"""A server with OpenAI's chat completions that says, and fails, as it is told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from aiohttp import web

from tests.fakes.http_server import HttpServer


class Fault(Enum):
    """What goes wrong, after the pieces were sent."""

    NONE = auto()
    CUT = auto()
    """The connection is broken off."""
    CLEAN_END = auto()
    """The stream ends as if it were complete, without a finish reason."""
    STALL = auto()
    """Nothing more comes."""
    BROKEN_JSON = auto()
    OTHER_JSON = auto()
    ERROR_EVENT = auto()
    """An error is sent inside the stream."""


@dataclass(frozen=True)
class ScriptedReply:
    """One reply.

    Attributes:
        delay: seconds until anything is answered.
        pause: seconds between two pieces.
    """

    pieces: tuple[str, ...] = ("네, ", "알려 ", "드릴게요.")
    fault: Fault = Fault.NONE
    status: int = 200
    finish_reason: str | None = "stop"
    delay: float = 0.0
    pause: float = 0.0


class ScriptedOpenAi(HttpServer):
    """Gives its replies in order, the last one again and again.

    Attributes:
        replies: what comes next.
        requests: the JSON bodies of all requests.
        keys: the Authorization headers of all requests.
        abandoned: how many streams the client left before their end.
        ascii_only: whether JSON is sent with escapes, in which half a character can stand.
    """

    def __init__(self, *replies: ScriptedReply) -> None:
        self.replies = list(replies or (ScriptedReply(),))
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.abandoned = 0
        self.ascii_only = False

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if (request.method, request.path) != ("POST", "/v1/chat/completions"):
            return web.json_response({"error": {"message": "no such route", "code": None}}, status=404)
        self.requests.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        try:
            await asyncio.sleep(reply.delay)
            if reply.status != 200:
                return web.json_response({"error": {"message": "scripted", "code": None}}, status=reply.status)
            return await self._stream(request, reply)
        except (asyncio.CancelledError, ConnectionError):
            self.abandoned += 1
            raise

    async def _stream(self, request: web.Request, reply: ScriptedReply) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await self._send(response, self._chunk({"role": "assistant", "content": ""}))
        for piece in reply.pieces:
            await self._send(response, self._chunk({"content": piece}))
            await asyncio.sleep(reply.pause)
        if reply.fault is Fault.NONE:
            await self._send(response, self._chunk({}, reply.finish_reason))
            await self._send(response, {"id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": {}})
            await response.write(b"data: [DONE]\n\n")
            return response
        return await self._fail(request, response, reply.fault)

    async def _fail(self, request: web.Request, response: web.StreamResponse, fault: Fault) -> web.StreamResponse:
        if fault is Fault.CUT:
            assert request.transport is not None
            request.transport.abort()
        elif fault is Fault.STALL:
            await asyncio.sleep(60)
        elif fault is Fault.BROKEN_JSON:
            await response.write(b'data: {"id": "c1", "choi\n\n')
        elif fault is Fault.OTHER_JSON:
            await self._send(response, {"choices": None, "hello": "world"})
        elif fault is Fault.ERROR_EVENT:
            await self._send(response, {"error": {"message": "overloaded", "type": "server_error", "code": None}})
        return response

    @staticmethod
    def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}

    async def _send(self, response: web.StreamResponse, event: dict[str, Any]) -> None:
        await response.write(b"data: " + json.dumps(event, ensure_ascii=self.ascii_only).encode() + b"\n\n")
