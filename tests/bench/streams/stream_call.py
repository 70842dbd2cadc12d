"""One call as Twilio's Media Streams carry it: the callee's frames up, the agent's audio, marks and clears down."""

from __future__ import annotations

import asyncio
import json
import uuid
from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cache
from typing import Any

import aiohttp

from tests.bench.phone_stub import ACCOUNT
from tests.bench.streams.callee import Callee, Line
from tests.bench.streams.opening import Opened
from tests.bench.streams.play_out import PlayOut
from tests.bench.streams.utterances import FRAME, background


class StreamCall:
    """A live call. `tick` is to be called every 20 ms, `listen` runs until the stream has ended.

    Attributes:
        callee: who speaks and listens.
        play_out: what the agent's audio goes through.
        ended: whether the stream is over.
        hung_up: whether it was the callee who ended it.
    """

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        opened: Opened,
        script: Sequence[Line],
        *,
        greeted: bool,
        begin: float,
    ) -> None:
        self.play_out = PlayOut()
        self.callee = Callee(script, self.play_out, greeted=greeted, begin=begin)
        self.ended = self.hung_up = False
        self._socket = socket
        self._opened = opened
        self._stream_sid = f"MZ{uuid.uuid4().hex}"
        self._loop = asyncio.get_running_loop()
        self._sequence = 0
        self._chunk = 0

    async def start(self) -> None:
        """Says what Twilio says first."""
        await self._socket.send_str('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        start = {
            "accountSid": ACCOUNT,
            "streamSid": self._stream_sid,
            "callSid": self._opened.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": dict(self._opened.parameters),
        }
        await self._send("start", json.dumps(start))

    async def tick(self, now: float) -> None:
        """Sends the next 20 ms, and the marks that were reached; after the script, hangs up. Never raises."""
        if self.ended:
            return
        try:
            await self._media(self.callee.frame(now))
            for name in self.play_out.reached(now):
                await self._send("mark", json.dumps({"name": name}))
            if self.callee.done:
                await self.hang_up()
        except ConnectionError:
            self.ended = True  # the server has closed the stream

    async def hang_up(self) -> None:
        """Ends the stream as Twilio does when the callee hangs up."""
        self.ended = self.hung_up = True
        await self._send("stop", json.dumps({"accountSid": ACCOUNT, "callSid": self._opened.call_sid}))
        await self._socket.close()

    async def listen(self) -> None:
        """Takes what the agent sends, until the stream ends."""
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            self._take(json.loads(message.data))
        self.ended = True

    def _take(self, message: dict[str, Any]) -> None:
        now = self._loop.time()
        match message["event"]:
            case "media":
                self.play_out.audio(now, b64decode(message["media"]["payload"]))
            case "mark":
                self.play_out.mark(now, message["mark"]["name"])
            case "clear":
                self.play_out.clear(now)
                self.callee.cleared(now)

    async def _media(self, spoken: memoryview | None) -> None:
        payload = _silence(self._chunk % 50) if spoken is None else b64encode(spoken).decode()
        self._chunk += 1
        at = f'"chunk":"{self._chunk}","timestamp":"{self._chunk * 20}"'
        await self._send("media", f'{{"track":"inbound",{at},"payload":"{payload}"}}')

    async def _send(self, event: str, body: str) -> None:
        """Sends a numbered message; `body` is the JSON of what is named like the event."""
        self._sequence += 1
        head = f'{{"event":"{event}","sequenceNumber":"{self._sequence}","streamSid":"{self._stream_sid}"'
        await self._socket.send_str(f'{head},"{event}":{body}}}')


@cache
def _silence(number: int) -> str:
    """Returns one of 50 frames of a quiet line, as a payload."""
    return b64encode(background()[number * FRAME : (number + 1) * FRAME]).decode()
