"""The backend's and operators' read and delivery paths, from gRPC messages to JSON."""

import json

import aiohttp
import grpc
import pytest

from calling.v1 import consultation_pb2, outcome_pb2, transcript_pb2
from calling.v1 import consultation_service_pb2 as pb
from gateway.app import start
from tests.fakes.orchestrator_servicers import Delay, Failure
from tests.fakes.receive_payloads import full_payload
from tests.integration.gateway.gateway_client import CONSULTATION, DEADLINES, IMPATIENT, Client, settings

BASE = f"/api/consultations/{CONSULTATION}"
NOON = {"seconds": 1795233600, "nanos": 123_456_789}
NOON_TEXT = "2026-11-21T04:00:00.123+00:00"


def consultation(**changes) -> consultation_pb2.Consultation:
    return consultation_pb2.Consultation(
        consultation_id=CONSULTATION,
        state=changes.pop("state", consultation_pb2.Consultation.STATE_IN_PROGRESS),
        person_id="v-1029",
        question_set_id="q-7",
        session_index=3,
        masked_phone="***-****-**78",
        create_time=NOON,
        turn_count=4,
        **changes,
    )


VIEW = {
    "consultation_id": CONSULTATION,
    "state": "in_progress",
    "person_id": "v-1029",
    "question_set_id": "q-7",
    "session_index": 3,
    "account_id": None,
    "masked_phone": "***-****-**78",
    "call_sid": None,
    "create_time": NOON_TEXT,
    "dial_time": None,
    "answer_time": None,
    "end_time": None,
    "turn_count": 4,
    "dial_failure": None,
    "delivery": None,
    "alarms": [],
}


async def test_consultation(client: Client, orchestrator):
    orchestrator.on("GetConsultation", pb.GetConsultationResponse(consultation=consultation()))
    answer = await client.get(BASE)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.body) == VIEW


async def test_failed_consultation_and_states_of_the_future(client: Client, orchestrator):
    failed = consultation(
        state=consultation_pb2.Consultation.STATE_FAILED,
        dial_failure=consultation_pb2.Consultation.DIAL_FAILURE_NO_ANSWER,
        delivery=consultation_pb2.Consultation.DELIVERY_PENDING,
        call_sid="CA1",
        account_id="operator-2",
        end_time=NOON,
    )
    future = consultation(state=99)
    orchestrator.on("ListConsultations", pb.ListConsultationsResponse(consultations=[failed, future]))
    first, second = json.loads((await client.get("/api/consultations")).body)["consultations"]
    assert first["state"] == "failed"
    assert first["dial_failure"] == "no_answer"
    assert first["delivery"] == "pending"
    assert first["call_sid"] == "CA1"
    assert first["account_id"] == "operator-2"
    assert first["end_time"] == NOON_TEXT
    assert second["state"] == "unknown"


async def test_list_is_paged(client: Client, orchestrator):
    orchestrator.on(
        "ListConsultations", pb.ListConsultationsResponse(consultations=[consultation()], next_page_token="n+/=")
    )
    answer = await client.get("/api/consultations?page_size=2&page_token=a%2Fb%2B")
    assert json.loads(answer.body) == {"consultations": [VIEW], "next_page_token": "n+/="}
    request = orchestrator.requests("ListConsultations")[0]
    assert (request.page_size, request.page_token) == (2, "a/b+")
    await client.get("/api/consultations")
    assert orchestrator.requests("ListConsultations")[1] == pb.ListConsultationsRequest()


async def test_page_size_that_is_none(client: Client, orchestrator):
    for size in ("x", "-1", "1.5", "9999999", "", "%D9%A3"):
        answer = await client.get(f"{BASE}/transcript?page_size={size}")
        assert answer.status == 400
        assert json.loads(answer.body)["error"]["field"] == "page_size"
    assert not orchestrator.received


