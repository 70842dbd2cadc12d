"""A whole call against a stand-in for the product: real HTTP both ways, real audio, at high speed."""

import json
import uuid
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from audio import wav
from sandbox.gateway_client import ConsultationRefused
from sandbox.line_audio import words_in
from sandbox.payloads import example_payload
from sandbox.phone_call import place_call
from sandbox.script import parse_script
from sandbox.twilio.call_request import CallRequest
from sandbox.twilio.settings import ACCOUNT_SID, AUTH_TOKEN, FROM_NUMBER
from tests.integration.sandbox.test_alarm_desk import GOOD

NOTHING = {"risk_list": [], "desire_list": [], "risk_index_count": {}, "desire_index_count": {}}
CALLEE = '{"turns": [{"say": "네, 괜찮아요"}, {"say": "잘 지내요"}], "otherwise": "네"}'


@dataclass
class Product:
    """Dials through the REST API, talks by TwiML, delivers a result: what the real product does, in a few lines."""

    world: object
    app: object
    state: dict = field(default_factory=lambda: {"state": "dialling", "delivery": None})
    keys: list = field(default_factory=list)
    refuse: bool = False

    async def receive(self, request: web.Request, seen) -> web.Response:
        if self.refuse:
            return web.Response(status=400, text="phone: not a telephone number")
        self.keys.append(request.headers["Idempotency-Key"])
        assert json.loads(await request.read())["name"] == "김순자"
        consultation_id = str(uuid.uuid4())
        form = {
            "To": "+821012345678", "From": FROM_NUMBER, "Url": f"{self.app.url}/voice?consultation={consultation_id}",
            "StatusCallback": f"{self.app.url}/status", "StatusCallbackEvent": "completed",
        }  # fmt: skip
        await self.post(f"{self.world.twilio_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json", data=form)
        return web.json_response({"consultation_id": consultation_id, "state": "dialling"}, status=202)

    async def post(self, url: str, **body) -> None:
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN), "Idempotency-Key": "k"}
        async with aiohttp.ClientSession() as session, session.post(url, headers=headers, **body) as response:
            assert response.status < 300

    async def ended(self, request: web.Request, seen) -> web.Response:
        result = {
            "account_id": "worker-kim", "v_id": "VUL-2026-00417", "q_id": "Q-ELDERLY-WINTER-2026", "s_index": 2,
            "overall_script": "안녕하세요", "summary": "좋음", "result": 1, "fail_code": 0, "need_human": 0,
            "result_vulnerabilities": NOTHING, "delete_vulnerabilities": NOTHING, "new_vulnerabilities": NOTHING,
            "time": "2026-11-22T14:05:00", "runtime": int(seen.form["CallDuration"]),
        }  # fmt: skip
        await self.post(self.world.result_url, json=result)
        self.state |= {"state": "completed", "delivery": "delivered"}
        return web.Response(status=204)

    async def consultation(self, request: web.Request, seen) -> web.Response:
        if request.path.endswith("/transcript"):
            first = "page_token" not in request.query
            turn = {"turn": 1 if first else 2, "speaker": "agent" if first else "callee", "text": "네"}
            return web.json_response({"turns": [turn], "next_page_token": "2" if first else ""})
        return web.json_response(self.state | {"consultation_id": request.path.rpartition("/")[2]})


@pytest.fixture
def product(sandbox, app):
    product = Product(sandbox.world, app)
    app.on("/api/receive", product.receive)
    app.on("/status", product.ended)
    hello, ask, bye = (
        app.audio(name, text) for name, text in (("1", "안녕하세요"), ("2", "식사는요"), ("3", "고맙습니다"))
    )
    listen = '<Record action="/heard" timeout="2" playBeep="false" trim="do-not-trim"/>'
    app.twiml("/voice", hello + listen)
    app.twiml("/heard", ask + listen, bye)
    serve = app.serve

    async def with_consultations(request):
        if request.path.startswith("/api/consultations/"):
            return await product.consultation(request, None)
        return await serve(request)

    app.serve = with_consultations
    return product


