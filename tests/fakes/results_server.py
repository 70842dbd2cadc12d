"""A backend over real HTTP that takes results as it is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.http_server import HttpServer

PATH = "/api/call/send_llm_result"


@dataclass(frozen=True)
class Posted:
    """A POST as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ScriptedBackend(HttpServer):
    """Answers every POST with one status.

    Attributes:
        status: of the answers.
        headers: of the answers.
        delay: seconds an answer takes.
        posted: what came.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    posted: list[Posted] = field(default_factory=list)

    @property
    def result_url(self) -> str:
        return self.url + PATH

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.posted.append(Posted(request.path, dict(request.headers), await request.read()))
        await asyncio.sleep(self.delay)
        return web.Response(status=self.status, headers=self.headers)
