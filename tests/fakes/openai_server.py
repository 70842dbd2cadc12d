"""A server with OpenAI's chat completions that says, and fails, as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
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
        refusal: what the model says instead of a structured answer.
        usage: the tokens read and written; None: the server does not say.
        headers: of the answer.
        code: OpenAI's word for an error.
    """

    pieces: tuple[str, ...] = ("네, ", "알려 ", "드릴게요.")
    fault: Fault = Fault.NONE
    status: int = 200
    finish_reason: str | None = "stop"
    delay: float = 0.0
    pause: float = 0.0
    refusal: str | None = None
    usage: tuple[int, int] | None = (120, 30)
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str | None = None


def structured(content: object, **fields: Any) -> ScriptedReply:
    """A structured answer: an object, or a text that may be none."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return ScriptedReply((text,), **fields)


class ScriptedOpenAi(HttpServer):
    """Gives its replies in order, the last one again and again.

    Attributes:
        replies: what comes next.
        by_schema: answers to requests with a schema, by its name, and `{}` to other schemas; None: from `replies` too.
        ignorant_of: fields of a request that are refused, as by a server that does not know them.
        refused_values: values of a field that are refused, as by a model that does not know them.
        requests: the JSON bodies of all requests.
        keys: the Authorization headers of all requests.
        abandoned: how many streams the client left before their end.
        ascii_only: whether JSON is sent with escapes, in which half a character can stand.
    """

    def __init__(self, *replies: ScriptedReply, by_schema: Mapping[str, ScriptedReply] | None = None) -> None:
        self.replies = list(replies or (ScriptedReply(),))
        self.by_schema = by_schema
        self.ignorant_of: set[str] = set()
        self.refused_values: dict[str, set[str]] = {}
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
        body = await request.json()
        self.requests.append(body)
        self.keys.append(request.headers.get("Authorization", ""))
        if (complaint := self._complaint(body)) is not None:
            return complaint
        reply = self._next(body)
        try:
            await asyncio.sleep(reply.delay)
            if reply.status != 200:
                error = {"error": {"message": "scripted", "code": reply.code}}
                return web.json_response(error, status=reply.status, headers=reply.headers)
            return await (self._stream if body["stream"] else self._whole)(request, reply)
        except (asyncio.CancelledError, ConnectionError):
            self.abandoned += 1
            raise

    def _complaint(self, body: dict[str, Any]) -> web.Response | None:
        for name in sorted(self.ignorant_of):
            unknown = body.get("response_format", {}).get("type") == name or name in body
            if unknown:
                field_name = "response_format" if name == "json_schema" else name
                message = f"Unsupported value: {field_name} {name}"
                return web.json_response({"error": {"message": message, "code": None}}, status=400)
        for name, values in self.refused_values.items():
            if body.get(name) in values:
                error = {"message": f"Unsupported value: '{body[name]}'", "param": name, "code": "unsupported_value"}
                return web.json_response({"error": error}, status=400)
        return None

    def _next(self, body: dict[str, Any]) -> ScriptedReply:
        if self.by_schema is not None and "response_format" in body:
            form = body["response_format"].get("json_schema", {})
            return self.by_schema.get(form.get("name", ""), structured({}))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    async def _whole(self, request: web.Request, reply: ScriptedReply) -> web.StreamResponse:
        if reply.fault is Fault.NONE:
            message = {"role": "assistant", "content": "".join(reply.pieces) or None, "refusal": reply.refusal}
            choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
            answer = {"id": "c1", "object": "chat.completion", "created": 0, "model": "scripted", "choices": [choice]}
            return web.json_response(answer | self._usage(reply))
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        if reply.fault is Fault.CLEAN_END:
            return response
        return await self._fail(request, response, reply.fault)

    async def _stream(self, request: web.Request, reply: ScriptedReply) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await self._send(response, self._chunk({"role": "assistant", "content": ""}))
        for piece in reply.pieces:
            await self._send(response, self._chunk({"content": piece}))
            await asyncio.sleep(reply.pause)
        if reply.fault is Fault.NONE:
            await self._send(response, self._chunk({}, reply.finish_reason))
            last = {"id": "c1", "object": "chat.completion.chunk", "choices": []}
            await self._send(response, last | self._usage(reply))
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
    def _usage(reply: ScriptedReply) -> dict[str, Any]:
        if reply.usage is None:
            return {}
        read, written = reply.usage
        return {"usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}}

    @staticmethod
    def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}

    async def _send(self, response: web.StreamResponse, event: dict[str, Any]) -> None:
        await response.write(b"data: " + json.dumps(event, ensure_ascii=self.ascii_only).encode() + b"\n\n")
