"""No log says who somebody is, or what they said."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability import log

PHONE = "010-1234-5678"
HARMLESS = [
    ("consultation_id", "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"),
    ("call_sid", "CA0123456789abcdef0123456789abcdef"),
    ("call_sid", "CA" + "1" * 32),
    ("timestamp", "2026-11-22T05:00:00.123456Z"),
    ("total_ms", 1234567890.5),
    ("count", 20261122),
    ("state", "in_progress"),
    ("port", 50050),
    ("ok", True),
    ("nothing", None),
    ("address_family", "inet"),
]


def masked(**event: object) -> dict[str, object]:
    return dict(log.mask(None, "info", event))


@pytest.mark.parametrize(("key", "value"), HARMLESS)
def test_what_operators_need_stays(key: str, value: object) -> None:
    assert masked(**{key: value}) == {key: value}


@pytest.mark.parametrize("key", sorted(log._PERSONAL_KEYS))
def test_personal_keys_are_masked_wholly_and_at_every_depth(key: str) -> None:
    assert masked(**{key: "홍길동"}) == {key: "***"}
    assert masked(outer={key: ["홍길동"]}, listed=[{key: 7}]) == {"outer": {key: "***"}, "listed": [{key: "***"}]}


@pytest.mark.parametrize(
    "text",
    [
        PHONE,
        "01012345678",
        "+821012345678",
        "+82 10 1234 5678",
        "02-123-4567",
        f"call to {PHONE} failed",
        f"to={PHONE}, again",
        f'{{"to": "{PHONE}"}}',
        f"{PHONE}로 걸었음",
        f"번호는{PHONE}",
    ],
)
def test_telephone_numbers_are_masked_wherever_they_stand(text: str) -> None:
    for event in ({"event": text}, {"reason": [text]}, {"detail": {"why": (text,)}}):
        shown = json.dumps(masked(**event), ensure_ascii=False)
        assert not any(digits in shown for digits in ("1234", "5678", "4567"))


class Person:
    def __repr__(self) -> str:
        return f"Person('홍길동', '{PHONE}')"


@pytest.mark.parametrize("value", [Person(), PHONE.encode(), {PHONE}, RuntimeError(PHONE)])
def test_values_that_are_no_text_say_nothing(value: object) -> None:
    assert "1234" not in repr(masked(detail=value))


@given(st.from_regex(r"\+?[0-9]{2,4}[- ]?[0-9]{3,4}[- ]?[0-9]{4}", fullmatch=True))
def test_of_a_masked_number_two_digits_are_left(number: str) -> None:
    shown = log.masked_phone(number)
    assert len(shown) == len(number)
    digits = [character for character in number if character.isdigit()]
    assert [character for character in shown if character.isdigit()] == digits[-2:]
    assert masked(event=number) == {"event": shown}


@pytest.mark.parametrize("number", ["", "1", "12", "abc"])
def test_short_numbers_have_nothing_to_mask(number: str) -> None:
    assert log.masked_phone(number) == number


PROGRAM = """
    import logging
    from observability import log
    log.configure("json", "INFO")
    logger = log.get("test")
    logger.debug("too_quiet")
    logger.info("started", text="홍길동", port=1)
    try:
        raise RuntimeError("홍길동 010-1234-5678")
    except RuntimeError as error:
        logger.error("by_flag", exc_info=True)
        logger.error("by_value", exc_info=error)
        logging.getLogger("library").error("to %s", "010-1234-5678", exc_info=True)
    logging.getLogger("library").info("too_quiet")
"""


def test_a_program_writes_one_line_an_event_without_secrets() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)], capture_output=True, check=True, encoding="utf-8"
    )
    events = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [event["event"] for event in events] == ["started", "by_flag", "by_value", "to ***-****-**78"]
    assert [event["level"] for event in events] == ["info", "error", "error", "error"]
    assert [event.get("error") for event in events] == [None, "RuntimeError", "RuntimeError", "RuntimeError"]
    assert all(event["frames"][0].endswith("<module>") for event in events[1:])
    assert all("timestamp" in event for event in events)
    assert "홍길동" not in ran.stderr
    assert "010-1234" not in ran.stderr
    assert ran.stdout == ""
