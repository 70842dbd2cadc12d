"""`POST /api/receive`, from the backend's JSON to StartConsultation, with everything that can be wrong with it."""

import asyncio
import gzip
import io
import json

import aiohttp
import grpc
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from calling.v1 import consultation_pb2, outcome_pb2
from calling.v1 import consultation_service_pb2 as pb
from tests.fakes.orchestrator_servicers import Delay, Failure
from tests.fakes.receive_payloads import full_payload
from tests.integration.gateway.gateway_client import CONSULTATION, Client

JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def _accepts(orchestrator):
    consultation = consultation_pb2.Consultation(
        consultation_id=CONSULTATION, state=consultation_pb2.Consultation.STATE_SCHEDULED
    )
    orchestrator.on("StartConsultation", pb.StartConsultationResponse(consultation=consultation))


def error_of(answer) -> dict[str, str]:
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return json.loads(answer.body)["error"]


@pytest.mark.parametrize("path", ["/api/receive", "/receive"])
async def test_accepted(client: Client, orchestrator, path):
    answer = await client.post(path, json=full_payload())
    assert answer.status == 202
    assert json.loads(answer.body) == {"consultation_id": CONSULTATION, "state": "scheduled"}
    request = orchestrator.requests("StartConsultation")[0]
    expected = pb.StartConsultationRequest(
        request_id=request.request_id,
        person=consultation_pb2.Person(
            person_id="v-1029", name="홍길동", phone="010-1234-5678", gender="M", birth_date="1948-05-17",
            address={"state": "서울특별시", "city": "은평구", "address1": "통일로 1", "address2": "101동 202호"},
        ),
        question_set_id="q-7",
        session_index=3,
        account_id="operator-2",
        questions=[
            consultation_pb2.Question(
                text="요즘 식사는 잘 하고 계세요?",
                expected_answers=[
                    {"text": "잘 먹어요"},
                    {
                        "text": "거의 못 먹어요",
                        "responses": [
                            outcome_pb2.ResponseCode(risk=outcome_pb2.RISK_CODE_HEALTH),
                            outcome_pb2.ResponseCode(desire=outcome_pb2.DESIRE_CODE_DAILY_LIFE),
                        ],
                    },
                    {
                        "text": "상담원 바꿔 주세요",
                        "responses": [outcome_pb2.ResponseCode(in_depth=outcome_pb2.IN_DEPTH_CODE_REQUESTED)],
                    },
                    {
                        "text": "그만할래요",
                        "responses": [outcome_pb2.ResponseCode(exception=outcome_pb2.EXCEPTION_CODE_REFUSED)],
                    },
                ],
            ),
            consultation_pb2.Question(text="집은 따뜻한가요?"),
        ],
        known_vulnerabilities=outcome_pb2.Vulnerabilities(
            risks=[{"codes": [1, 7], "content": "전기 요금이 밀려 있다"}],
            desires=[{"codes": [2], "content": "병원에 가고 싶다"}],
        ),
        frequent_questions=[{"question": "이거 돈 드나요?", "answer": "아니요, 무료입니다."}],
        listening={"silence_timeout": {"seconds": 6, "nanos": 500_000_000}},
    )  # fmt: skip
    assert request == expected


async def test_empty_question_list_and_unknown_fields(client: Client, orchestrator):
    payload = full_payload() | {"question_list": [], "new_field": {"x": 1}}
    payload["address"]["postcode"] = "03311"
    assert (await client.post("/api/receive", json=payload)).status == 202
    assert not orchestrator.requests("StartConsultation")[0].questions


async def test_least_that_is_enough(client: Client, orchestrator):
    required = ("vulnerable_id", "s_index", "q_id", "name", "phone", "question_list")
    payload = {name: full_payload()[name] for name in required} | {"vulnerabilities": {}}
    assert (await client.post("/api/receive", json=payload)).status == 202
    request = orchestrator.requests("StartConsultation")[0]
    assert not request.HasField("account_id")
    assert not request.person.HasField("address")
    assert not request.HasField("listening")