async def test_transcript(client: Client, orchestrator):
    types = transcript_pb2.Turn
    timings = {
        "recording": {"nanos": 81_250_000},
        "speech_to_text": {"seconds": 1},
        "total": {"seconds": 1, "nanos": 500_000_000},
    }
    turns = [
        types(
            number=2, speaker=types.SPEAKER_AGENT, text="안녕하세요.", heard="안녕하세요.",
            source=types.SOURCE_INTERVIEW, create_time=NOON, subject="greeting", timings={"text_to_speech": {}},
        ),
        types(
            number=3, speaker=types.SPEAKER_CALLEE, text="네", confidence=0.9, source=types.SOURCE_SPEECH,
            create_time=NOON, subject="greeting", timings=timings,
        ),
    ]  # fmt: skip
    orchestrator.on("GetTranscript", pb.GetTranscriptResponse(turns=turns, next_page_token="3"))
    answer = await client.get(f"{BASE}/transcript?page_size=2&page_token=1")
    assert json.loads(answer.body) == {
        "turns": [
            {
                "turn": 2, "speaker": "agent", "text": "안녕하세요.", "heard": "안녕하세요.", "source": "interview",
                "time": NOON_TEXT, "subject": "greeting", "timings_ms": {"text_to_speech": 0.0},
            },
            {
                "turn": 3, "speaker": "callee", "text": "네", "heard": "", "confidence": 0.9, "source": "speech",
                "time": NOON_TEXT, "subject": "greeting",
                "timings_ms": {"recording": 81.2, "speech_to_text": 1000.0, "total": 1500.0},
            },
        ],
        "next_page_token": "3",
    }  # fmt: skip
    request = orchestrator.requests("GetTranscript")[0]
    assert (request.consultation_id, request.page_size, request.page_token) == (CONSULTATION, 2, "1")


def response(type_code, type_name, index, name):
    return {
        "response_type": {"code": type_code, "name": type_name},
        "response_index": {"code": index, "name": name},
    }


async def test_summary_with_the_backends_numbers(client: Client, orchestrator):
    outcome = outcome_pb2.Outcome(
        result=outcome_pb2.Outcome.RESULT_IN_DEPTH_NEEDED,
        need_human=outcome_pb2.IN_DEPTH_CODE_GRAVE,
        findings=[
            outcome_pb2.Finding(
                subject="questions[0]", text="식사는요?", state=outcome_pb2.Finding.STATE_ANSWERED, quote="못 먹어요",
                turn_number=5, confidence=0.5, expected_answer=0, ask_count=1,
                responses=[
                    outcome_pb2.ResponseCode(risk=outcome_pb2.RISK_CODE_HEALTH),
                    outcome_pb2.ResponseCode(in_depth=outcome_pb2.IN_DEPTH_CODE_GRAVE),
                    outcome_pb2.ResponseCode(),
                ],
            ),
            outcome_pb2.Finding(
                subject="known_vulnerabilities.risks[0]", state=outcome_pb2.Finding.STATE_NOT_REACHED, solved=False
            ),
        ],
        remaining=outcome_pb2.Vulnerabilities(risks=[{"codes": [1, 8], "content": "요금"}]),
        found=outcome_pb2.Vulnerabilities(desires=[{"codes": [2], "content": "병원"}]),
    )  # fmt: skip
    orchestrator.on(
        "Summary",
        pb.SummaryResponse(summary="심층상담 필요", source=transcript_pb2.Turn.SOURCE_BUILT_IN, outcome=outcome),
    )
    nothing = {"risks": [], "desires": []}
    assert json.loads((await client.get(f"{BASE}/summary")).body) == {
        "summary": "심층상담 필요",
        "source": "built_in",
        "outcome": {
            "result": {"code": 2, "name": "in_depth_needed"},
            "fail_code": {"code": 0, "name": "none"},
            "need_human": {"code": 2, "name": "grave"},
            "findings": [
                {
                    "subject": "questions[0]", "text": "식사는요?", "state": "answered", "quote": "못 먹어요",
                    "turn": 5, "confidence": 0.5, "expected_answer": 0, "ask_count": 1, "solved": None,
                    "level": None, "unasked": False,
                    "responses": [response(1, "risk", 6, "health"), response(3, "in_depth", 2, "grave")],
                },
                {
                    "subject": "known_vulnerabilities.risks[0]", "text": "", "state": "not_reached", "quote": "",
                    "turn": None, "confidence": None, "expected_answer": None, "ask_count": 0, "solved": False,
                    "level": None, "unasked": False, "responses": [],
                },
            ],
            "remaining": {
                "risks": [{"codes": [{"code": 1, "name": "arrears"}, {"code": 8, "name": "other"}], "content": "요금"}],
                "desires": [],
            },
            "solved": nothing,
            "found": {"risks": [], "desires": [{"codes": [{"code": 2, "name": "health"}], "content": "병원"}]},
            "call_back": None,
            "new_problems": [],
            "recording_consent": None,
            "identified": False,
        },
        "claims": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("result", "expected"),
    [("RESULT_UNSPECIFIED", None), ("RESULT_NOT_POSSIBLE", 0), ("RESULT_FINE", 1), ("RESULT_IN_DEPTH_NEEDED", 2)],
)
async def test_results_are_the_backends(client: Client, orchestrator, result, expected):
    outcome = outcome_pb2.Outcome(
        result=outcome_pb2.Outcome.Result.Value(result), exception=outcome_pb2.EXCEPTION_CODE_NOT_ANSWERED
    )
    orchestrator.on("Summary", pb.SummaryResponse(outcome=outcome))
    view = json.loads((await client.get(f"{BASE}/summary")).body)["outcome"]
    assert (view["result"] and view["result"]["code"]) == expected
    assert view["fail_code"] == {"code": 6, "name": "not_answered"}


