"""Results posted to a real server that misbehaves."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from orchestrator.adapters.backend.results import BackendResults
from orchestrator.adapters.backend.signature import WebhookSigner
from orchestrator.dialogue.ports.results import Receipt
from orchestrator.domain.codes import DeliveryFailure
from orchestrator.domain.errors import NoResultUrl
from tests.fakes.http_server import HttpServer
from tests.fakes.results_server import PATH, ScriptedBackend
from tests.fakes.waiting import until

BODY = '{"summary":"가나다"}'.encode()


@asynccontextmanager
async def posting(url: str | None, *, timeout: float = 5.0) -> AsyncIterator[BackendResults]:
    results = BackendResults(url, timeout=timeout)
    yield results
    await results.close()


async def deliver(status: int, **headers: str) -> Receipt:
    async with ScriptedBackend(status, headers) as server, posting(server.result_url) as results:
        return await results.deliver(BODY, key="result:7")


def unanswered(failure: DeliveryFailure) -> Receipt:
    return Receipt(None, accepted=False, failure=failure)


async def test_what_is_posted() -> None:
    async with ScriptedBackend() as server, posting(server.result_url) as results:
        await results.deliver(BODY, key="result:7")
    (posted,) = server.posted
    assert posted.path == PATH
    assert posted.body == BODY
    assert posted.headers["Content-Type"] == "application/json; charset=utf-8"
    assert posted.headers["Idempotency-Key"] == "result:7"
    assert posted.headers["Content-Length"] == str(len(BODY))


async def test_two_secrets_sign_at_once_so_that_they_can_be_exchanged() -> None:
    old, new = "whsec_b2xkIHNlY3JldCBvbGQgc2VjcmV0", "bmV3IHNlY3JldCBuZXcgc2VjcmV0"
    async with ScriptedBackend() as server:
        results = BackendResults(server.result_url, WebhookSigner((old, new)))
        await results.deliver(BODY, key="result:7")
        await results.close()
    (posted,) = server.posted
    assert posted.headers["webhook-id"] == posted.headers["Idempotency-Key"] == "result:7"
    for secret in (old, new):
        Webhook(secret).verify(posted.body, dict(posted.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(posted.body + b" ", dict(posted.headers))


async def test_without_a_secret_nothing_is_signed() -> None:
    async with ScriptedBackend() as server, posting(server.result_url) as results:
        await results.deliver(BODY, key="result:7")
    assert not [name for name in server.posted[0].headers if name.lower().startswith("webhook-")]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_accepted(status: int) -> None:
    assert await deliver(status) == Receipt(status, accepted=True)


@pytest.mark.parametrize(
    ("failure", "statuses"),
    [(DeliveryFailure.BUSY, (408, 409, 425, 429)), (DeliveryFailure.BACKEND_FAILED, (500, 502, 503, 504))],
)
async def test_may_be_tried_again(failure: DeliveryFailure, statuses: tuple[int, ...]) -> None:
    for status in statuses:
        assert await deliver(status) == Receipt(status, accepted=False, failure=failure)


@pytest.mark.parametrize(
    ("failure", "statuses"),
    [
        (DeliveryFailure.WRONG_URL, (301, 302, 307, 308, 404, 405, 410)),
        (DeliveryFailure.UNAUTHORISED, (401, 403)),
        (DeliveryFailure.REFUSED, (400, 413, 415, 422)),
    ],
)
async def test_trying_again_changes_nothing(failure: DeliveryFailure, statuses: tuple[int, ...]) -> None:
    for status in statuses:
        assert await deliver(status) == Receipt(status, accepted=False, final=True, failure=failure)


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120.0), ("0", 0.0), ("soon", None), ("-5", None), ("", None), ("1e9", None)]
)
async def test_how_long_to_leave_it_alone(value: str, seconds: float | None) -> None:
    assert (await deliver(503, **{"Retry-After": value})).retry_after == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(90, 85, 91), (-90, 0, 0)])
async def test_how_long_to_leave_it_alone_as_a_date(ahead: int, least: float, most: float) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    seconds = (await deliver(503, **{"Retry-After": date})).retry_after
    assert seconds is not None
    assert least <= seconds <= most


async def test_a_redirect_is_not_followed() -> None:
    class Elsewhere(HttpServer):
        asked = 0

        async def handle(self, request: web.Request) -> web.StreamResponse:
            self.asked += 1
            return web.Response()

    async with Elsewhere() as other, ScriptedBackend(307, {"Location": other.url}) as server:
        async with posting(server.result_url) as results:
            assert not (await results.deliver(BODY, key="k")).accepted
        assert other.asked == 0


async def test_nobody_there() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with posting(f"http://127.0.0.1:{nobody.getsockname()[1]}/") as results:
            assert await results.deliver(BODY, key="k") == unanswered(DeliveryFailure.UNREACHABLE)


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("http://backend.invalid/", DeliveryFailure.UNREACHABLE),
        ("http://", DeliveryFailure.WRONG_URL),
        ("nonsense", DeliveryFailure.WRONG_URL),
    ],
)
async def test_a_url_that_leads_nowhere(url: str, failure: DeliveryFailure) -> None:
    async with posting(url) as results:
        assert await results.deliver(BODY, key="k") == unanswered(failure)


async def test_no_answer_in_time() -> None:
    async with ScriptedBackend(delay=30) as server, posting(server.result_url, timeout=0.2) as results:
        assert await results.deliver(BODY, key="k") == unanswered(DeliveryFailure.TIMEOUT)
        assert len(server.posted) == 1


async def test_a_connection_that_died_is_reported_and_not_repeated() -> None:
    """Whether the backend has stored it nobody knows; the next try has the same key."""

    class Cutting(ScriptedBackend):
        async def handle(self, request: web.Request) -> web.StreamResponse:
            await super().handle(request)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()

    async with Cutting() as server, posting(server.result_url) as results:
        assert await results.deliver(BODY, key="k") == unanswered(DeliveryFailure.BROKEN_OFF)
        assert len(server.posted) == 1


async def test_cancelling_a_delivery() -> None:
    async with ScriptedBackend(delay=30) as server, posting(server.result_url) as results:
        delivering = asyncio.create_task(results.deliver(BODY, key="k"))
        await until(lambda: len(server.posted) == 1)
        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering


async def test_no_backend() -> None:
    async with posting(None) as results:
        with pytest.raises(NoResultUrl):
            await results.deliver(BODY, key="k")


async def test_the_log_tells_nothing_of_the_person(capsys: pytest.CaptureFixture[str]) -> None:
    await deliver(500)
    await deliver(400)
    output = capsys.readouterr()
    assert "result_refused" in output.out + output.err
    assert "가나다" not in output.out + output.err
