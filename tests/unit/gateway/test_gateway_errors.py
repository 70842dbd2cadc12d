"""The error tree, its mapping to HTTP, and the backend's words for fields."""

import pytest

from gateway import errors
from gateway.backend_fields import backend_field, in_backend_words
from gateway.errors import FieldViolation, GatewayError, InvalidArgumentError


def every_type(base: type[GatewayError] = GatewayError) -> list[type[GatewayError]]:
    return [base, *(found for child in base.__subclasses__() for found in every_type(child))]


ABSTRACT = {"GatewayError", "RequestError", "OrchestratorError", "TransientError"}


@pytest.mark.parametrize("kind", every_type(), ids=lambda kind: kind.__name__)
def test_docstring_draws_the_tree(kind):
    line = next(line for line in errors.__doc__.splitlines() if kind.__name__ in line.split())
    if kind.__name__ not in ABSTRACT:
        assert str(int(kind.http_status)) in line.split()


def test_body():
    assert errors.body("INVALID_FIELD", "phone is missing.", "phone") == {
        "error": {"reason": "INVALID_FIELD", "message": "phone is missing.", "field": "phone"}
    }
    assert "field" not in errors.body("NOT_FOUND", "Not Found.")["error"]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("person.person_id", "vulnerable_id"),
        ("person.phone", "phone"),
        ("person.birth_date", "birth_date"),
        ("person.address.city", "address.city"),
        ("question_set_id", "q_id"),
        ("session_index", "s_index"),
        ("account_id", "account_id"),
        ("request_id", "Idempotency-Key"),
        ("questions", "question_list"),
        ("questions[3].text", "question_list[3].text"),
        ("questions[0].expected_answers[1].text", "question_list[0].expected_answer[1].text"),
        (
            "questions[0].expected_answers[1].responses[2]",
            "question_list[0].expected_answer[1].response_type_list[2]",
        ),
        (
            "questions[0].expected_answers[1].responses[2].risk",
            "question_list[0].expected_answer[1].response_type_list[2].response_index",
        ),
        ("known_vulnerabilities.risks[0].content", "vulnerabilities.risk_list[0].content"),
        ("known_vulnerabilities.risks[0].codes[1]", "vulnerabilities.risk_list[0].risk_index_list[1]"),
        ("known_vulnerabilities.desires[4].codes", "vulnerabilities.desire_list[4].desire_type"),
        ("listening.silence_timeout", "listening.silence_timeout_seconds"),
        ("frequent_questions[2].answer", "faq_list[2].answer"),
        ("", ""),
        ("something_new", "something_new"),
    ],
)
def test_fields_in_the_backends_words(field, expected):
    assert backend_field(field) == expected


def test_message_names_the_field_as_the_backend_does():
    violations = [FieldViolation("person.phone", "is no number"), FieldViolation("questions", "must be at most 100")]
    renamed = in_backend_words(InvalidArgumentError("person.phone: is no number", violations=violations[:1]))
    assert (renamed.message, renamed.field) == ("phone is no number.", "phone")
    renamed = in_backend_words(
        InvalidArgumentError("person.phone: is no number; questions: ...", violations=violations)
    )
    assert (renamed.message, renamed.field) == ("phone is no number. (2 fields are wrong.)", "phone")
    assert renamed.violations[1].field == "question_list"
    plain = in_backend_words(InvalidArgumentError("No."))
    assert (plain.message, plain.field) == ("No.", "")