@pytest.mark.parametrize("path", ["/api/send_llm_result", "/send_llm_result"])
async def test_deliver(client: Client, orchestrator, path):
    attempt = pb.DeliveryAttempt(
        number=2, http_status=500, delivery=consultation_pb2.Consultation.DELIVERY_PENDING, next_attempt_time=NOON,
        failure=pb.DeliveryAttempt.FAILURE_BACKEND_FAILED,
    )  # fmt: skip
    orchestrator.on("DeliverResult", pb.DeliverResultResponse(attempt=attempt))
    answer = await client.post(path, json={"consultation_id": CONSULTATION})
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "consultation_id": CONSULTATION,
        "attempt": {
            "number": 2, "http_status": 500, "delivery": "pending", "next_attempt_time": NOON_TEXT,
            "failure": "backend_failed",
        },
    }  # fmt: skip
    assert orchestrator.requests("DeliverResult")[0].consultation_id == CONSULTATION


async def test_what_was_given_up_and_why(client: Client, orchestrator):
    result = pb.UndeliveredResult(
        consultation=consultation_pb2.Consultation(consultation_id=CONSULTATION), attempt_count=3,
        failure=pb.DeliveryAttempt.FAILURE_TIMEOUT, first_attempt_time=NOON, last_attempt_time=NOON, give_up_time=NOON,
    )  # fmt: skip
    orchestrator.on("ListUndeliveredResults", pb.ListUndeliveredResultsResponse(results=[result], next_page_token="t"))
    page = json.loads((await client.get("/api/undelivered_results?page_size=7&page_token=s")).body)
    assert page["next_page_token"] == "t"
    (shown,) = page["results"]
    assert shown.pop("consultation")["consultation_id"] == CONSULTATION
    assert shown == {
        "attempt_count": 3, "http_status": None, "failure": "timeout", "first_attempt_time": NOON_TEXT,
        "last_attempt_time": NOON_TEXT, "give_up_time": NOON_TEXT,
    }  # fmt: skip
    (asked,) = orchestrator.requests("ListUndeliveredResults")
    assert (asked.page_size, asked.page_token) == (7, "s")


