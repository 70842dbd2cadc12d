"""The body of `POST /api/receive`: whatever comes, it is a payload or a clear error."""

import json

from hypothesis import given
from hypothesis import strategies as st

from calling.v1 import consultation_service_pb2
from gateway.conversion.consultations import start_request
from gateway.errors import InvalidRequestError
from gateway.receive import RESPONSE_TABLES, ReceivePayload, derived_request_id
from gateway.request_body import parse_json
from tests.fakes.receive_payloads import full_payload

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
TEXT = st.text(max_size=12)
RESPONSES = st.sampled_from(
    [(kind, index) for kind, last in RESPONSE_TABLES.items() for index in range(1, last + 1)]
).map(lambda pair: {"response_type": pair[0], "response_index": pair[1]})
PAYLOADS = st.fixed_dictionaries(
    {
        "vulnerable_id": TEXT,
        "s_index": st.integers(-(2**31), 2**31 - 1),
        "q_id": TEXT,
        "name": TEXT,
        "phone": TEXT,
        "question_list": st.lists(
            st.fixed_dictionaries(
                {"text": TEXT},
                optional={
                    "expected_answer": st.lists(
                        st.fixed_dictionaries({"text": TEXT, "response_type_list": st.lists(RESPONSES, max_size=3)}),
                        max_size=3,
                    )
                },
            ),
            max_size=4,
        ),
        "vulnerabilities": st.fixed_dictionaries(
            {},
            optional={
                "risk_list": st.lists(
                    st.fixed_dictionaries(
                        {"risk_index_list": st.lists(st.integers(1, 8), max_size=3), "content": TEXT}
                    ),
                    max_size=3,
                ),
                "desire_list": st.lists(
                    st.fixed_dictionaries({"desire_type": st.lists(st.integers(1, 11), max_size=3), "content": TEXT}),
                    max_size=3,
                ),
            },
        ),
    },
    optional={"account_id": st.none() | TEXT, "gender": st.none() | TEXT, "address": st.none() | st.just({})},
)


def refused_or_parsed(text: str) -> None:
    try:
        payload = parse_json(text, ReceivePayload)
    except InvalidRequestError as error:
        refusal = error.message
    else:
        refusal = "none: it can be sent"
        start_request(payload, "id").SerializeToString()
    assert 0 < len(refusal) < 300


@given(st.text())
def test_any_text(text):
    refused_or_parsed(text)


@given(JSON_VALUES)
def test_any_json(value):
    refused_or_parsed(json.dumps(value))


@given(st.sampled_from(sorted(full_payload())), JSON_VALUES)
def test_any_json_in_any_field(name, value):
    refused_or_parsed(json.dumps(full_payload() | {name: value}))


@given(PAYLOADS)
def test_every_payload_arrives_whole(body):
    payload = parse_json(json.dumps(body), ReceivePayload)
    request = start_request(payload, derived_request_id(payload))
    arrived = consultation_service_pb2.StartConsultationRequest.FromString(request.SerializeToString())
    assert arrived.person.phone == body["phone"]
    assert arrived.session_index == body["s_index"]
    assert arrived.HasField("account_id") == (body.get("account_id") is not None)
    assert [question.text for question in arrived.questions] == [entry["text"] for entry in body["question_list"]]
    for question, entry in zip(arrived.questions, body["question_list"], strict=True):
        for answer, expected in zip(question.expected_answers, entry.get("expected_answer", []), strict=True):
            tables = ("exception", "risk", "desire", "in_depth")
            codes = [(response.WhichOneof("code"), response) for response in answer.responses]
            assert [(tables.index(kind), getattr(response, kind)) for kind, response in codes] == [
                (each["response_type"], each["response_index"]) for each in expected["response_type_list"]
            ]
    known = body["vulnerabilities"]
    assert [list(risk.codes) for risk in arrived.known_vulnerabilities.risks] == [
        entry["risk_index_list"] for entry in known.get("risk_list", [])
    ]
    assert [list(desire.codes) for desire in arrived.known_vulnerabilities.desires] == [
        entry["desire_type"] for entry in known.get("desire_list", [])
    ]


@given(PAYLOADS, PAYLOADS)
def test_request_id_names_person_consultation_and_questions(one, other):
    first, second = (derived_request_id(parse_json(json.dumps(body), ReceivePayload)) for body in (one, other))
    identity = ("vulnerable_id", "s_index", "q_id")
    assert (first == second) == all(one[name] == other[name] for name in identity)


def test_request_id_does_not_run_fields_together():
    bodies = [
        full_payload() | {"vulnerable_id": "1", "q_id": "23"},
        full_payload() | {"vulnerable_id": "12", "q_id": "3"},
    ]
    ids = {derived_request_id(parse_json(json.dumps(body), ReceivePayload)) for body in bodies}
    assert len(ids) == 2


def test_request_id_is_stable_over_versions():
    payload = parse_json(json.dumps(full_payload()), ReceivePayload)
    assert derived_request_id(payload) == ("receive:a2f24249a01d12f59fcc31cc00b8557a66caebcfd7918707d25606bf6d01170e")
