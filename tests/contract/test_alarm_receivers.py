"""What everybody in line does: the scripted ones, and those over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import pytest
from aiohttp import web

from orchestrator.adapters.backend.alarm_receivers import LABELS, HttpAlarmReceivers
from orchestrator.dialogue.ports.alarms import AlarmNotice, AlarmReceipt, AlarmReceivers
from orchestrator.domain.alarm import Alarm, Observer
from orchestrator.domain.danger import DangerKind
from tests.fakes.alarm_receivers import AWAY, TAKEN, ScriptedAlarmReceivers
from tests.fakes.consultations import NOON
from tests.fakes.http_server import HttpServer

ID = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
ALARM = Alarm(2, DangerKind.SELF_HARM, 7, (Observer.RULES, Observer.LANGUAGE_MODEL), NOON)
NOTICE = AlarmNotice(ID, "v-17", "operator-1", ALARM, "더 살고 싶지 않아요")


class Desks(HttpServer):
    """Takes messages at `/0`, `/1` ...; a place that has no answer does not answer."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[], web.Response] | None] = {}
        self.posted: list[tuple[str, dict[str, str], bytes]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.posted.append((request.path, dict(request.headers), await request.read()))
        answer = self.answers.get(request.path, web.Response)
        if answer is None:
            await asyncio.sleep(60)
            return web.Response()
        return answer()


@dataclass
class Line:
    """Those in line, the places of those who were told, and how to let one be away or take over."""

    port: AlarmReceivers
    places: Callable[[], list[int]]
    away: Callable[[int], None]
    take_over: Callable[[int, str], None]


@pytest.fixture
async def desks() -> AsyncIterator[Desks]:
    async with Desks() as desks:
        yield desks


@pytest.fixture
async def over_http(desks: Desks) -> AsyncIterator[HttpAlarmReceivers]:
    receivers = HttpAlarmReceivers([f"{desks.url}/{place}" for place in range(2)])
    yield receivers
    await receivers.close()


@pytest.fixture(params=["scripted", "http"])
def line(request: pytest.FixtureRequest, desks: Desks, over_http: HttpAlarmReceivers) -> Line:
    if request.param == "http":
        return Line(
            over_http,
            lambda: [int(path[1:]) for path, _, _ in desks.posted],
            lambda place: desks.answers.update({f"/{place}": lambda: web.Response(status=503)}),
            lambda place, name: desks.answers.update({f"/{place}": lambda: answer({"acknowledged_by": name})}),
        )
    fake = ScriptedAlarmReceivers(2)
    return Line(
        fake,
        lambda: fake.places,
        lambda place: fake.answers.update({place: [AWAY]}),
        lambda place, name: fake.answers.update({place: [AlarmReceipt(True, name)]}),
    )


def answer(body: object) -> web.Response:
    return web.json_response(body)


async def test_each_in_line_can_be_told(line: Line) -> None:
    assert line.port.line == 2
    assert [await line.port.tell(place, NOTICE, timeout=5) for place in (0, 1, 0)] == [TAKEN] * 3
    assert line.places() == [0, 1, 0]


async def test_somebody_who_is_away(line: Line) -> None:
    line.away(0)
    assert await line.port.tell(0, NOTICE, timeout=5) == AWAY
    assert await line.port.tell(1, NOTICE, timeout=5) == TAKEN


async def test_somebody_who_takes_over(line: Line) -> None:
    line.take_over(1, "operator-7")
    assert await line.port.tell(1, NOTICE, timeout=5) == AlarmReceipt(True, "operator-7")


# Over HTTP.


async def test_the_message(desks: Desks, over_http: HttpAlarmReceivers) -> None:
    await over_http.tell(1, NOTICE, timeout=5)
    ((_, headers, body),) = desks.posted
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(body) == {
        "consultation_id": ID,
        "v_id": "v-17",
        "account_id": "operator-1",
        "alarm_number": 2,
        "danger_kind": "self_harm",
        "danger_label": "자살·자해 위험",
        "turn_number": 7,
        "quote": "더 살고 싶지 않아요",
        "noticed_by": ["rules", "language_model"],
        "raised_time": "2026-11-22T14:00:00",
        "place_in_line": 2,
        "line_length": 2,
        "notification_count": 0,
        "acknowledge_path": f"/api/consultations/{ID}/alarms/2/acknowledge",
    }


async def test_a_repetition_is_told_from_a_reminder(desks: Desks, over_http: HttpAlarmReceivers) -> None:
    reminder = replace(NOTICE, alarm=replace(ALARM, notification_count=1))
    for place, notice in ((0, NOTICE), (0, NOTICE), (1, NOTICE), (0, reminder)):
        await over_http.tell(place, notice, timeout=5)
    first, repeated, other, later = (headers["Idempotency-Key"] for _, headers, _ in desks.posted)
    assert first == repeated
    assert len({first, other, later}) == 3


def test_every_danger_has_a_korean_name() -> None:
    assert set(LABELS) == set(DangerKind)
    assert len(set(LABELS.values())) == len(DangerKind)


@pytest.mark.parametrize("status", [204, 299])
async def test_any_success_is_taken(desks: Desks, over_http: HttpAlarmReceivers, status: int) -> None:
    desks.answers["/0"] = lambda: web.Response(status=status)
    assert await over_http.tell(0, NOTICE, timeout=5) == TAKEN


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
async def test_nothing_else_is_and_a_redirect_is_not_followed(
    desks: Desks, over_http: HttpAlarmReceivers, status: int
) -> None:
    desks.answers["/0"] = lambda: web.Response(status=status, headers={"Location": f"{desks.url}/1"})
    assert await over_http.tell(0, NOTICE, timeout=5) == AWAY
    assert len(desks.posted) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"", b"OK", b"null", b"[]", b'"operator-7"', b"\xff", b"{", b"[" * 4000, b"{}", b'{"acknowledged_by": null}',
        b'{"acknowledged_by": 7}', b'{"acknowledged_by": "  "}', b'{"acknowledged_by": "' + b"x" * 5000 + b'"}',
    ],
)  # fmt: skip
async def test_an_answer_that_names_nobody(desks: Desks, over_http: HttpAlarmReceivers, body: bytes) -> None:
    desks.answers["/0"] = lambda: web.Response(body=body)
    assert await over_http.tell(0, NOTICE, timeout=5) == TAKEN


async def test_somebody_who_does_not_answer_in_time(desks: Desks, over_http: HttpAlarmReceivers) -> None:
    desks.answers["/0"] = None
    assert await over_http.tell(0, NOTICE, timeout=0.05) == AWAY


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/alarm", "http://[", "nonsense", ""])
async def test_somebody_who_is_not_there(url: str) -> None:
    receivers = HttpAlarmReceivers([url])
    assert await receivers.tell(0, NOTICE, timeout=2) == AWAY
    await receivers.close()


async def test_what_was_said_is_not_logged(
    desks: Desks, over_http: HttpAlarmReceivers, capsys: pytest.CaptureFixture[str]
) -> None:
    desks.answers["/0"] = lambda: web.Response(status=500)
    await over_http.tell(0, NOTICE, timeout=5)
    logged = "".join(capsys.readouterr())
    assert "alarm_refused" in logged
    assert "살고" not in logged
    assert "v-17" not in logged
