"""A little application that answers Twilio's webhooks as told, and a sandbox that makes calls to it."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from twilio.request_validator import RequestValidator

from audio import voice, wav
from sandbox.script import Script
from sandbox.twilio.call import Call
from sandbox.twilio.call_request import CallRequest
from sandbox.twilio.settings import AUTH_TOKEN, FROM_NUMBER, TwilioSettings
from sandbox.world import World, WorldSettings

CALLEE_NUMBER = "+821012345678"
SPEED = 5000.0


@dataclass
class Seen:
    """One request that the application got, as it got it."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    valid: bool


Handler = Callable[[web.Request, Seen], Awaitable[web.StreamResponse]]


@dataclass
class TwimlApp:
    """A little application: scripted answers a path, in order; the last one stays."""

    url: str = ""
    public: str = ""
    seen: list[Seen] = field(default_factory=list)
    answers: dict[str, list[Handler]] = field(default_factory=lambda: defaultdict(list))
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def at(self, path: str) -> list[Seen]:
        return [each for each in self.seen if each.path == path]

    def on(self, path: str, *bodies: str | web.Response | Handler) -> str:
        """Scripts the answers of a path and returns its URL."""
        self.answers[path] += [body if callable(body) else _answering(body) for body in bodies]
        return (self.public or self.url) + path

    def twiml(self, path: str, *documents: str) -> str:
        return self.on(path, *(f"<Response>{document}</Response>" for document in documents))

    def audio(self, name: str, text: str) -> str:
        """Offers speech at /audio/NAME.wav and returns the <Play> of it."""
        self.on(f"/audio/{name}.wav", _playing(wav.write(voice.speak(text))))
        return f"<Play>/audio/{name}.wav</Play>"

    async def slow(self, request: web.Request, seen: Seen) -> web.Response:
        """Answers when it is too late for everybody."""
        await self.closing.wait()
        return web.Response(text="<Response/>", content_type="text/xml")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers.get("X-Twilio-Signature", "")
        url = (self.public or self.url) + request.raw_path
        seen = Seen(
            method=request.method, path=request.path, query=dict(request.query), form=form,
            headers=dict(request.headers), valid=RequestValidator(AUTH_TOKEN).validate(url, form, signature),
        )  # fmt: skip
        self.seen.append(seen)
        scripted = self.answers[request.path]
        if not scripted:
            return web.Response(status=204) if request.path == "/status" else web.Response(status=404)
        handler = scripted.pop(0) if len(scripted) > 1 else scripted[0]
        return await handler(request, seen)


def _answering(body: str | web.Response) -> Handler:
    async def answer(request: web.Request, seen: Seen) -> web.Response:
        if isinstance(body, web.Response):
            return web.Response(status=body.status, headers=body.headers, body=body.body)
        return web.Response(text=body, content_type="text/xml")

    return answer


def _playing(data: bytes) -> Handler:
    async def answer(request: web.Request, seen: Seen) -> web.Response:
        return web.Response(body=data, content_type="audio/wav", headers={"Cache-Control": "no-store"})

    return answer


@dataclass
class Sandbox:
    """Makes calls in a world without going through the REST API."""

    world: World
    app: TwimlApp

    async def call(self, callee: Script | dict[str, Any] | None = None, **request: Any) -> Call:
        """Makes a call and waits until nothing more follows from it."""
        call = self.start(callee, **request)
        await call.settled.wait()
        return call

    def start(self, callee: Script | dict[str, Any] | None = None, **request: Any) -> Call:
        self.world.next_callee(callee if isinstance(callee, Script) else Script.model_validate_json(_json(callee)))
        asked = {"to": CALLEE_NUMBER, "sender": FROM_NUMBER} | request
        if not asked.get("twiml"):
            asked.setdefault("url", (self.app.public or self.app.url) + "/voice")
        return self.world.twilio.place(CallRequest(**asked))

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - the sandbox has no event for everything a test looks at
                await asyncio.sleep(0.001)

    def errors(self) -> list[int | None]:
        return [breach.code for breach in self.world.twilio.journal.breaches]

    def verbs(self) -> list[str]:
        return [verb.verb for verb in self.world.twilio.journal.verbs]


def _json(callee: dict[str, Any] | None) -> str:
    return json.dumps(callee or {})


def quirky(**quirks: Any) -> WorldSettings:
    return WorldSettings(speed=SPEED, twilio=TwilioSettings.model_validate({"quirks": quirks}))
