"""A real CallService whose StreamCall does what a test says, in front of it a gateway, and a Twilio that streams to it.

async def greets(served):
    await served.read()  # start
    yield audio(b"hello")
    async for _ in served.rest():
        pass

async with streaming(greets) as world:
    twilio = await world.dial()
    assert await twilio.read() == {...}
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import grpc
from twilio.request_validator import RequestValidator
from yarl import URL

from calling.v1 import call_service_pb2 as pb
from calling.v1 import call_service_pb2_grpc
from gateway.app import RunningGateway, start
from gateway.media_socket import MediaLimits
from gateway.orchestrator_client import Deadlines
from tests.fakes.orchestrator_servicers import Failure
from tests.fakes.waiting import until
from tests.integration.gateway.gateway_client import CALL_SID, CONSULTATION, PUBLIC, TOKEN, Client, settings

STREAM_SID = "MZ" + "1" * 32
PATH = "/twilio/media/tok-1"
WSS = "wss" + PUBLIC.removeprefix("https")
LIMITS = MediaLimits(start=1, batch=0.06, heartbeat=5, write=1, finish=1, close=0.5)
DEADLINES = Deadlines(turn=5, start=5, read=5, stream_opening=1, stream=30)
START: dict[str, Any] = {
    "event": "start",
    "sequenceNumber": "1",
    "streamSid": STREAM_SID,
    "start": {
        "accountSid": "AC" + "0" * 32,
        "streamSid": STREAM_SID,
        "callSid": CALL_SID,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"consultation": CONSULTATION},
    },
}
STOP = {"event": "stop", "sequenceNumber": "9", "streamSid": STREAM_SID, "stop": {"callSid": CALL_SID}}
_SERVER_OPTIONS = [
    ("grpc.so_reuseport", 0),
    # gRPC's window: 2 s of audio, so that a server that does not read is noticed. Left to itself it grows to 4 MB.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 16_384),
]


def media(mulaw: bytes) -> dict[str, Any]:
    payload = base64.b64encode(mulaw).decode()
    return {
        "event": "media", "sequenceNumber": "2", "streamSid": STREAM_SID,
        "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": payload},
    }  # fmt: skip


def audio(mulaw: bytes) -> pb.StreamCallResponse:
    return pb.StreamCallResponse(audio=mulaw)


def mark(name: str) -> pb.StreamCallResponse:
    return pb.StreamCallResponse(mark=name)


CLEAR = pb.StreamCallResponse(clear=pb.ClearAudio())
HANG_UP = pb.StreamCallResponse(hang_up=pb.HangUp())
FALL_BACK = pb.StreamCallResponse(fall_back=pb.FallBack())


@dataclass
class ServedStream:
    """One StreamCall, as the server sees it."""

    context: grpc.aio.ServicerContext
    seen: list[pb.StreamCallRequest] = field(default_factory=list)
    half_closed: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> pb.StreamCallRequest | None:
        """Returns the next request; None: the gateway has half-closed."""
        request = await self.context.read()
        if request is grpc.aio.EOF:
            self.half_closed.set()
            return None
        self.seen.append(request)
        return request

    async def rest(self) -> AsyncIterator[pb.StreamCallRequest]:
        while (request := await self.read()) is not None:
            yield request

    @property
    def heard(self) -> bytes:
        return b"".join(request.audio for request in self.seen)

    async def fail(self, failure: Failure) -> None:
        await failure.abort(self.context)


Script = Callable[[ServedStream], AsyncIterator[pb.StreamCallResponse]]


async def listens(served: ServedStream) -> AsyncIterator[pb.StreamCallResponse]:
    """Takes the stream and hears it to its end."""
    await served.context.send_initial_metadata(())
    async for _ in served.rest():
        if False:
            yield


class _Servicer(call_service_pb2_grpc.CallServiceServicer):
    def __init__(self, world: "World") -> None:
        self._world = world

    async def AnswerCall(self, request: Any, context: Any) -> pb.AnswerCallResponse:
        reply = pb.Reply(open_stream=pb.OpenStream(stream_token="tok-1"))
        return pb.AnswerCallResponse(reply=reply)

    async def StreamCall(self, requests: Any, context: Any) -> AsyncIterator[pb.StreamCallResponse]:
        served = ServedStream(context)
        self._world.served.append(served)
        try:
            async for response in self._world.script(served):
                yield response
        except asyncio.CancelledError:
            served.cancelled.set()
            raise
        finally:
            served.over.set()


@dataclass
class Twilio:
    """Twilio's end of a stream."""

    socket: aiohttp.ClientWebSocketResponse

    async def send(self, *messages: dict[str, Any] | str) -> None:
        for message in messages:
            await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def begin(self) -> None:
        await self.send({"event": "connected", "protocol": "Call", "version": "1.0.0"}, START)

    async def read(self) -> dict[str, Any]:
        async with asyncio.timeout(3):
            return dict(json.loads(await self.socket.receive_str()))

    async def closed(self) -> int | None:
        """Waits until the gateway has closed; returns the code."""
        async with asyncio.timeout(4):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code


@dataclass
class World:
    """A gateway, the orchestrator behind it, and what became of its streams."""

    script: Script
    session: aiohttp.ClientSession
    gateway: RunningGateway | None = None
    server: Any = None
    served: list[ServedStream] = field(default_factory=list)
    calls: list[Twilio] = field(default_factory=list)
    """Kept, as aiohttp closes a WebSocket that nobody holds."""

    @property
    def client(self) -> Client:
        assert self.gateway
        return Client(self.session, self.gateway)

    async def connect(self, path: str = PATH, signed_url: str = "", **arguments: Any) -> Twilio:
        """Opens a WebSocket as Twilio does: with the signature of its public wss URL."""
        signature = RequestValidator(TOKEN).compute_signature(signed_url or WSS + path, {})
        url = URL(self.client.url + path, encoded=True)
        headers = {"x-twilio-signature": signature, "user-agent": "Twilio.TmeWs/1.0"}
        self.calls.append(Twilio(await self.session.ws_connect(url, headers=headers, **arguments)))
        return self.calls[-1]

    async def dial(self) -> Twilio:
        """Opens a stream up to its `start`."""
        twilio = await self.connect()
        await twilio.begin()
        return twilio

    async def taken(self) -> ServedStream:
        """Waits until the orchestrator has the stream, and returns it."""
        await until(lambda: bool(self.served and self.served[-1].seen))
        return self.served[-1]

    async def metric(self, line: str) -> bool:
        return line in (await self.client.get("/metrics")).text

    async def ended(self, reason: str) -> None:
        """Waits until the gateway has counted a stream's end."""
        async with asyncio.timeout(4):
            while not await self.metric(f'gateway_stream_ends_total{{reason="{reason}"}} 1.0'):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await self.metric("gateway_streams 0.0")


@asynccontextmanager
async def streaming(
    script: Script = listens, *, limits: MediaLimits = LIMITS, deadlines: Deadlines = DEADLINES, **changes: Any
) -> AsyncIterator[World]:
    """Serves a scripted StreamCall, and a gateway before it."""
    server = grpc.aio.server(options=_SERVER_OPTIONS)
    async with aiohttp.ClientSession() as session:
        world = World(script, session, server=server)
        call_service_pb2_grpc.add_CallServiceServicer_to_server(_Servicer(world), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        world.gateway = await start(settings(f"127.0.0.1:{port}", **changes), deadlines, limits)
        try:
            yield world
        finally:
            await world.gateway.stop()
            for twilio in world.calls:
                await twilio.socket.close()
            await server.stop(grace=None)
