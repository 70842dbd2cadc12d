"""`python -m tests.bench.streams.reference_server`: the least that answers a callee.

Prints its URL and serves until killed. It decides by loudness alone that the callee is done and sends one sentence from
memory, or `clear` if the callee speaks while that plays: the floor under every figure, and the proof of the client.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from typing import Any, Final

import aiohttp
import numpy as np
from aiohttp import web

from audio import TELEPHONE_HZ, mulaw
from tests.bench.streams.utterances import speech

STOP_SECONDS: Final = 0.2
"""So much silence is the end of a turn."""
SENTENCE_SECONDS: Final = 2.0
_START_SECONDS: Final = 0.2
_LOUD: Final = 300

_LEVELS: Final = np.abs(mulaw.decode(bytes(range(256))).astype(np.int32))


class Answering:
    """One stream: counts loud and quiet frames."""

    def __init__(self, socket: web.WebSocketResponse, seconds: float, *, greets: bool) -> None:
        self._socket = socket
        self._seconds = seconds
        self._greets = greets
        self._loud = self._quiet = 0.0
        self._speaking = False
        self._plays_until = 0.0
        payload = b64encode(speech()[: round(seconds * TELEPHONE_HZ)]).decode()
        self._media: dict[str, Any] = {"event": "media", "media": {"payload": payload}}

    async def take(self, message: dict[str, Any]) -> None:
        """Takes one message of the telephone network."""
        if message["event"] == "start" and self._greets:
            await self._answer(message["streamSid"])
        if message["event"] != "media":
            return
        audio = b64decode(message["media"]["payload"])
        seconds = len(audio) / TELEPHONE_HZ
        if _LEVELS[np.frombuffer(audio, np.uint8)].mean() > _LOUD:
            self._loud, self._quiet = self._loud + seconds, 0.0
            if self._loud >= _START_SECONDS and not self._speaking:
                self._speaking = True
                await self._interrupt(message["streamSid"])
            return
        self._quiet += seconds
        self._loud = 0.0
        if self._speaking and self._quiet >= STOP_SECONDS - seconds / 2:
            self._speaking = False
            await self._answer(message["streamSid"])

    async def _interrupt(self, stream_sid: str) -> None:
        if self._plays_until > asyncio.get_running_loop().time():
            self._plays_until = 0.0
            await self._socket.send_str(json.dumps({"event": "clear", "streamSid": stream_sid}))

    async def _answer(self, stream_sid: str) -> None:
        self._plays_until = asyncio.get_running_loop().time() + self._seconds
        await self._socket.send_str(json.dumps({**self._media, "streamSid": stream_sid}))
        mark = {"event": "mark", "streamSid": stream_sid, "mark": {"name": "end"}}
        await self._socket.send_str(json.dumps(mark))


async def answer_stream(
    request: web.Request, *, seconds: float = SENTENCE_SECONDS, greets: bool = False
) -> web.WebSocketResponse:
    """Has a conversation in which the agent always says the same, for so many seconds."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    answering = Answering(socket, seconds, greets=greets)
    async for message in socket:
        if message.type is not aiohttp.WSMsgType.TEXT:
            break
        await answering.take(json.loads(message.data))
    return socket


async def main() -> None:
    """Serves."""
    application = web.Application()
    application.router.add_get("/stream", answer_stream)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"ws://127.0.0.1:{runner.addresses[0][1]}/stream", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