@pytest.fixture
async def app(app):
    """Lets a test put something before the application."""
    inner = web.Application()

    async def serve(request):
        return await app.serve(request)

    inner.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(inner, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield app
    await runner.cleanup()


async def test_a_call_runs_to_its_delivered_result(sandbox, app, product, tmp_path):
    callee = parse_script(CALLEE)
    report = await place_call(
        sandbox.world, app.url, example_payload(), callee, real_timeout_s=20, audio_folder=tmp_path / "audio"
    )
    assert report.ok
    assert report.consultation["state"] == "completed"
    assert [turn["turn"] for turn in report.transcript] == [1, 2]
    assert report.result["v_id"] == "VUL-2026-00417"
    out = json.loads(report.to_json())
    assert set(out) >= {"consultation", "transcript", "result", "deliveries", "alarms", "twilio", "latency", "audio"}
    assert out["alarms"] == out["interruptions"] == []
    assert out["latency_summary"]["gap_phone_s"]["count"] == len(out["latency"]) == 2
    assert out["latency_summary"]["gap_phone_s"]["p95"] == max(turn["gap_phone_s"] for turn in out["latency"])
    assert out["latency_summary"]["talked_over_phone_s"] == {"count": 0, "p50": None, "p95": None}
    assert out["deliveries"][0]["headers"]["Idempotency-Key"] == "k"
    assert out["deliveries"][0]["status"] == 200
    assert out["twilio"]["errors"] == []
    assert out["twilio"]["call"]["status"] == "completed"
    assert [verb["verb"] for verb in out["twilio"]["verbs"]] == ["Play", "Record", "Play", "Record", "Play"]
    purposes = [request["purpose"] for request in out["twilio"]["requests"]]
    assert purposes == ["rest", "voice", "play", "action", "play", "action", "play", "status"]
    assert all(request["at"] and request["real_ms"] > 0 for request in out["twilio"]["requests"])


async def test_the_latency_is_what_the_callee_lives_through(sandbox, app, product):
    report = await place_call(sandbox.world, app.url, example_payload(), parse_script(CALLEE), real_timeout_s=20)
    assert [turn.turn for turn in report.latency] == [1, 2]
    for turn in report.latency:
        assert turn.silence_wait_phone_s == pytest.approx(2.0, abs=0.4)
        assert turn.server_real_ms == pytest.approx(turn.webhook_real_ms + turn.audio_fetch_real_ms, abs=0.01)
        expected = turn.silence_wait_phone_s + turn.server_real_ms / 1000
        assert expected - 0.001 <= turn.gap_phone_s < expected + 0.5  # a moment of the call is known to a millisecond
    assert report.audio == {}


async def test_both_sides_can_be_listened_to(sandbox, app, product, tmp_path):
    report = await place_call(
        sandbox.world, app.url, example_payload(), parse_script(CALLEE), real_timeout_s=20, audio_folder=tmp_path
    )
    heard = {side: words_in(wav.read((tmp_path / path).read_bytes()).samples) for side, path in report.audio.items()}
    assert heard == {"callee_heard": "안녕하세요 식사는요 고맙습니다", "agent_heard": "네, 괜찮아요 잘 지내요"}


async def test_alarms_are_reported_and_done_with_as_the_script_says(sandbox, app, product):
    async def alarmed(request, seen):
        await product.post(sandbox.world.alarm_url, json=GOOD)
        return web.Response(text="<Response><Hangup/></Response>", content_type="text/xml")

    app.answers["/heard"].clear()
    app.on("/heard", alarmed)
    for manner in ("taken", "acknowledged"):
        callee = parse_script(json.dumps({"turns": [{"say": "죽고 싶어요"}], "alarms": manner}))
        report = await place_call(sandbox.world, app.url, example_payload(), callee, real_timeout_s=20)
        (alarm,) = json.loads(report.to_json())["alarms"]
        assert alarm["body"]["quote"] == GOOD["quote"]
        assert 0 < alarm["line_s"] < 10
        assert alarm["acknowledged"] is (manner == "acknowledged")


async def test_the_same_payload_can_be_tried_again(sandbox, app, product):
    callee = parse_script('{"turns": [{"hangup": true}]}')
    for _ in range(2):
        report = await place_call(sandbox.world, app.url, example_payload(), callee, real_timeout_s=20)
        assert report.ok
        assert len(report.deliveries) == 1
    assert len(set(product.keys)) == 2


async def test_a_breach_makes_the_report_not_ok(sandbox, app, product):
    app.answers["/voice"].clear()
    app.twiml("/voice", "<Speak/><Hangup/>")
    report = await place_call(sandbox.world, app.url, example_payload(), parse_script("{}"), real_timeout_s=20)
    assert report.ended
    assert not report.ok
    assert json.loads(report.to_json())["twilio"]["errors"][0]["code"] == 12200


async def test_a_consultation_that_never_ends_is_reported_as_it_stands(sandbox, app, product):
    app.answers["/status"].clear()
    app.on("/status", "<Response/>")
    report = await place_call(sandbox.world, app.url, example_payload(), parse_script("{}"), real_timeout_s=0.5)
    assert not report.ended
    assert not report.ok
    assert report.result is None
    assert report.consultation["state"] == "dialling"


async def test_a_refused_payload_is_told(sandbox, app, product):
    product.refuse = True
    with pytest.raises(ConsultationRefused, match="phone: not a telephone number") as caught:
        await place_call(sandbox.world, app.url, example_payload(), parse_script("{}"))
    assert caught.value.status == 400
    sandbox.world.twilio.default_callee = parse_script('{"answers": "busy"}')
    app.twiml("/x", "<Hangup/>")
    call = sandbox.world.twilio.place(CallRequest(to="+821012345678", sender=FROM_NUMBER, url=app.url + "/x"))
    await call.settled.wait()
    assert call.status == "busy"  # the callee of the refused consultation does not wait for the next call


async def test_no_gateway_is_told(sandbox):
    with pytest.raises(ConsultationRefused, match="no answer") as caught:
        await place_call(sandbox.world, "http://127.0.0.1:1", b"{}", parse_script("{}"))
    assert caught.value.status is None
