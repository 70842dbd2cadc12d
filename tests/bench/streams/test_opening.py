from __future__ import annotations

import uuid
from xml.sax.saxutils import quoteattr

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.bench.phone_stub import TOKEN
from tests.bench.streams import opening
from tests.bench.streams.callee import Line
from tests.bench.streams.load import Load, run
from tests.bench.streams.opening import NotOpened, WebhookOpening, call_sid_of
from tests.bench.streams.reference_server import answer_stream
from tests.fakes.http_server import HttpServer

CONSULTATION_ID = str(uuid.UUID(int=7))
TURNS = [
    {"speaker": "agent", "text": "여보세요?", "timings_ms": {}},
    {"speaker": "callee", "text": "네.", "timings_ms": {"end_of_turn": 500}},
    {"speaker": "callee", "text": "", "timings_ms": {}},
]


class ScriptedGateway(HttpServer):
    """Takes orders and signed webhooks, and answers the voice webhook with a stream, the `streams_from`-th time."""

    def __init__(self, streams_from: int = 1, *, closes: bool = False) -> None:
        self.orders: list[dict[str, object]] = []
        self.statuses: list[str] = []
        self.handshake: dict[str, str] = {}
        self.asked = 0
        self.streamed = False
        self._streams_from = streams_from
        self._closes = closes

    async def handle(self, request: web.Request) -> web.StreamResponse:
        match request.path:
            case "/api/receive":
                self.orders.append(await request.json())
                return web.json_response({"consultation_id": CONSULTATION_ID})
            case "/twilio/voice":
                await self._verified(request)
                self.asked += 1
                return web.Response(text=self._twiml(), content_type="text/xml")
            case "/twilio/status":
                form = await self._verified(request)
                self.statuses.append(form["CallStatus"])
                return web.Response(status=204)
            case path if path.endswith("/transcript"):
                return web.json_response({"turns": TURNS})
        self.handshake = {name.lower(): value for name, value in request.headers.items()}
        self.streamed = True
        if self._closes:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.close()
            return socket
        return await answer_stream(request, seconds=0.3, greets=True)

    @property
    def stream_url(self) -> str:
        return f"ws://{self.url.removeprefix('http://')}/twilio/media/token"

    async def _verified(self, request: web.Request) -> dict[str, str]:
        form = {name: str(value) for name, value in (await request.post()).items()}
        url = self.url + request.path_qs
        assert RequestValidator(TOKEN).validate(url, form, request.headers["X-Twilio-Signature"])
        assert form["CallSid"] == call_sid_of(CONSULTATION_ID)
        return form

    def _twiml(self) -> str:
        if self.streamed:
            return "<Response><Hangup/></Response>"
        if self.asked < self._streams_from:
            return "<Response><Record/></Response>"
        parameter = f'<Parameter name="consultation" value="{CONSULTATION_ID}"/>'
        stream = f"<Connect><Stream url={quoteattr(self.stream_url)}>{parameter}</Stream></Connect>"
        return f"<Response>{stream}<Redirect>/</Redirect></Response>"


async def test_an_ordered_call_comes_to_its_stream() -> None:
    async with ScriptedGateway() as gateway, aiohttp.ClientSession() as session:
        opened = await WebhookOpening(gateway.url, {"conversation_mode": "stream"}).open(session)
        assert opened.url == gateway.stream_url
        assert opened.parameters == {"consultation": CONSULTATION_ID}
        assert RequestValidator(TOKEN).validate(opened.url, {}, opened.headers["x-twilio-signature"])
        assert gateway.orders[0]["conversation_mode"] == "stream"


async def test_orders_are_told_apart() -> None:
    async with ScriptedGateway() as gateway, aiohttp.ClientSession() as session:
        for _ in range(2):
            await WebhookOpening(gateway.url, {}).open(session)
        assert gateway.orders[0] != gateway.orders[1]


async def test_a_call_that_is_not_streamed_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_BETWEEN_TRIES", 0.0)
    async with ScriptedGateway(streams_from=1000) as gateway, aiohttp.ClientSession() as session:
        with pytest.raises(NotOpened, match="Record"):
            await WebhookOpening(gateway.url, {}).open(session)


async def test_a_call_from_its_order_to_its_end() -> None:
    async with ScriptedGateway() as gateway:
        line = Line(seconds=0.4, after=0.1)
        load = Load(gateway.url, 1, (line,), ramp=0.0, longest=10.0, order={"conversation_mode": "stream"})
        figures = await run(load)
    [call] = figures.calls
    assert call.failure == ""
    assert len(call.gaps) == 1
    assert call.lost == call.cut_ins == 0
    assert call.next_verb == ""
    assert call.waits == [0.5]
    assert gateway.statuses == ["completed"]
    assert gateway.handshake["x-twilio-signature"]


async def test_a_stream_that_the_server_ends_is_followed_by_the_next_verb() -> None:
    async with ScriptedGateway(closes=True) as gateway:
        load = Load(gateway.url, 1, (Line(),), ramp=0.0, longest=10.0, order={})
        figures = await run(load)
    [call] = figures.calls
    assert call.next_verb == "Hangup"
    assert call.failure == ""
    assert gateway.statuses == ["completed"]
