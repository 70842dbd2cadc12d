"""The application's end of a Media Stream: what it gets is kept, what it does is scripted."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from aiohttp import WSMsgType, web
from twilio.request_validator import RequestValidator

from audio import mulaw, voice
from audio.samples import Samples
from sandbox.twilio.settings import AUTH_TOKEN, TwilioSettings
from sandbox.world import WorldSettings
from tests.fakes.twiml_app import Seen, TwimlApp

PUBLIC = "https://gw.example"
URL = "wss://gw.example/media"
CONNECT = f'<Connect><Stream url="{URL}"/></Connect>'
SPEED = 20.0
DEADLINE_S = 10


@dataclass
class Stream:
    """One stream that was opened."""

    websocket: web.WebSocketResponse
    request: web.Request
    messages: list[dict[str, Any]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    @property
    def sid(self) -> str:
        return self.of("start")[0]["streamSid"]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] == event]

    def marks(self) -> list[str]:
        return [message["mark"]["name"] for message in self.of("mark")]

    def heard(self) -> Samples:
        """What came from the callee."""
        frames = [mulaw.decode(b64decode(message["media"]["payload"])) for message in self.of("media")]
        return np.concatenate(frames)

    def signed(self, url: str) -> bool:
        return RequestValidator(AUTH_TOKEN).validate(url, {}, self.request.headers.get("X-Twilio-Signature", ""))

    async def until(self, condition: Callable[[], Any]) -> None:
        """Waits for what is sent to make something true, or for the stream's end."""
        async with asyncio.timeout(DEADLINE_S):
            while not condition() and not self.over:
                self.arrived.clear()
                await self.arrived.wait()

    async def frames(self, count: int) -> None:
        """Waits for so many more frames: 20 ms of the phone's time each."""
        wanted = len(self.of("media")) + count
        await self.until(lambda: len(self.of("media")) >= wanted)

    async def marked(self, name: str) -> None:
        await self.until(lambda: name in self.marks())

    async def send(self, event: str, **content: Any) -> None:
        await self.websocket.send_str(json.dumps({"event": event, "streamSid": self.sid, **content}))

    async def play(self, sound: bytes) -> None:
        await self.send("media", media={"payload": b64encode(sound).decode()})

    async def say(self, text: str) -> float:
        """Has words played; returns how many seconds they last."""
        sound = mulaw.encode(voice.speak(text))
        await self.play(sound)
        return len(sound) / 8000

    async def mark(self, name: str) -> None:
        await self.send("mark", mark={"name": name})

    async def clear(self) -> None:
        await self.send("clear")

    async def listen(self) -> None:
        """Keeps what comes, to the end of the stream."""
        async for message in self.websocket:
            if message.type is WSMsgType.TEXT:
                self.messages.append(json.loads(message.data))
                self.arrived.set()
        self.over = True
        self.arrived.set()


Script = Callable[[Stream], Awaitable[None]]


@dataclass
class StreamApp:
    """Accepts streams and does what the scripts say, one a stream in order; the last one stays. Closes at its end."""

    scripts: list[Script] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)

    async def serve(self, request: web.Request, _seen: Seen) -> web.StreamResponse:
        websocket = web.WebSocketResponse(compress=False, timeout=0.2)
        await websocket.prepare(request)
        stream = Stream(websocket, request)
        self.streams.append(stream)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        listening = asyncio.create_task(stream.listen())
        await stream.until(lambda: stream.of("start"))
        acting = asyncio.create_task(script(stream))
        try:
            await asyncio.wait({acting, listening}, return_when=asyncio.FIRST_COMPLETED)
            if acting.done():
                acting.result()
                listening.cancel()
                await websocket.close()
        finally:
            acting.cancel()
            listening.cancel()
            await asyncio.gather(acting, listening, return_exceptions=True)
        return websocket


def streaming(app: TwimlApp, **quirk: Any) -> WorldSettings:
    """Returns the settings of a sandbox that reaches the application by its public name."""
    public = {PUBLIC: app.url, "https://closed.example": "http://127.0.0.1:1"}
    twilio = {"public_urls": public, "network": {"dial_s": 0, "ring_s": 0}, **quirk}
    return WorldSettings(speed=SPEED, twilio=TwilioSettings.model_validate(twilio))


async def leave(stream: Stream) -> None:
    """Closes the stream at once."""


async def stay(stream: Stream) -> None:
    """Goes on until the other side ends it."""
    await stream.until(lambda: False)
