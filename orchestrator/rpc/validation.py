"""Checks requests field by field, and reports every field that is wrong at once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import phonenumbers
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from calling.v1 import consultation_pb2, consultation_service_pb2, outcome_pb2
from orchestrator.domain.codes import TABLE_SIZES, ResponseType
from orchestrator.domain.errors import InvalidField, Violation

MOST_QUESTIONS = 100
MOST_PROBLEMS = 50
MOST_FREQUENT_QUESTIONS = 10_000
MOST_EXPECTED_ANSWERS = 100
LONGEST_TEXT = 500
LONGEST_NAME = 100
LONGEST_ID = 200
REGION = "KR"
# Shorter than this is no subscriber, but an emergency or service number: 112, 119, 1345.
SHORTEST_NUMBER = 7
LONGEST_CALL = 24 * 3600
# More violations than these are not told: they travel in a header, which has its bounds.
MOST_VIOLATIONS = 20
_TABLES = {
    "exception": ResponseType.EXCEPTION,
    "risk": ResponseType.RISK,
    "desire": ResponseType.DESIRE,
    "in_depth": ResponseType.IN_DEPTH,
}
_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_RECORDING_SID = re.compile(r"RE[0-9a-fA-F]{32}")
_DIGITS = re.compile(r"[0-9*#]{1,64}")


class Check:
    """Collects what is wrong with a request."""

    def __init__(self) -> None:
        self._violations: list[Violation] = []
        self._within = ""

    @contextmanager
    def within(self, path: str) -> Iterator[None]:
        """Has the fields that are checked meanwhile named as parts of another one."""
        outer, self._within = self._within, f"{self._within}{path}."
        try:
            yield
        finally:
            self._within = outer

    def fail(self, field: str, description: str) -> None:
        """Notes that a field is wrong."""
        self._violations.append(Violation(f"{self._within}{field}", description))

    def that(self, holds: bool, field: str, description: str) -> None:
        """Notes that a field is wrong unless something holds."""
        if not holds:
            self.fail(field, description)

    def text(self, value: str, field: str, *, most: int = LONGEST_TEXT, required: bool = True) -> None:
        """Checks a text: there, not blank, not too long."""
        if required and not value.strip():
            self.fail(field, "is required")
        self.that(len(value) <= most, field, f"must have at most {most} characters")

    def duration(self, value: Duration, field: str, *, least: int, most: int) -> None:
        """Checks a duration, in seconds."""
        self.that(least <= value.seconds + value.nanos / 1e9 <= most, field, f"must be {least} s to {most} s")

    def done(self) -> None:
        """Ends the checks.

        Raises:
            InvalidField: something was wrong; names the first fields that are.
        """
        if self._violations:
            raise InvalidField(*self._violations[:MOST_VIOLATIONS])


def consultation_id(value: str, field: str = "consultation_id") -> str:
    """Returns a consultation's id, or another one of ours, in its one form.

    Raises:
        InvalidField
    """
    check = Check()
    try:
        return str(uuid.UUID(value))
    except ValueError:
        check.fail(field, "is required and must be a UUID")
    check.done()
    raise AssertionError


def call_sid(value: str, check: Check, field: str = "call_sid") -> None:
    """Checks the telephone network's id of a call."""
    check.that(bool(_CALL_SID.fullmatch(value)), field, "is required and must be CA and 32 hexadecimal digits")


def recording_sid(value: str, check: Check) -> None:
    """Checks the telephone network's id of a recording."""
    check.that(bool(_RECORDING_SID.fullmatch(value)), "recording.recording_sid", "must be RE and 32 hexadecimal digits")


def event_time(value: Timestamp, check: Check) -> None:
    """Checks that a moment is one."""
    try:
        value.ToDatetime()
    except ValueError:
        check.fail("event_time", "must be in the years 1 to 9999")


def digits(value: str, check: Check) -> None:
    """Checks pressed keys."""
    check.that(bool(_DIGITS.fullmatch(value)), "digits", "must be 1 to 64 of 0-9, * and #")


def is_key(value: str) -> bool:
    """Whether a text is one key of a telephone."""
    return len(value) == 1 and bool(_DIGITS.fullmatch(value))


def page_size(value: int, *, default: int, most: int) -> int:
    """Returns the size of a page (AIP-158: 0 is the default, too much is the most).

    Raises:
        InvalidField: it is negative.
    """
    check = Check()
    check.that(value >= 0, "page_size", "must not be negative")
    check.done()
    return min(value or default, most)


