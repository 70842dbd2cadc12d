"""Orders and live calls: from messages to the domain, and replies back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from calling.v1 import call_service_pb2
from orchestrator.dialogue.ports.telephone import CallReport, CallStatus
from orchestrator.domain.brief import Brief, Dialling, Listening
from orchestrator.domain.codes import ResponseCode, ResponseType
from orchestrator.domain.plan import Plan
from orchestrator.domain.question import ExpectedAnswer
from orchestrator.domain.turn import (
    CalleeInput,
    HandOver,
    HandOverEnded,
    HangUp,
    KeypadInput,
    Listen,
    Prompt,
    RecordingInput,
    Reply,
    SilenceInput,
    Wait,
)
from orchestrator.rpc.conversion.calls import call_report, callee_input, reply_message
from orchestrator.rpc.conversion.orders import brief
from tests.fakes.consultations import NOON
from tests.fakes.consultations import brief as expected_brief
from tests.unit.orchestrator.rpc.orders import start_request

CALL = "CA" + "0" * 32
RECORDING = "RE" + "0" * 32


def test_a_request_becomes_an_order() -> None:
    order: Brief = replace(expected_brief(), plan=Plan(), dialling=Dialling(30, 600), listening=Listening(6.5))
    (meals, warm) = order.questions
    responses = (
        ResponseCode(ResponseType.RISK, 6),
        ResponseCode(ResponseType.DESIRE, 2),
        ResponseCode(ResponseType.IN_DEPTH, 1),
        ResponseCode(ResponseType.EXCEPTION, 4),
    )
    meals = replace(
        meals, expected_answers=(meals.expected_answers[0], ExpectedAnswer("아니요, 잘 못 먹어요", responses))
    )
    assert brief(start_request()) == replace(order, questions=(meals, warm))


def test_what_is_not_given_has_its_default() -> None:
    request = start_request()
    request.ClearField("account_id")
    request.ClearField("dialling")
    request.ClearField("listening")
    order = brief(request)
    assert (order.account_id, order.dialling, order.listening) == (None, Dialling(40, 1800), Listening(None))
    request.account_id = ""
    assert brief(request).account_id == ""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"recording": {"recording_sid": RECORDING, "duration": timedelta(seconds=2.5)}},
            RecordingInput(RECORDING, 2.5),
        ),
        ({"recording": {"recording_sid": RECORDING}}, RecordingInput(RECORDING, 0.0)),
        ({"digits": "12#"}, KeypadInput("12#")),
        ({"silence": {}}, SilenceInput()),
        ({"hand_over_end": {"answered": True}}, HandOverEnded(True)),
        ({"hand_over_end": {}}, HandOverEnded(False)),
        ({}, None),
    ],
)
def test_what_the_callee_did(fields: dict, said: CalleeInput | None) -> None:
    assert callee_input(call_service_pb2.TakeTurnRequest(**fields)) == said


@pytest.mark.parametrize("status", CallStatus)
def test_reports_of_every_status(status: CallStatus) -> None:
    value = call_service_pb2.ReportCallStatusRequest.CallStatus.Value(f"CALL_STATUS_{status.upper().replace('-', '_')}")
    bare = call_service_pb2.ReportCallStatusRequest(call_sid=CALL, call_status=value)
    assert call_report(bare) == CallReport(CALL, status)
    full = call_service_pb2.ReportCallStatusRequest(
        call_sid=CALL,
        call_status=value,
        sequence_number=0,
        event_time=NOON,
        call_duration=timedelta(seconds=61),
        sip_response_code=486,
    )
    assert call_report(full) == CallReport(CALL, status, 0, NOON, 61.0, 486)


def test_every_status_of_the_api_is_known() -> None:
    names = call_service_pb2.ReportCallStatusRequest.CallStatus.keys()
    assert len(names) == len(CallStatus) + 1


@pytest.mark.parametrize(
    ("following", "field", "turn_number"),
    [
        (Listen(3, 1.5, 60.0), "listen", 3),
        (Wait(5), "wait", 5),
        (HangUp(7), "hang_up", 7),
        (HangUp(), "hang_up", 0),
        (HandOver("+8221234567", 25.0, 9), "hand_over", 9),
    ],
)
def test_replies(following: Listen | Wait | HangUp | HandOver, field: str, turn_number: int) -> None:
    message = reply_message(Reply((Prompt("하나", "token", uninterruptible=True), Prompt("둘")), following))
    assert [(prompt.text, prompt.audio_token) for prompt in message.prompts] == [("하나", "token"), ("둘", "")]
    assert [prompt.uninterruptible for prompt in message.prompts] == [True, False]
    assert message.WhichOneof("next") == field
    assert getattr(message, field).turn_number == turn_number
    if field == "listen":
        assert message.listen.silence_timeout.ToTimedelta() == timedelta(seconds=1.5)
        assert message.listen.max_length.ToTimedelta() == timedelta(seconds=60)
    if field == "hand_over":
        assert message.hand_over.phone == "+8221234567"
        assert message.hand_over.ring_timeout.ToTimedelta() == timedelta(seconds=25)
