"""A server with OpenAI's embeddings that answers, and fails, as it is told."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from tests.fakes.http_server import HttpServer
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder


class ScriptedEmbeddings(HttpServer):
    """Serves the vectors of the scripted encoder, longer than one and in reverse order.

    Attributes:
        delay: seconds until anything is answered.
        status: of every answer.
        body: sent instead of vectors.
        requests: the JSON bodies of all requests.
    """

    def __init__(self, *, delay: float = 0.0, status: int = 200, body: Any = None) -> None:
        super().__init__()
        self.delay = delay
        self.status = status
        self.body = body
        self.requests: list[dict[str, Any]] = []
        self._encoder = ScriptedSentenceEncoder()

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        self.requests.append(asked)
        await asyncio.sleep(self.delay)
        if request.path != "/v1/embeddings" or self.status != 200 or self.body is not None:
            return web.json_response(self.body or {"error": {"message": "scripted"}}, status=self.status)
        vectors = await self._encoder.encode(asked["input"], timeout=1)
        entries = [
            {"object": "embedding", "index": place, "embedding": (3 * vector).tolist()}
            for place, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return web.json_response({"object": "list", "data": entries[::-1], "model": asked["model"], "usage": usage})