@pytest.mark.parametrize("listening", [None, {}, {"silence_timeout_seconds": None}])
async def test_listening_as_the_service_is_set(client: Client, orchestrator, listening):
    assert (await client.post("/api/receive", json=full_payload() | {"listening": listening})).status == 202
    assert not orchestrator.requests("StartConsultation")[0].listening.HasField("silence_timeout")


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({}, consultation_pb2.CONVERSATION_MODE_UNSPECIFIED),
        ({"conversation_mode": None}, consultation_pb2.CONVERSATION_MODE_UNSPECIFIED),
        ({"conversation_mode": "turn_by_turn"}, consultation_pb2.CONVERSATION_MODE_TURN_BY_TURN),
        ({"conversation_mode": "stream"}, consultation_pb2.CONVERSATION_MODE_STREAM),
    ],
)
async def test_conversation_mode(client: Client, orchestrator, given, mode):
    for others in ({}, {"hand_over_phone": "02-123-4567"}):
        assert (await client.post("/api/receive", json=full_payload() | given | others)).status == 202
    alone, with_phone = (request.dialling for request in orchestrator.requests("StartConsultation"))
    assert alone.conversation_mode == with_phone.conversation_mode == mode
    assert with_phone.hand_over_phone == "02-123-4567"


async def test_null_stands_for_nothing_where_nothing_is_allowed(client: Client, orchestrator):
    payload = full_payload() | {"account_id": None, "gender": None, "birth_date": None, "faq_list": None}
    payload["address"]["address2"] = None
    payload["vulnerabilities"] = {"risk_list": None, "desire_list": []}
    assert (await client.post("/api/receive", json=payload)).status == 202
    request = orchestrator.requests("StartConsultation")[0]
    assert not request.HasField("account_id")
    assert request.person.address.address2 == ""


async def test_request_id_is_the_key_or_derived(client: Client, orchestrator):
    await client.post("/api/receive", json=full_payload(), headers={"Idempotency-Key": "key-1"})
    await client.post("/api/receive", json=full_payload())
    await client.post("/receive", json=full_payload() | {"name": "다른 이름"})
    await client.post("/api/receive", json=full_payload() | {"s_index": 4})
    ids = [request.request_id for request in orchestrator.requests("StartConsultation")]
    assert ids[0] == "key-1"
    assert ids[1] == ids[2]
    assert len({*ids}) == 3
    assert all(len(given_id) <= 200 for given_id in ids)


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "키"])
async def test_odd_idempotency_key(client: Client, orchestrator, key):
    answer = await client.post("/api/receive", json=full_payload(), headers={"Idempotency-Key": key})
    assert answer.status == 400
    assert error_of(answer)["field"] == "Idempotency-Key"
    assert not orchestrator.received


