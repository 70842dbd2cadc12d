"""What requests must be like, field by field."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from calling.v1 import consultation_service_pb2 as pb
from orchestrator.domain.errors import InvalidField
from orchestrator.rpc import validation
from orchestrator.rpc.validation import MOST_VIOLATIONS, Check, phone_number
from tests.unit.orchestrator.rpc.orders import start_request

Edit = Callable[[pb.StartConsultationRequest], object]


def wrong_fields(check: Callable[[], object]) -> list[str]:
    """The fields that a check complains about."""
    try:
        check()
    except InvalidField as error:
        return [violation.field for violation in error.violations]
    return []


def setting(path: str, value: object) -> Edit:
    """Sets a field, `person.name`."""

    def edit(request: pb.StartConsultationRequest) -> None:
        *way, last = path.split(".")
        message = request
        for name in way:
            message = getattr(message, name)
        setattr(message, last, value)

    return edit


def test_a_full_request_and_one_with_no_more_than_needed() -> None:
    validation.start_consultation(start_request("one"))
    validation.start_consultation(
        pb.StartConsultationRequest(
            question_set_id="q", person={"person_id": "v", "name": "홍길동", "phone": "+821012345678"}
        )
    )


REQUIRED = ("question_set_id", "person.person_id", "person.name", "person.phone")


@given(st.sets(st.sampled_from(REQUIRED), min_size=1), st.sampled_from(["", " ", "\t\n"]))
def test_every_required_field_that_is_missing_is_named(missing: set[str], blank: str) -> None:
    request = start_request()
    for path in missing:
        setting(path, blank)(request)
    assert set(wrong_fields(lambda: validation.start_consultation(request))) == missing


def test_an_empty_request_names_all_that_is_required() -> None:
    assert set(wrong_fields(lambda: validation.start_consultation(pb.StartConsultationRequest()))) == set(REQUIRED)


WRONG: list[tuple[str, Edit]] = [
    ("request_id", setting("request_id", "x" * 201)),
    ("question_set_id", setting("question_set_id", "x" * 201)),
    ("session_index", setting("session_index", -1)),
    ("account_id", setting("account_id", "x" * 201)),
    ("person.person_id", setting("person.person_id", "x" * 201)),
    ("person.name", setting("person.name", "가" * 101)),
    ("person.gender", setting("person.gender", "남")),
    ("person.birth_date", setting("person.birth_date", "1941-02-30")),
    ("person.birth_date", setting("person.birth_date", "19410302")),
    ("person.birth_date", setting("person.birth_date", "1941-W10-1")),
    ("questions", lambda r: [r.questions.add(text="네?") for _ in range(99)]),
    ("questions[1].text", lambda r: setattr(r.questions[1], "text", " ")),
    ("questions[1].text", lambda r: setattr(r.questions[1], "text", "가" * 501)),
    (
        "questions[0].expected_answers",
        lambda r: [r.questions[0].expected_answers.add(text="네") for _ in range(99)],
    ),
    ("questions[1].expected_answers[0].text", lambda r: r.questions[1].expected_answers.add()),
    (
        "questions[0].expected_answers[0].responses[0]",
        lambda r: r.questions[0].expected_answers[0].responses.add(),
    ),
    (
        "questions[0].expected_answers[0].responses[0].risk",
        lambda r: r.questions[0].expected_answers[0].responses.add(risk=9),
    ),
    (
        "questions[0].expected_answers[0].responses[0].in_depth",
        lambda r: r.questions[0].expected_answers[0].responses.add(in_depth=0),
    ),
    (
        "questions[0].expected_answers[0].responses[0].exception",
        lambda r: r.questions[0].expected_answers[0].responses.add(exception=-1),
    ),
    ("known_vulnerabilities.risks", lambda r: [r.known_vulnerabilities.risks.add(content="가") for _ in range(50)]),
    ("known_vulnerabilities.risks[1].content", lambda r: r.known_vulnerabilities.risks.add(codes=[1])),
    ("known_vulnerabilities.risks[1].codes", lambda r: r.known_vulnerabilities.risks.add(codes=[1, 9], content="가")),
    ("known_vulnerabilities.desires[1].codes", lambda r: r.known_vulnerabilities.desires.add(codes=[12], content="가")),
    ("known_vulnerabilities.desires[0].content", lambda r: setattr(r.known_vulnerabilities.desires[0], "content", "")),
    (
        "frequent_questions",
        lambda r: [r.frequent_questions.add(question="가?", answer="나") for _ in range(10_000)],
    ),
    ("frequent_questions[1].question", lambda r: r.frequent_questions.add(answer="나")),
    ("frequent_questions[1].answer", lambda r: r.frequent_questions.add(question="가?")),
    *(
        (f"dialling.{name}", setting(f"dialling.{name}.seconds", seconds))
        for name, values in {"ring_timeout": (0, 4, 601, -1, 10**15), "time_limit": (59, 14_401, -(10**18))}.items()
        for seconds in values
    ),
    *(
        ("listening.silence_timeout", setting("listening.silence_timeout.seconds", seconds))
        for seconds in (0, 1, 20, -6, 10**15)  # and half a second
    ),
]


@pytest.mark.parametrize(("field", "edit"), WRONG)
def test_what_is_wrong_is_named(field: str, edit: Edit) -> None:
    request = start_request()
    edit(request)
    assert wrong_fields(lambda: validation.start_consultation(request)) == [field]


def test_everything_wrong_is_named_at_once_but_not_without_bound() -> None:
    request = start_request()
    for _ in range(5000):
        request.frequent_questions.add()
    assert len(wrong_fields(lambda: validation.start_consultation(request))) == MOST_VIOLATIONS


def test_a_violation_never_holds_what_was_sent() -> None:
    request = start_request()
    request.person.phone = request.person.gender = request.person.birth_date = "secret"
    with pytest.raises(InvalidField) as error:
        validation.start_consultation(request)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("010-1234-5678", "+821012345678"),
        ("01012345678", "+821012345678"),
        ("+82 10 1234 5678", "+821012345678"),
        ("(02) 123-4567", "+8221234567"),
        ("+1 202-555-0123", "+12025550123"),
        ("1588-1234", "+8215881234"),
        *((text, None) for text in ("", "전화", "010", "119", "112", "+82119", "1345", "0" * 30, "+999123456", "a@b")),
    ],
)
def test_telephone_numbers(given: str, number: str | None) -> None:
    assert phone_number(given) == number


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_is_not(text: str) -> None:
    number = phone_number(text)
    assert number is None or (number.startswith("+") and number[1:].isdecimal() and phone_number(number) == number)


@given(st.uuids())
def test_consultation_ids_have_one_form(identity: uuid.UUID) -> None:
    for form in (str(identity), str(identity).upper(), identity.hex, f"{{{identity}}}", identity.urn):
        assert validation.consultation_id(form) == str(identity)


@given(st.text(max_size=40))
def test_what_is_no_uuid_is_no_consultation_id(text: str) -> None:
    assert wrong_fields(lambda: validation.consultation_id(text)) in ([], ["consultation_id"])


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (
            validation.call_sid,
            ["CA" + "0a" * 16],
            ["", "CA", "RE" + "0a" * 16, "CA" + "g" * 32, "CA" + "0" * 32 + "\n"],
        ),
        (validation.recording_sid, ["RE" + "0a" * 16], ["", "CA" + "0a" * 16, "../" + "0" * 31]),
        (validation.digits, ["0", "123*#", "1" * 64], ["", "a", "1 2", "1" * 65, "１", "hangup"]),
        (
            validation.event_time,
            [Timestamp(), Timestamp(seconds=1_800_000_000)],
            [Timestamp(seconds=10**15), Timestamp(seconds=-(10**15))],
        ),
    ],
)
def test_small_fields(check: Callable[[object, Check], None], good: list[object], bad: list[object]) -> None:
    def verdict(value: object) -> list[str]:
        checks = Check()
        check(value, checks)
        return wrong_fields(checks.done)

    assert [verdict(value) for value in good] == [[]] * len(good)
    assert all(len(verdict(value)) == 1 for value in bad)


@pytest.mark.parametrize(("asked", "size"), [(0, 50), (1, 1), (500, 500), (501, 500), (2**31 - 1, 500)])
def test_page_sizes(asked: int, size: int) -> None:
    assert validation.page_size(asked, default=50, most=500) == size


def test_a_negative_page_size() -> None:
    assert wrong_fields(lambda: validation.page_size(-1, default=50, most=500)) == ["page_size"]


def test_acknowledgements() -> None:
    def faults(**fields: object) -> list[str]:
        right = {"alarm_number": 1, "acknowledged_by": "operator-7"}
        return wrong_fields(lambda: validation.acknowledgement(pb.AcknowledgeAlarmRequest(**(right | fields))))

    assert faults() == faults(acknowledged_by="가" * 100) == []
    assert faults(alarm_number=0) == faults(alarm_number=-1) == ["alarm_number"]
    assert faults(acknowledged_by=" ") == faults(acknowledged_by="x" * 101) == ["acknowledged_by"]
    assert faults(alarm_number=0, acknowledged_by="") == ["alarm_number", "acknowledged_by"]
