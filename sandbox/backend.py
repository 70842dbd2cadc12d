"""The backend's stand-in: takes results and alarms, is strict about them, and can be ill."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from sandbox.alarm_desk import ALARM_PATH, AlarmDesk
from sandbox.events import Event, Events
from sandbox.http_server import HttpServer, json_or_text
from sandbox.result_contract import ContractError, contradictions, parse_result

RESULT_PATH: Final = "/api/call/send_llm_result"

_LONGEST_HANG_S: Final = 60.0
_LARGEST_BODY: Final = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Describes one `POST` of a result.

    Attributes:
        at: real time (UTC).
        headers: as received.
        body: parsed; the text itself if it is no JSON.
        status: what was answered; None: the answer never came.
        faults: why the body was not taken, or what contradicts itself in it.
        repeats: number of the earlier delivery with the same `Idempotency-Key`, from 0; None if it is the first.
    """

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    headers: dict[str, str]
    body: Any
    status: int | None
    faults: tuple[str, ...] = ()
    repeats: int | None = None


class SandboxBackend:
    """Collects results and alarms. Use it in an `async with` block.

    Attributes:
        deliveries: everything that was posted as a result, in order.
        alarm_desk: where alarms arrive.
        fail_next: how many deliveries are still answered 500.
        hang_next: how many are still left without an answer.
    """

    def __init__(
        self,
        events: Events,
        host: str = "127.0.0.1",
        port: int = 0,
        line_s: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Binds the port.

        Args:
            events: where to tell what arrives.
            host: address to listen on.
            port: 0: any free one.
            line_s: says how far the call under way is, in phone seconds since the answer; None: there is none.

        Raises:
            OSError: the port is taken.
        """
        self.deliveries: list[Delivery] = []
        self.fail_next = 0
        self.hang_next = 0
        self.alarm_desk = AlarmDesk(events, line_s)
        self._events = events
        self._server = HttpServer(host, port)
        self._closing = asyncio.Event()
        self._arrived = asyncio.Condition()

    @property
    def result_url(self) -> str:
        """Where results go: what `SPRING_BOOT_URL` must be."""
        return self._server.url + RESULT_PATH

    @property
    def alarm_url(self) -> str:
        """Where alarms go: what `ALARM_URLS` must be."""
        return self._server.url + ALARM_PATH

    async def __aenter__(self) -> Self:
        await self.come_up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.go_down()

    async def come_up(self) -> None:
        """Listens, on the same port as before.

        Raises:
            OSError: somebody else took the port meanwhile.
        """
        self._closing.clear()
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.router.add_post(RESULT_PATH, self._take)
        app.router.add_post(ALARM_PATH, self.alarm_desk.take)
        await self._server.start(app)

    async def go_down(self) -> None:
        """Refuses connections from now on, and drops those that wait."""
        self._closing.set()
        await self._server.stop()

    async def delivered(self, count: int = 1) -> Delivery:
        """Waits until a number of deliveries in all were taken with 2xx, and returns the last of them."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self._accepted()) >= count)
            return self._accepted()[count - 1]

    def _accepted(self) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if delivery.status == 200]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        status, faults = self._judge(body)
        hangs = self.hang_next > 0
        if hangs:
            self.hang_next -= 1
            status = None
        delivery = Delivery(
            headers=dict(request.headers),
            body=json_or_text(body),
            status=status,
            faults=faults,
            repeats=self._first_with(request.headers.get("Idempotency-Key")),
        )
        async with self._arrived:
            self.deliveries.append(delivery)
            self._arrived.notify_all()
        self._events.publish(Event("delivered", None, details={"status": status, "faults": list(faults)}))
        if hangs:
            await self._hang()
        return web.Response(status=status or 503, text="; ".join(faults) if status != 200 else "")

    def _judge(self, body: bytes) -> tuple[int | None, tuple[str, ...]]:
        """Returns what is answered and what is wrong with the body."""
        if self.fail_next > 0:
            self.fail_next -= 1
            return 500, ()
        try:
            return 200, tuple(contradictions(parse_result(body)))
        except ContractError as error:
            return 400, (str(error),)

    async def _hang(self) -> None:
        try:
            async with asyncio.timeout(_LONGEST_HANG_S):
                await self._closing.wait()
        except TimeoutError:
            return

    def _first_with(self, key: str | None) -> int | None:
        if key is None:
            return None
        for number, delivery in enumerate(self.deliveries):
            if delivery.headers.get("Idempotency-Key") == key:
                return number
        return None
