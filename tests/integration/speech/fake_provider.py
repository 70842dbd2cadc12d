"""A small server with OpenAI's two speech endpoints, for the real client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from json import dumps
from typing import Any

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class FakeProvider:
    """Answers as `answer` says, and keeps what it was asked.

    Attributes:
        url: Its base URL, up to `/v1`.
        forms: Fields of each transcription request; the file's bytes under `file`.
        bodies: JSON of each speech request.
        keys: The Authorization header of each.
    """

    answer: Answer
    url: str = ""
    forms: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    async def transcriptions(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        fields: dict[str, Any] = {}
        for name, value in form.items():
            if isinstance(value, web.FileField):
                with value.file as file:
                    fields[name] = file.read()
            else:
                fields.setdefault(name, []).append(value)
        self.forms.append(fields)
        self.keys.append(request.headers.get("Authorization"))
        return await self.answer(request)

    async def speech(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.keys.append(request.headers.get("Authorization"))
        return await self.answer(request)


@asynccontextmanager
async def provider(answer: Answer) -> AsyncIterator[FakeProvider]:
    """A provider on a free port."""
    fake = FakeProvider(answer)
    application = web.Application(client_max_size=64 * 1024 * 1024)
    application.router.add_post("/v1/audio/transcriptions", fake.transcriptions)
    application.router.add_post("/v1/audio/speech", fake.speech)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield fake
    finally:
        await runner.cleanup()


def json(body: object, status: int = 200, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(
            body, status=status, headers={name.replace("_", "-"): headers[name] for name in headers}
        )

    return answer


def raw(body: bytes, content_type: str = "audio/wav") -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=content_type)

    return answer


def in_chunks(*chunks: bytes, content_type: str = "audio/wav", gate: asyncio.Event | None = None) -> Answer:
    """Sends chunk after chunk; what follows the first one once the gate is open."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        for number, chunk in enumerate(chunks):
            if number == 1 and gate is not None:
                await gate.wait()
            await response.write(chunk)
        return response

    return answer


def events(*bodies: object) -> Answer:
    """Sends server-sent events."""
    return in_chunks(*(f"data: {dumps(body)}\n\n".encode() for body in bodies), content_type="text/event-stream")


def broken_off(body: bytes, length: int) -> Answer:
    """Promises more than it sends."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(length)})
        await response.prepare(request)
        await response.write(body)
        request.transport.close()
        return response

    return answer


async def never(_: web.Request) -> web.Response:
    await asyncio.sleep(30)
    raise AssertionError
