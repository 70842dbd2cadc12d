from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from typing import Any

import aiohttp

from tests.bench.streams.callee import Line
from tests.bench.streams.opening import Opened
from tests.bench.streams.stream_call import StreamCall
from tests.bench.streams.ticker import PERIOD, Tick, Ticker
from tests.bench.streams.utterances import background, number_in, speech
from tests.virtual_time import virtual_time

OPENED = Opened("ws://gateway/stream", "CA1", parameters={"consultation": "1"})


class ScriptedSocket:
    """Takes the place of a WebSocket: keeps what is sent, and hands out what is put in."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed = False
        self._arriving: asyncio.Queue[str | None] = asyncio.Queue()

    async def send_str(self, text: str) -> None:
        if self.closed:
            raise aiohttp.ClientConnectionResetError("closed")
        self.sent.append(json.loads(text))

    async def close(self) -> None:
        self.closed = True
        self._arriving.put_nowait(None)

    def arrive(self, **message: Any) -> None:
        self._arriving.put_nowait(json.dumps({"streamSid": "MZ", **message}))

    def named(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.sent if message["event"] == event]

    def __aiter__(self) -> ScriptedSocket:
        return self

    async def __anext__(self) -> aiohttp.WSMessage:
        data = await self._arriving.get()
        if data is None:
            raise StopAsyncIteration
        return aiohttp.WSMessage(aiohttp.WSMsgType.TEXT, data, None)


class Live:
    """A call that is ticked for and listened to."""

    def __init__(self, *script: Line) -> None:
        self.socket = ScriptedSocket()
        begin = asyncio.get_running_loop().time()
        self.call = StreamCall(self.socket, OPENED, script, greeted=True, begin=begin)  # type: ignore[arg-type]
        self._ticker = Ticker()

    async def __aenter__(self) -> Live:
        await self.call.start()
        self._ticker.add(self.call.tick)
        self._tasks = [asyncio.create_task(self._ticker.run()), asyncio.create_task(self.call.listen())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def agent_speaks(self, seconds: float) -> None:
        audio = speech()[: round(seconds * 8000)]
        self.socket.arrive(event="media", media={"payload": b64encode(audio).decode()})


@virtual_time
async def test_a_stream_begins_as_twilio_begins_it() -> None:
    async with Live(Line()) as live:
        await asyncio.sleep(0.1)
        connected, start, first, second, *_ = live.socket.sent
        sid = start["streamSid"]
        assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        assert start["sequenceNumber"] == "1"
        assert start["start"]["customParameters"] == {"consultation": "1"}
        assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        payload = b64encode(background()[:160]).decode()
        media = {"track": "inbound", "chunk": "1", "timestamp": "20", "payload": payload}
        assert first == {"event": "media", "sequenceNumber": "2", "streamSid": sid, "media": media}
        assert (second["sequenceNumber"], second["media"]["chunk"]) == ("3", "2")


@virtual_time
async def test_a_frame_goes_out_every_20_ms() -> None:
    async with Live(Line()) as live:
        await asyncio.sleep(10.01)
        assert abs(len(live.socket.named("media")) - 500) <= 1


@virtual_time
async def test_a_mark_comes_back_when_what_was_before_it_is_played() -> None:
    async with Live(Line(after=5.0)) as live:
        live.agent_speaks(1.0)
        live.socket.arrive(event="mark", mark={"name": "a"})
        await asyncio.sleep(0.9)
        assert not live.socket.named("mark")
        await asyncio.sleep(0.2)
        [mark] = live.socket.named("mark")
        assert mark["mark"] == {"name": "a"}


@virtual_time
async def test_clear_brings_marks_back_at_once() -> None:
    async with Live(Line(after=5.0)) as live:
        live.agent_speaks(3.0)
        live.socket.arrive(event="mark", mark={"name": "a"})
        await asyncio.sleep(0.5)
        live.socket.arrive(event="clear")
        await asyncio.sleep(2 * PERIOD)
        assert len(live.socket.named("mark")) == 1


@virtual_time
async def test_the_callee_speaks_when_the_agent_has_and_hangs_up_after_the_reply() -> None:
    async with Live(Line(seconds=1.0)) as live:
        live.agent_speaks(1.0)
        await asyncio.sleep(3.0)
        said = b"".join(b64decode(message["media"]["payload"]) for message in live.socket.named("media"))
        assert number_in(said) == 0
        live.agent_speaks(1.0)
        await asyncio.sleep(2.0)
        assert live.socket.sent[-1]["event"] == "stop"
        assert live.call.hung_up
        assert live.socket.closed


@virtual_time
async def test_a_server_that_closes_ends_the_call_quietly() -> None:
    async with Live(Line()) as live:
        live.socket.closed = True
        await asyncio.sleep(0.1)
        assert live.call.ended
        assert not live.call.hung_up


@virtual_time
async def test_calls_of_one_client_do_not_tick_at_once() -> None:
    ticker = Ticker()
    ticks: dict[int, float] = {}

    def tick_of(name: int) -> Tick:
        async def tick(now: float) -> None:
            ticks.setdefault(name, now)

        return tick

    for number in range(10):
        ticker.add(tick_of(number))
    running = asyncio.create_task(ticker.run())
    await asyncio.sleep(2 * PERIOD)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len({round(at, 4) for at in ticks.values()}) == 10
    assert max(ticker.lateness) < PERIOD / 10