@pytest.mark.parametrize(
    ("body", "reason", "message"),
    [
        (b"", "INVALID_JSON", "line 1 column 0"),
        (b'{"name": "secret"', "INVALID_JSON", "line 1 column 17"),
        (b"{'name': 1}", "INVALID_JSON", "line 1 column 2"),
        (b"[" * 100_000, "INVALID_JSON", "recursion limit"),
        (b'{"s_index": ' + b"9" * 5000 + b"}", "INVALID_JSON", "out of range"),
        (b'{"name": "\\ud800"}', "INVALID_JSON", "line 1"),
        ('{"name": "홍길동"}'.encode("euc-kr"), "INVALID_ENCODING", "byte 12"),
        ('{"name": "홍길동"}'.encode("utf-16"), "INVALID_ENCODING", "byte 0"),
        (b"[]", "INVALID_FIELD", "must be an object"),
        (b'"x"', "INVALID_FIELD", "must be an object"),
        (b"null", "INVALID_FIELD", "must be an object"),
    ],
)
async def test_body_that_is_none(client: Client, orchestrator, body, reason, message):
    answer = await client.post("/api/receive", data=body, headers=JSON)
    assert answer.status == 400
    error = error_of(answer)
    assert error["reason"] == reason
    assert message in error["message"]
    assert "secret" not in answer.text
    assert not orchestrator.received


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
async def test_wrong_content_type(client: Client, orchestrator, content_type):
    headers = {"Content-Type": content_type}
    answer = await client.post("/api/receive", data=json.dumps(full_payload()).encode(), headers=headers)
    assert answer.status == 415
    assert error_of(answer)["reason"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_two_megabytes(client: Client, orchestrator):
    body = json.dumps(full_payload() | {"filler": "x" * 2_000_000}).encode()
    answer = await client.post("/api/receive", data=io.BytesIO(body), headers=JSON)
    assert answer.status == 413
    assert error_of(answer) == {"reason": "BODY_TOO_LARGE", "message": "The body is larger than 1024 KiB."}
    assert not orchestrator.received


async def test_two_megabytes_in_a_small_parcel(client: Client):
    body = gzip.compress(json.dumps({"filler": "x" * 2_000_000}).encode())
    answer = await client.post("/api/receive", data=body, headers=JSON | {"Content-Encoding": "gzip"})
    assert answer.status == 413


async def test_body_that_comes_late(client: Client, monkeypatch):
    monkeypatch.setattr("gateway.request_body.JSON_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", client.gateway.port)
    writer.write(
        b"POST /api/receive HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
    )
    assert b"408" in await reader.readline()
    writer.write(b"}" * 8)
    writer.close()
    await writer.wait_closed()


WRONG = [
    ({"phone": ...}, "phone", "phone is missing."),
    ({"name": ...}, "name", "name is missing."),
    ({"vulnerable_id": ...}, "vulnerable_id", "vulnerable_id is missing."),
    ({"s_index": ...}, "s_index", "s_index is missing."),
    ({"q_id": ...}, "q_id", "q_id is missing."),
    ({"question_list": ...}, "question_list", "question_list is missing."),
    ({"vulnerabilities": ...}, "vulnerabilities", "vulnerabilities is missing."),
    ({"phone": 1012345678}, "phone", "phone must be a string."),
    ({"name": None}, "name", "name must be a string."),
    ({"s_index": "3"}, "s_index", "s_index must be a whole number."),
    ({"s_index": 3.0}, "s_index", "s_index must be a whole number."),
    ({"s_index": True}, "s_index", "s_index must be a whole number."),
    ({"s_index": 2**31}, "s_index", "s_index must be at most 2147483647."),
    ({"gender": 1}, "gender", "gender must be a string."),
    ({"address": "서울"}, "address", "address must be an object."),
    ({"address": {"city": 7}}, "address.city", "address.city must be a string."),
    ({"question_list": None}, "question_list", "question_list must be an array."),
    ({"question_list": {}}, "question_list", "question_list must be an array."),
    ({"question_list": ["x"]}, "question_list[0]", "question_list[0] must be an object."),
    ({"question_list": [{}]}, "question_list[0].text", "question_list[0].text is missing."),
    (
        {"question_list": [{"text": "x", "expected_answer": [{"text": "y", "response_type_list": [
            {"response_type": 1, "response_index": 9}]}]}]},
        "question_list[0].expected_answer[0].response_type_list[0].response_index",
        "question_list[0].expected_answer[0].response_type_list[0].response_index must be from 1 to 8.",
    ),
    (
        {"question_list": [{"text": "x", "expected_answer": [{"text": "y", "response_type_list": [
            {"response_type": 4, "response_index": 1}]}]}]},
        "question_list[0].expected_answer[0].response_type_list[0].response_type",
        "question_list[0].expected_answer[0].response_type_list[0].response_type must be at most 3.",
    ),
    (
        {"vulnerabilities": {"risk_list": [{"risk_index_list": [0], "content": "x"}]}},
        "vulnerabilities.risk_list[0].risk_index_list[0]",
        "vulnerabilities.risk_list[0].risk_index_list[0] must be at least 1.",
    ),
    (
        {"vulnerabilities": {"desire_list": [{"desire_index_list": [1], "content": "x"}]}},
        "vulnerabilities.desire_list[0].desire_type",
        "vulnerabilities.desire_list[0].desire_type is missing.",
    ),
    ({"faq_list": [{"question": "x"}]}, "faq_list[0].answer", "faq_list[0].answer is missing."),
    *(
        (
            {"conversation_mode": mode},
            "conversation_mode",
            "conversation_mode must be 'turn_by_turn' or 'stream'.",
        )
        for mode in ("streams", "STREAM", "", 1, True, ["stream"])
    ),
    (
        {"listening": {"silence_timeout_seconds": "6"}},
        "listening.silence_timeout_seconds",
        "listening.silence_timeout_seconds must be a number.",
    ),
    (
        {"listening": {"silence_timeout_seconds": -1}},
        "listening.silence_timeout_seconds",
        "listening.silence_timeout_seconds must be at least 0.0.",
    ),
    ({"phone": ..., "s_index": "x"}, "s_index", "s_index must be a whole number. (2 fields are wrong.)"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "message"), WRONG)
async def test_wrong_fields(client: Client, orchestrator, changes, field, message):
    payload = {name: value for name, value in (full_payload() | changes).items() if value is not ...}
    answer = await client.post("/api/receive", json=payload)
    assert answer.status == 400
    assert error_of(answer) == {"reason": "INVALID_FIELD", "message": message, "field": field}
    assert not orchestrator.received


@pytest.mark.parametrize(
    ("failure", "status", "expected"),
    [
        (
            Failure(
                grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", "person.phone: is not a telephone number",
                (("person.phone", "is not a telephone number"),),
            ),
            400,
            {"reason": "INVALID_FIELD", "message": "phone is not a telephone number.", "field": "phone"},
        ),
        (
            Failure(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", "No.", (("questions[1].text", "is too long"),)),
            400,
            {
                "reason": "INVALID_FIELD", "message": "question_list[1].text is too long.",
                "field": "question_list[1].text",
            },
        ),
        (
            Failure(grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED", "The request id was used before."),
            409,
            {"reason": "REQUEST_ID_REUSED", "message": "The request id was used before."},
        ),
        (
            Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", "Redis does not answer.", retry_seconds=1.5),
            503,
            {"reason": "STORE_UNAVAILABLE", "message": "Redis does not answer."},
        ),
        (
            Failure(grpc.StatusCode.UNAVAILABLE, message="ipv4:10.0.0.7:50050: Connection refused"),
            503,
            {"reason": "ORCHESTRATOR_UNAVAILABLE", "message": "The orchestrator does not answer. Try again later."},
        ),
        (
            Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", "Busy.", retry_seconds=2),
            429,
            {"reason": "OVERLOADED", "message": "Busy."},
        ),
        (
            Failure(grpc.StatusCode.UNKNOWN, message="Unexpected <class 'ValueError'>: 홍길동"),
            502,
            {"reason": "INTERNAL", "message": "A fault inside the orchestrator; its log has the details."},
        ),
        (
            Failure(grpc.StatusCode.INTERNAL, "INTERNAL", "홍길동", domain="elsewhere"),
            502,
            {"reason": "INTERNAL", "message": "A fault inside the orchestrator; its log has the details."},
        ),
        (
            Failure(grpc.StatusCode.UNIMPLEMENTED, "NOT_IMPLEMENTED", "Not yet."),
            501,
            {"reason": "NOT_IMPLEMENTED", "message": "Not yet."},
        ),
    ],
)  # fmt: skip
async def test_orchestrator_refuses_or_fails(client: Client, orchestrator, failure, status, expected):
    orchestrator.on("StartConsultation", failure)
    answer = await client.post("/api/receive", json=full_payload())
    assert answer.status == status
    assert error_of(answer) == expected
    retry_seconds = getattr(failure, "retry_seconds", None)
    assert answer.headers.get("Retry-After") == (None if retry_seconds is None else "2")


async def test_slow_orchestrator_at_the_start(impatient: Client, orchestrator):
    orchestrator.on("StartConsultation", Delay())
    answer = await impatient.post("/api/receive", json=full_payload())
    assert answer.status == 504
    assert error_of(answer) == {"reason": "DEADLINE_EXCEEDED", "message": "The orchestrator did not answer in time."}


async def test_passing_failure_is_bridged(client: Client, orchestrator):
    """UNAVAILABLE is tried again inside one request: the request id makes that safe."""
    accepted = orchestrator.requests("StartConsultation")
    assert not accepted
    scheduled = consultation_pb2.Consultation(consultation_id=CONSULTATION)
    orchestrator.on(
        "StartConsultation",
        Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE"),
        pb.StartConsultationResponse(consultation=scheduled),
    )
    assert (await client.post("/api/receive", json=full_payload())).status == 202
    first, second = orchestrator.requests("StartConsultation")
    assert first.request_id == second.request_id


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz_", max_size=8), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(full_payload())), value=JSON_VALUES)
async def test_no_json_is_the_gateways_fault(client: Client, name, value):
    for body in (value, full_payload() | {name: value}):
        answer = await client.post("/api/receive", data=json.dumps(body).encode(), headers=JSON)
        assert answer.status in {202, 400}


async def test_new_connection_for_every_request(client: Client):
    """As Java's simplest HTTP client does it."""
    async with aiohttp.ClientSession(headers={"Connection": "close"}) as session:
        for _ in range(3):
            async with session.post(f"{client.url}/api/receive", json=full_payload()) as answer:
                assert answer.status == 202
