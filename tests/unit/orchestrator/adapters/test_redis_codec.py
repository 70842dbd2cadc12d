"""What is stored is read again, by this version and its neighbours."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.adapters.redis import codec
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode, NeedHuman, Result
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.event import DeliveryAttempted, Event, Occurrence, StateChanged, TurnTaken
from orchestrator.domain.outcome import Finding, FindingState, Outcome, Summary
from orchestrator.domain.turn import CalleeInput, HangUp, Prompt, Reply, SilenceInput, Source, Turn, Wait
from tests.fakes.consultations import NOON, brief, consultation, turn

ASKED = Finding("questions[0]", "식사", FindingState.NOT_REACHED)
OUTCOME = Outcome(Result.FINE, ExceptionCode.NONE, NeedHuman.NO, (ASKED,), (), (), ())

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@settings(max_examples=40)
@given(st.from_type(Brief))
def test_orders(value: Brief) -> None:
    assert codec.BRIEF.decode(codec.BRIEF.encode(value)) == value


@settings(max_examples=40)
@given(st.from_type(Consultation))
def test_records(value: Consultation) -> None:
    assert codec.CONSULTATION.decode(codec.CONSULTATION.encode(value)) == value


@given(st.from_type(Turn))
def test_turns(value: Turn) -> None:
    assert codec.TURN.decode(codec.TURN.encode(value)) == value


@given(st.from_type(Reply))
def test_replies(value: Reply) -> None:
    assert codec.decode_reply(codec.encode_reply(value)) == value


@given(st.from_type(CalleeInput))
def test_inputs(value: CalleeInput) -> None:
    assert codec.decode_input(codec.encode_input(value)) == value


@given(st.from_type(Occurrence), st.datetimes(timezones=st.just(UTC)))
def test_events(value: Occurrence, happened_at: datetime) -> None:
    assert codec.decode_event("7-1", codec.encode_event(happened_at, value)) == Event("7-1", happened_at, value)


def test_waiting_and_hanging_up_look_alike_and_are_told_apart() -> None:
    for following in (Wait(3), HangUp(3)):
        assert codec.decode_reply(codec.encode_reply(Reply((), following))).next == following


def test_a_newer_versions_fields_are_ignored() -> None:
    def with_more(raw: bytes) -> bytes:
        def grow(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: grow(item) for key, item in value.items()} | {"from_the_future": {"x": [1]}}
            return [grow(item) for item in value] if isinstance(value, list) else value

        return json.dumps(grow(json.loads(raw))).encode()

    assert codec.BRIEF.decode(with_more(codec.BRIEF.encode(brief()))) == brief()
    assert codec.CONSULTATION.decode(with_more(codec.CONSULTATION.encode(consultation("1")))) == consultation("1")
    reply = Reply((), Wait(2))
    assert codec.decode_reply(with_more(codec.encode_reply(reply))) == reply
    for occurrence in (StateChanged(consultation("1")), TurnTaken(turn(1))):
        raw = with_more(codec.encode_event(NOON, occurrence))
        assert codec.decode_event("1-1", raw).occurrence == occurrence


def test_an_older_versions_fields_are_enough() -> None:
    raw = json.loads(codec.TURN.encode(turn(2)))
    del raw["timings"], raw["confidence"]
    assert codec.TURN.decode(json.dumps(raw).encode()).text == turn(2).text


def test_what_was_stored_before_there_were_alarms_is_enough() -> None:
    def without(raw: bytes, *names: str) -> bytes:
        def shrink(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: shrink(item) for key, item in value.items() if key not in names}
            return [shrink(item) for item in value] if isinstance(value, list) else value

        return json.dumps(shrink(json.loads(raw))).encode()

    record = consultation("1", summary=Summary("요약", Source.BUILT_IN), outcome=OUTCOME)
    newer = ("alarms", "asides", "improper", "dangers", "consent", "identified", "call_back", "silence_timeout")
    of_outcomes = ("new_problems", "recording_consent", "claims", "level", "unasked")
    assert codec.CONSULTATION.decode(without(codec.CONSULTATION.encode(record), *newer, *of_outcomes)) == record
    order = brief()
    assert codec.BRIEF.decode(without(codec.BRIEF.encode(order), "listening", "levels", "wording_version")) == order
    of_turns = ("understanding", "language_model_use", "wording_version")
    assert codec.TURN.decode(without(codec.TURN.encode(turn(1)), *of_turns)) == turn(1)
    reply = Reply((Prompt("네."),), HangUp(3))
    assert codec.decode_reply(without(codec.encode_reply(reply), "hand_over", "uninterruptible")) == reply
    assert codec.decode_input(without(codec.encode_input(SilenceInput()), "hand_over_ended")) == SilenceInput()


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b'{"number": "one"}', b'{"text": "\xed\xa0\x80"}', b"\xff"])
def test_what_cannot_be_read_is_said_so_without_its_content(raw: bytes) -> None:
    with pytest.raises(codec.Undecodable) as undecodable:
        codec.TURN.decode(raw)
    assert str(undecodable.value) == "a stored Turn cannot be read"
    assert undecodable.value.__cause__ is None
    assert undecodable.value.__suppress_context__


@pytest.mark.parametrize("decode", [codec.decode_input, codec.decode_reply, lambda raw: codec.decode_event("1-1", raw)])
def test_a_choice_this_version_does_not_know(decode: Any) -> None:
    raw = b'{"prompts": [], "happened_at": "2026-11-22T05:00:00Z", "teleport": {}}'
    with pytest.raises(codec.Undecodable):
        decode(raw)


def test_equal_values_give_equal_bytes() -> None:
    attempt = DeliveryAttempted(1, None, consultation("1").delivery.state, None)
    assert codec.encode_event(NOON, attempt) == codec.encode_event(NOON, attempt)
    assert codec.CONSULTATION.encode(consultation("1")) == codec.CONSULTATION.encode(consultation("1"))