async def test_delivery_is_never_repeated_by_itself(client: Client, orchestrator):
    orchestrator.on("DeliverResult", Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE"))
    assert (await client.post("/api/send_llm_result", json={"consultation_id": CONSULTATION})).status == 503
    assert len(orchestrator.requests("DeliverResult")) == 1


@pytest.mark.parametrize(
    ("body", "field"), [({}, "consultation_id"), ({"consultation_id": 7}, "consultation_id"), ([], None)]
)
async def test_deliver_needs_an_id(client: Client, orchestrator, body, field):
    answer = await client.post("/api/send_llm_result", json=body)
    assert answer.status == 400
    assert json.loads(answer.body)["error"].get("field") == field
    assert not orchestrator.received


READS = [("", "GetConsultation"), ("/transcript", "GetTranscript"), ("/summary", "Summary")]


@pytest.mark.parametrize(("path", "method"), READS)
async def test_unknown_consultation(client: Client, orchestrator, path, method):
    orchestrator.on(
        method, Failure(grpc.StatusCode.NOT_FOUND, "CONSULTATION_NOT_FOUND", "No consultation has this id.")
    )
    answer = await client.get(BASE + path)
    assert answer.status == 404
    assert json.loads(answer.body) == {
        "error": {"reason": "CONSULTATION_NOT_FOUND", "message": "No consultation has this id."}
    }


async def test_summary_too_early(client: Client, orchestrator):
    orchestrator.on("Summary", Failure(grpc.StatusCode.FAILED_PRECONDITION, "WRONG_STATE", "The call is not over."))
    answer = await client.get(f"{BASE}/summary")
    assert answer.status == 409
    assert json.loads(answer.body)["error"]["reason"] == "WRONG_STATE"


@pytest.mark.parametrize(("path", "method"), READS)
async def test_slow_orchestrator(impatient: Client, orchestrator, path, method):
    orchestrator.on(method, Delay())
    assert (await impatient.get(BASE + path)).status == 504


async def test_orchestrator_that_is_not_there():
    gateway = await start(settings("127.0.0.1:9"), IMPATIENT)
    async with aiohttp.ClientSession() as session:
        client = Client(session, gateway)
        answers = [
            await client.get(BASE),
            await client.get(f"{BASE}/events"),
            await client.post("/api/receive", json=full_payload()),
        ]
        for answer in answers:
            assert answer.status in {503, 504}
            assert "127.0.0.1" not in answer.text
        assert (await client.webhook(f"/twilio/voice?consultation={CONSULTATION}")).verbs == [
            "Say",
            "Pause",
            "Redirect",
        ]
        assert (await client.get("/healthz")).status == 200
        assert (await client.get("/readyz")).status == 503
    await gateway.stop()


async def test_odd_ids_are_the_orchestrators_to_judge(client: Client, orchestrator):
    orchestrator.on("GetTranscript", Failure(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"))
    for odd in ("%FF%FE", "%00", "%ED%A0%80", "..%2f..", "a" * 4000, "%F0%9F%98%80"):
        answer = await client.get(f"/api/consultations/{odd}/transcript?page_token={odd}")
        assert answer.status in {400, 404}


async def test_paths_that_are_none(client: Client):
    for path in ("/", "/console", "/api", "/api/unknown", "/docs", f"{BASE}/unknown"):
        answer = await client.get(path)
        assert answer.status == 404
        assert json.loads(answer.body) == {"error": {"reason": "NOT_FOUND", "message": "Not Found."}}


async def test_wrong_method(client: Client):
    answer = await client.get("/api/receive")
    assert answer.status == 405
    assert json.loads(answer.body)["error"]["reason"] == "METHOD_NOT_ALLOWED"
    assert answer.headers["Allow"] == "POST"


async def test_bug_says_where_to_look_and_nothing_else(client: Client, monkeypatch):
    async def broken(*_arguments):
        raise RuntimeError("홍길동 010-1234-5678")

    monkeypatch.setattr("gateway.orchestrator_client.OrchestratorClient.consultation", broken)
    answer = await client.get(BASE, headers={"X-Request-Id": "my-id-1"})
    assert answer.status == 500
    assert json.loads(answer.body)["error"] == {
        "reason": "INTERNAL",
        "message": "An internal error; the log has it under my-id-1.",
    }


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_X", True), ("", False), ("a b", False), ("x" * 65, False)])
async def test_request_id_is_kept_if_fit(client: Client, orchestrator, given, kept):
    orchestrator.on("GetConsultation", pb.GetConsultationResponse(consultation=consultation()))
    answer = await client.get(BASE, headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) is kept
    assert orchestrator.received["GetConsultation"][0].metadata["x-request-id"] == answer.headers["X-Request-Id"]


async def test_api_token(orchestrator):
    orchestrator.on("GetConsultation", pb.GetConsultationResponse(consultation=consultation()))
    orchestrator.on("StartConsultation", pb.StartConsultationResponse(consultation=consultation()))
    gateway = await start(settings(orchestrator.address, api_token="geheim"), DEADLINES)
    async with aiohttp.ClientSession() as session:
        client = Client(session, gateway)
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "geheim"},
            {"Authorization": "Bearer ü"},
        ):
            for method, path in [
                ("GET", BASE), ("GET", f"{BASE}/events"), ("POST", "/api/receive"), ("POST", "/receive"),
                ("POST", f"{BASE}/alarms/1/acknowledge"),
                ("POST", "/send_llm_result"), ("GET", "/%61pi/consultations"),
            ]:  # fmt: skip
                answer = await client.ask(method, path, headers=headers)
                assert answer.status == 401
                assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert not orchestrator.received
        right = {"Authorization": "Bearer geheim"}
        assert (await client.get(BASE, headers=right)).status == 200
        assert (await client.post("/receive", json=full_payload(), headers=right)).status == 202
        assert (await client.get("/healthz")).status == 200
        assert (await client.webhook("/api/twilio/voice")).status == 200
    await gateway.stop()