def phone_number(value: str) -> str | None:
    """Returns a telephone number as E.164; None if it is none. Without a country it is Korean."""
    try:
        number = phonenumbers.parse(value, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < SHORTEST_NUMBER:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def start_consultation(request: consultation_service_pb2.StartConsultationRequest) -> None:
    """Checks a StartConsultationRequest.

    Raises:
        InvalidField: names every field that is wrong.
    """
    check = Check()
    check.text(request.request_id, "request_id", most=LONGEST_ID, required=False)
    consultation_order(request, check)
    check.done()


def consultation_order(request: consultation_service_pb2.StartConsultationRequest, check: Check) -> None:
    """Checks what a consultation is started with, but for its `request_id`."""
    check.text(request.question_set_id, "question_set_id", most=LONGEST_ID)
    check.that(request.session_index >= 0, "session_index", "must not be negative")
    check.text(request.account_id, "account_id", most=LONGEST_ID, required=False)
    _person(request.person, check)
    _questions(request.questions, check)
    _vulnerabilities(request.known_vulnerabilities, check)
    _frequent_questions(request.frequent_questions, check)
    _dialling(request.dialling, check)
    if request.listening.HasField("silence_timeout"):
        check.duration(request.listening.silence_timeout, "listening.silence_timeout", least=2, most=20)


def acknowledgement(request: consultation_service_pb2.AcknowledgeAlarmRequest) -> None:
    """Checks an AcknowledgeAlarmRequest but for its consultation.

    Raises:
        InvalidField: names every field that is wrong.
    """
    check = Check()
    check.that(request.alarm_number > 0, "alarm_number", "is required and must be positive")
    check.text(request.acknowledged_by, "acknowledged_by", most=LONGEST_NAME)
    check.done()


def _person(person: consultation_pb2.Person, check: Check) -> None:
    check.text(person.person_id, "person.person_id", most=LONGEST_ID)
    check.text(person.name, "person.name", most=LONGEST_NAME)
    check.that(phone_number(person.phone) is not None, "person.phone", "is required and must be a telephone number")
    check.that(person.gender in {"", "M", "F", "O"}, "person.gender", "must be M, F, O or empty")
    if person.birth_date:
        check.that(_is_date(person.birth_date), "person.birth_date", "must be YYYY-MM-DD or empty")


def _questions(listed: Sequence[consultation_pb2.Question], check: Check) -> None:
    check.that(len(listed) <= MOST_QUESTIONS, "questions", f"must be at most {MOST_QUESTIONS}")
    for index, question in enumerate(listed[:MOST_QUESTIONS]):
        path = f"questions[{index}]"
        check.text(question.text, f"{path}.text")
        answers = question.expected_answers
        check.that(
            len(answers) <= MOST_EXPECTED_ANSWERS,
            f"{path}.expected_answers",
            f"must be at most {MOST_EXPECTED_ANSWERS}",
        )
        for place, answer in enumerate(answers):
            check.text(answer.text, f"{path}.expected_answers[{place}].text")
            for number, response in enumerate(answer.responses):
                _response(response, f"{path}.expected_answers[{place}].responses[{number}]", check)


def _response(response: outcome_pb2.ResponseCode, path: str, check: Check) -> None:
    table = response.WhichOneof("code")
    if table is None:
        check.fail(path, "must name a code")
        return
    value = getattr(response, table)
    check.that(0 < value <= TABLE_SIZES[_TABLES[table]], f"{path}.{table}", "is not in the code table")


def _vulnerabilities(known: outcome_pb2.Vulnerabilities, check: Check) -> None:
    risks = [(risk.content, tuple(risk.codes)) for risk in known.risks]
    desires = [(desire.content, tuple(desire.codes)) for desire in known.desires]
    for name, problems, table in (("risks", risks, ResponseType.RISK), ("desires", desires, ResponseType.DESIRE)):
        field = f"known_vulnerabilities.{name}"
        check.that(len(problems) <= MOST_PROBLEMS, field, f"must be at most {MOST_PROBLEMS}")
        for index, (content, codes) in enumerate(problems[:MOST_PROBLEMS]):
            check.text(content, f"{field}[{index}].content")
            in_table = all(0 < code <= TABLE_SIZES[table] for code in codes)
            check.that(in_table, f"{field}[{index}].codes", "must all be in the code table")


def _frequent_questions(entries: Sequence[consultation_pb2.FrequentQuestion], check: Check) -> None:
    check.that(
        len(entries) <= MOST_FREQUENT_QUESTIONS, "frequent_questions", f"must be at most {MOST_FREQUENT_QUESTIONS}"
    )
    for index, entry in enumerate(entries[:MOST_FREQUENT_QUESTIONS]):
        check.text(entry.question, f"frequent_questions[{index}].question")
        check.text(entry.answer, f"frequent_questions[{index}].answer")


def _dialling(dialling: consultation_pb2.DiallingOptions, check: Check) -> None:
    if dialling.hand_over_phone:
        known = phone_number(dialling.hand_over_phone) is not None
        check.that(known, "dialling.hand_over_phone", "must be a telephone number or empty")
    known = dialling.conversation_mode in consultation_pb2.ConversationMode.values()
    check.that(known, "dialling.conversation_mode", "must be a known mode or absent")
    for name, least, most in (("ring_timeout", 5, 600), ("time_limit", 60, 4 * 3600)):
        if dialling.HasField(name):  # type: ignore[arg-type]
            check.duration(getattr(dialling, name), f"dialling.{name}", least=least, most=most)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
