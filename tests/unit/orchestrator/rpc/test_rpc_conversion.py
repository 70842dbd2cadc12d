"""From messages to the domain, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calling.v1 import call_service_pb2, consultation_pb2, outcome_pb2, transcript_pb2
from orchestrator.dialogue.ports import CallReport, CallStatus
from orchestrator.dialogue.turn_record import Transcript
from orchestrator.domain.brief import Brief, Dialling
from orchestrator.domain.codes import DialFailure, ExceptionCode, NeedHuman, ResponseCode, ResponseType, Result
from orchestrator.domain.consultation import DeliveryState, State
from orchestrator.domain.errors import InvalidPageToken
from orchestrator.domain.event import DeliveryAttempted, Event, StateChanged, TurnTaken
from orchestrator.domain.outcome import Finding, FindingState, Outcome
from orchestrator.domain.plan import Plan
from orchestrator.domain.problem import Problem
from orchestrator.domain.question import ExpectedAnswer
from orchestrator.domain.turn import (
    CalleeInput,
    HangUp,
    KeypadInput,
    Listen,
    Prompt,
    RecordingInput,
    Reply,
    SilenceInput,
    Source,
    Speaker,
    Timings,
    Wait,
)
from orchestrator.rpc import conversion, page_tokens
from orchestrator.rpc.transcript_pages import TranscriptPages
from tests.fakes.consultations import NOON, consultation, turn
from tests.fakes.consultations import brief as expected_brief
from tests.unit.orchestrator.rpc.orders import start_request

CALL = "CA" + "0" * 32
RECORDING = "RE" + "0" * 32


# In.


def test_a_request_becomes_an_order() -> None:
    order: Brief = replace(expected_brief(), plan=Plan(), dialling=Dialling(30, 600))
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
    assert conversion.brief(start_request()) == replace(order, questions=(meals, warm))


def test_what_is_not_given_has_its_default() -> None:
    request = start_request()
    request.ClearField("account_id")
    request.ClearField("dialling")
    order = conversion.brief(request)
    assert (order.account_id, order.dialling) == (None, Dialling(40, 1800))
    request.account_id = ""
    assert conversion.brief(request).account_id == ""


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
        ({}, None),
    ],
)
def test_what_the_callee_did(fields: dict, said: CalleeInput | None) -> None:
    assert conversion.callee_input(call_service_pb2.TakeTurnRequest(**fields)) == said


@pytest.mark.parametrize("status", CallStatus)
def test_reports_of_every_status(status: CallStatus) -> None:
    value = call_service_pb2.ReportCallStatusRequest.CallStatus.Value(f"CALL_STATUS_{status.upper().replace('-', '_')}")
    bare = call_service_pb2.ReportCallStatusRequest(call_sid=CALL, call_status=value)
    assert conversion.call_report(bare) == CallReport(CALL, status)
    full = call_service_pb2.ReportCallStatusRequest(
        call_sid=CALL,
        call_status=value,
        sequence_number=0,
        event_time=NOON,
        call_duration=timedelta(seconds=61),
        sip_response_code=486,
    )
    assert conversion.call_report(full) == CallReport(CALL, status, 0, NOON, 61.0, 486)


def test_every_status_of_the_api_is_known() -> None:
    names = call_service_pb2.ReportCallStatusRequest.CallStatus.keys()
    assert len(names) == len(CallStatus) + 1


# Out.


@pytest.mark.parametrize(
    ("following", "field", "turn_number"),
    [(Listen(3, 1.5, 60.0), "listen", 3), (Wait(5), "wait", 5), (HangUp(7), "hang_up", 7), (HangUp(), "hang_up", 0)],
)
def test_replies(following: Listen | Wait | HangUp, field: str, turn_number: int) -> None:
    message = conversion.reply_message(Reply((Prompt("하나", "token"), Prompt("둘")), following))
    assert [(prompt.text, prompt.audio_token) for prompt in message.prompts] == [("하나", "token"), ("둘", "")]
    assert message.WhichOneof("next") == field
    assert getattr(message, field).turn_number == turn_number
    if field == "listen":
        assert message.listen.silence_timeout.ToTimedelta() == timedelta(seconds=1.5)
        assert message.listen.max_length.ToTimedelta() == timedelta(seconds=60)


@pytest.mark.parametrize("state", State)
def test_consultations_in_every_state(state: State) -> None:
    message = conversion.consultation_message(consultation(state=state))
    assert consultation_pb2.Consultation.State.Name(message.state) == f"STATE_{state.name}"
    assert message.masked_phone == "+**********78"
    assert not message.HasField("dial_time")
    assert not message.HasField("end_time")


def test_moments_and_numbers_of_a_consultation() -> None:
    moments = {
        name: NOON + timedelta(seconds=second)
        for second, name in enumerate(("created_at", "dialled_at", "answered_at", "ended_at"))
    }
    message = conversion.consultation_message(consultation(call_sid=CALL, turn_count=9, account_id=None, **moments))
    told = [message.create_time, message.dial_time, message.answer_time, message.end_time]
    assert [time.ToDatetime(tzinfo=UTC) for time in told] == list(moments.values())
    assert (message.call_sid, message.turn_count, message.account_id) == (CALL, 9, "")
    assert (message.person_id, message.question_set_id, message.session_index) == ("v-17", "q-3", 2)


@pytest.mark.parametrize("failure", DialFailure)
def test_every_dial_failure(failure: DialFailure) -> None:
    message = conversion.consultation_message(consultation(dial_failure=failure))
    name = "UNSPECIFIED" if failure is DialFailure.NONE else failure.name
    assert consultation_pb2.Consultation.DialFailure.Name(message.dial_failure) == f"DIAL_FAILURE_{name}"


@pytest.mark.parametrize("state", DeliveryState)
def test_every_delivery(state: DeliveryState) -> None:
    name = "UNSPECIFIED" if state is DeliveryState.NONE else state.name
    value = conversion.delivery_value(state)
    assert consultation_pb2.Consultation.Delivery.Name(value) == f"DELIVERY_{name}"


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("speaker", Speaker)
def test_turns(source: Source, speaker: Speaker) -> None:
    message = conversion.turn_message(turn(4, "네", source=source, speaker=speaker, confidence=0.5), "")
    assert transcript_pb2.Turn.Source.Name(message.source) == f"SOURCE_{source.name}"
    assert transcript_pb2.Turn.Speaker.Name(message.speaker) == f"SPEAKER_{speaker.name}"
    assert (message.number, message.text, message.heard, message.confidence) == (4, "네", "", 0.5)


def test_what_is_not_known_of_a_turn_is_absent() -> None:
    message = conversion.turn_message(turn(1, confidence=None, timings=Timings(matching=0.0, total=12.3)), "네")
    assert not message.HasField("confidence")
    assert message.heard == "네"
    told = {field.name: getattr(message.timings, field.name).ToTimedelta() for field, _ in message.timings.ListFields()}
    assert told == {"matching": timedelta(0), "total": timedelta(milliseconds=12.3)}


@pytest.mark.parametrize(
    ("occurrence", "field"),
    [
        (StateChanged(consultation()), "state_changed"),
        (TurnTaken(turn(1)), "turn_taken"),
        (DeliveryAttempted(2, 503, DeliveryState.PENDING, NOON), "delivery_attempted"),
    ],
)
def test_events(occurrence: StateChanged | TurnTaken | DeliveryAttempted, field: str) -> None:
    message = conversion.event_message(Event("4-1", NOON, occurrence))
    assert (message.cursor, message.event_time.ToDatetime(tzinfo=UTC)) == ("4-1", NOON)
    assert message.WhichOneof("event") == field


def test_a_delivery_that_nobody_answered() -> None:
    message = conversion.attempt_message(DeliveryAttempted(1, None, DeliveryState.DEAD, None))
    assert not message.HasField("http_status")
    assert not message.HasField("next_attempt_time")


def test_outcomes() -> None:
    risk, desire = Problem(ResponseType.RISK, (1, 7), "난방비"), Problem(ResponseType.DESIRE, (5,), "말벗")
    codes = tuple(ResponseCode(table, 1) for table in ResponseType)
    answered = Finding("questions[0]", "식사", FindingState.ANSWERED, "네", 7, 0.5, 1, codes, 2)
    message = conversion.outcome_message(
        Outcome(
            Result.IN_DEPTH_NEEDED,
            ExceptionCode.NONE,
            NeedHuman.GRAVE,
            (answered, Finding(subject="x", text="y", state=FindingState.NOT_REACHED)),
            (risk, desire),
            (),
            (desire,),
        )
    )
    assert (message.result, message.exception, message.need_human) == (outcome_pb2.Outcome.RESULT_IN_DEPTH_NEEDED, 0, 2)
    first, second = message.findings
    assert [response.WhichOneof("code") for response in first.responses] == ["exception", "risk", "desire", "in_depth"]
    assert (first.state, first.quote, first.turn_number, first.expected_answer, first.ask_count) == (
        outcome_pb2.Finding.STATE_ANSWERED,
        "네",
        7,
        1,
        2,
    )
    absent = ("confidence", "expected_answer", "solved")
    assert [second.HasField(name) for name in absent] == [False, False, False]
    assert ([*message.remaining.risks[0].codes], message.remaining.risks[0].content) == ([1, 7], "난방비")
    assert [desire.content for desire in message.remaining.desires] == ["말벗"]
    assert (len(message.solved.risks), len(message.found.desires)) == (0, 1)


@pytest.mark.parametrize("result", Result)
@pytest.mark.parametrize("exception", ExceptionCode)
def test_every_result_and_exception(result: Result, exception: ExceptionCode) -> None:
    message = conversion.outcome_message(Outcome(result, exception, NeedHuman.NO, (), (), (), ()))
    assert outcome_pb2.Outcome.Result.Name(message.result) == f"RESULT_{result.name}"
    assert message.exception == exception


# Pages.


@given(st.integers(1, 2**32 - 1))
def test_page_tokens_are_read_as_they_were_written(number: int) -> None:
    assert page_tokens.after(page_tokens.token(number)) == number


@given(st.text(max_size=20))
def test_no_other_page_token_is_taken(text: str) -> None:
    try:
        assert text in {"", page_tokens.token(page_tokens.after(text))}
    except InvalidPageToken:
        return


@pytest.mark.parametrize("form", ["{}!", "{}\n", " {}", "{}=", "%{}"])
def test_page_tokens_have_one_form(form: str) -> None:
    with pytest.raises(InvalidPageToken):
        page_tokens.after(form.format(page_tokens.token(7)))


# Transcripts that are read again and again.


def test_a_page_is_made_anew_only_for_what_is_new() -> None:
    pages = TranscriptPages()
    one, two = turn(1), turn(2)
    turns = (one, two)
    first = pages.of("id", Transcript(turns, 0), 10)
    assert pages.of("id", Transcript(turns, 0), 10) is first
    assert [message.heard for message in first.turns] == ["", ""]
    heard = pages.of("id", Transcript(turns, 1), 10)
    assert [message.heard for message in heard.turns] == [one.text, ""]
    assert [message.number for message in pages.of("id", Transcript((two,), 1), 10).turns] == [2]


def test_a_page_ends_at_its_limit() -> None:
    pages = TranscriptPages()
    turns = (turn(1), turn(2))
    page = pages.of("id", Transcript(turns, 0), 1)
    assert [message.number for message in page.turns] == [1]
    assert page_tokens.after(page.next_page_token) == 1
    assert pages.of("id", Transcript(turns, 0), 2).next_page_token == ""


def test_a_consultation_without_turns() -> None:
    assert list(TranscriptPages().of("id", Transcript((), 0), 10).turns) == []


def test_only_so_many_pages_are_kept() -> None:
    pages = TranscriptPages()
    transcript = Transcript((turn(1),), 0)
    kept = pages.of("0", transcript, 10)
    for number in range(1, 256):
        pages.of(str(number), transcript, 10)
    assert pages.of("0", transcript, 10) is kept
    for number in range(1000, 1256):
        pages.of(str(number), transcript, 10)
    assert pages.of("0", transcript, 10) is not kept
    pages.forget("0")
    pages.forget("0")


def test_no_time_zone_is_lost() -> None:
    seoul = datetime.fromisoformat("2026-11-22T14:00:00+09:00")
    assert conversion.consultation_message(consultation(created_at=seoul)).create_time.ToDatetime(tzinfo=UTC) == NOON
