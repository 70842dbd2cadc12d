"""Consultations, turns, events and outcomes: from the domain to messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calling.v1 import consultation_pb2, outcome_pb2, transcript_pb2
from calling.v1.consultation_service_pb2 import DeliveryAttempt
from orchestrator.domain.alarm import Alarm, Observer
from orchestrator.domain.codes import (
    DeliveryFailure,
    DialFailure,
    ExceptionCode,
    NeedHuman,
    ResponseCode,
    ResponseType,
    Result,
)
from orchestrator.domain.consultation import Delivery, DeliveryState, State
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.event import AlarmChanged, DeliveryAttempted, Event, Occurrence, StateChanged, TurnTaken
from orchestrator.domain.outcome import (
    CallBackWish,
    Claim,
    Finding,
    FindingState,
    NewProblem,
    Outcome,
    PartOfDay,
    RecordingConsent,
    Summary,
)
from orchestrator.domain.problem import Problem
from orchestrator.domain.turn import LanguageModelUse, Layer, Source, Speaker, Timings, Understanding
from orchestrator.rpc.conversion.consultations import (
    alarm_message,
    attempt_message,
    consultation_message,
    delivery_value,
    undelivered_message,
)
from orchestrator.rpc.conversion.events import event_message
from orchestrator.rpc.conversion.outcomes import outcome_message, summary_message
from orchestrator.rpc.conversion.turns import turn_message
from tests.fakes.consultations import NOON, consultation, turn

CALL = "CA" + "0" * 32
ALARM = Alarm(2, DangerKind.SELF_HARM, 8, (Observer.RULES,), NOON)
NOTHING = Outcome(Result.FINE, ExceptionCode.NONE, NeedHuman.NO, (), (), (), ())


@pytest.mark.parametrize("state", State)
def test_consultations_in_every_state(state: State) -> None:
    message = consultation_message(consultation(state=state))
    assert consultation_pb2.Consultation.State.Name(message.state) == f"STATE_{state.name}"
    assert message.masked_phone == "+**********78"
    assert not message.HasField("dial_time")
    assert not message.HasField("end_time")


def test_moments_and_numbers_of_a_consultation() -> None:
    moments = {
        name: NOON + timedelta(seconds=second)
        for second, name in enumerate(("created_at", "dialled_at", "answered_at", "ended_at"))
    }
    message = consultation_message(consultation(call_sid=CALL, turn_count=9, account_id=None, **moments))
    told = [message.create_time, message.dial_time, message.answer_time, message.end_time]
    assert [time.ToDatetime(tzinfo=UTC) for time in told] == list(moments.values())
    assert (message.call_sid, message.turn_count, message.account_id) == (CALL, 9, "")
    assert (message.person_id, message.question_set_id, message.session_index) == ("v-17", "q-3", 2)


@pytest.mark.parametrize("failure", DialFailure)
def test_every_dial_failure(failure: DialFailure) -> None:
    message = consultation_message(consultation(dial_failure=failure))
    name = "UNSPECIFIED" if failure is DialFailure.NONE else failure.name
    assert consultation_pb2.Consultation.DialFailure.Name(message.dial_failure) == f"DIAL_FAILURE_{name}"


@pytest.mark.parametrize("state", DeliveryState)
def test_every_delivery(state: DeliveryState) -> None:
    name = "UNSPECIFIED" if state is DeliveryState.NONE else state.name
    value = delivery_value(state)
    assert consultation_pb2.Consultation.Delivery.Name(value) == f"DELIVERY_{name}"


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("speaker", Speaker)
def test_turns(source: Source, speaker: Speaker) -> None:
    message = turn_message(turn(4, "네", source=source, speaker=speaker, confidence=0.5), "")
    assert transcript_pb2.Turn.Source.Name(message.source) == f"SOURCE_{source.name}"
    assert transcript_pb2.Turn.Speaker.Name(message.speaker) == f"SPEAKER_{speaker.name}"
    assert (message.number, message.text, message.heard, message.confidence) == (4, "네", "", 0.5)


def test_what_is_not_known_of_a_turn_is_absent() -> None:
    message = turn_message(turn(1, confidence=None, timings=Timings(matching=0.0, total=12.3)), "네")
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
        (AlarmChanged(ALARM), "alarm_changed"),
    ],
)
def test_events(occurrence: Occurrence, field: str) -> None:
    message = event_message(Event("4-1", NOON, occurrence))
    assert (message.cursor, message.event_time.ToDatetime(tzinfo=UTC)) == ("4-1", NOON)
    assert message.WhichOneof("event") == field


@pytest.mark.parametrize("danger", DangerKind)
@pytest.mark.parametrize("observer", Observer)
def test_alarms_of_every_kind(danger: DangerKind, observer: Observer) -> None:
    message = alarm_message(replace(ALARM, danger=danger, noticed_by=(observer,)))
    assert outcome_pb2.DangerKind.Name(message.danger_kind) == f"DANGER_KIND_{danger.name}"
    assert [consultation_pb2.Alarm.Observer.Name(each) for each in message.noticed_by] == [f"OBSERVER_{observer.name}"]
    assert len(outcome_pb2.DangerKind.keys()) == len(DangerKind) + 1


def test_an_alarm_before_and_after_somebody_took_it_over() -> None:
    fresh = alarm_message(ALARM)
    assert (fresh.number, fresh.turn_number, fresh.notification_count, fresh.acknowledged_by) == (2, 8, 0, "")
    assert fresh.create_time.ToDatetime(tzinfo=UTC) == NOON
    assert not fresh.HasField("escalate_time")
    assert not fresh.HasField("acknowledge_time")
    passed_on, taken = NOON + timedelta(seconds=60), NOON + timedelta(seconds=75)
    done = replace(ALARM, escalated_at=passed_on, acknowledged_at=taken, acknowledged_by="operator-7")
    (message,) = consultation_message(consultation(alarms=(done,))).alarms
    assert message.escalate_time.ToDatetime(tzinfo=UTC) == passed_on
    assert message.acknowledge_time.ToDatetime(tzinfo=UTC) == taken
    assert message.acknowledged_by == "operator-7"


@pytest.mark.parametrize("layer", Layer)
def test_what_was_made_of_the_words(layer: Layer) -> None:
    full = Understanding("answer", layer, 0.75, 0, DangerKind.FIRE, 3)
    message = turn_message(turn(2, understanding=full), "").understanding
    assert (message.intent, message.confidence, message.expected_answer, message.number) == ("answer", 0.75, 0, 3)
    assert transcript_pb2.Understanding.Layer.Name(message.layer) == f"LAYER_{layer.name}"
    assert message.danger_kind == outcome_pb2.DANGER_KIND_FIRE
    bare = turn_message(turn(2, understanding=Understanding("yes", layer)), "").understanding
    assert [bare.HasField(name) for name in ("confidence", "expected_answer", "number")] == [False] * 3
    assert not turn_message(turn(2), "").HasField("understanding")


@pytest.mark.parametrize(("said", "told"), [(2**63 - 1, True), (2**63, False), (-(2**63), False), (10**30, False)])
def test_numbers_that_are_no_quantity(said: int, told: bool) -> None:
    message = turn_message(turn(2, understanding=Understanding("answer", Layer.RULES, number=said)), "")
    assert message.understanding.HasField("number") is told


def test_what_spoke_and_what_it_cost() -> None:
    use = LanguageModelUse("gpt-4o-mini", "3", 812, 40, 2)
    message = turn_message(turn(1, language_model_use=use, wording_version="2026-11"), "")
    cost = message.language_model_use
    assert (cost.model, cost.prompt_version, cost.input_tokens, cost.output_tokens, cost.attempts) == (
        "gpt-4o-mini", "3", 812, 40, 2,
    )  # fmt: skip
    assert message.wording_version == "2026-11"
    assert not turn_message(turn(1), "").HasField("language_model_use")


@pytest.mark.parametrize("failure", DeliveryFailure)
def test_why_a_delivery_failed(failure: DeliveryFailure) -> None:
    message = attempt_message(DeliveryAttempted(1, None, DeliveryState.DEAD, None, failure))
    name = "UNSPECIFIED" if failure is DeliveryFailure.NONE else failure.name
    assert DeliveryAttempt.Failure.Name(message.failure) == f"FAILURE_{name}"
    record = consultation(delivery=Delivery(DeliveryState.DEAD, 3, failure=failure, last_attempt_at=NOON))
    dead = undelivered_message(record)
    assert (dead.failure, dead.attempt_count) == (message.failure, 3)
    assert (dead.HasField("first_attempt_time"), dead.HasField("last_attempt_time")) == (False, True)


def test_a_delivery_that_nobody_answered() -> None:
    message = attempt_message(DeliveryAttempted(1, None, DeliveryState.DEAD, None))
    assert not message.HasField("http_status")
    assert not message.HasField("next_attempt_time")


def test_outcomes() -> None:
    risk, desire = Problem(ResponseType.RISK, (1, 7), "난방비"), Problem(ResponseType.DESIRE, (5,), "말벗")
    codes = tuple(ResponseCode(table, 1) for table in ResponseType)
    answered = Finding("questions[0]", "식사", FindingState.ANSWERED, "네", 7, 0.5, 1, codes, 2)
    message = outcome_message(
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
    absent = ("confidence", "expected_answer", "solved", "level")
    assert [second.HasField(name) for name in absent] == [False] * 4
    assert ([*message.remaining.risks[0].codes], message.remaining.risks[0].content) == ([1, 7], "난방비")
    assert [desire.content for desire in message.remaining.desires] == ["말벗"]
    assert (len(message.solved.risks), len(message.found.desires)) == (0, 1)


def test_answers_with_degrees_that_came_unasked() -> None:
    finding = Finding("new_problems[0].urgency", "급함", FindingState.ANSWERED, level=0, unasked=True)
    (message,) = outcome_message(replace(NOTHING, findings=(finding,))).findings
    assert (message.HasField("level"), message.level, message.unasked) == (True, 0, True)


@pytest.mark.parametrize("part", [None, *PartOfDay])
def test_when_to_call_again(part: PartOfDay | None) -> None:
    wish = CallBackWish("내일 오전에요", 4, NOON, NOON + timedelta(hours=3), part)
    message = outcome_message(replace(NOTHING, call_back=wish)).call_back
    assert (message.quote, message.turn_number) == ("내일 오전에요", 4)
    moments = [message.not_before.ToDatetime(tzinfo=UTC), message.not_after.ToDatetime(tzinfo=UTC)]
    assert moments == [wish.not_before, wish.not_after]
    name = part.name if part else "UNSPECIFIED"
    assert outcome_pb2.CallBackWish.PartOfDay.Name(message.part_of_day) == f"PART_OF_DAY_{name}"
    vague = outcome_message(replace(NOTHING, call_back=CallBackWish("나중에요", 4))).call_back
    assert [vague.HasField("not_before"), vague.HasField("not_after")] == [False, False]
    assert not outcome_message(NOTHING).HasField("call_back")


def test_new_problems() -> None:
    problem = Problem(ResponseType.DESIRE, (2, 5), "무릎이 아파요")
    full = NewProblem(problem, "지난달부터요", 3, 0, 4, grave=True, turn_numbers=(8, 10))
    message, bare = outcome_message(replace(NOTHING, new_problems=(full, NewProblem(problem)))).new_problems
    assert (message.content, [code.desire for code in message.codes]) == ("무릎이 아파요", [2, 5])
    assert (message.since_and_why, message.urgency, message.daily_life, message.help) == ("지난달부터요", 3, 0, 4)
    assert (message.HasField("daily_life"), message.grave, [*message.turn_numbers]) == (True, True, [8, 10])
    assert [bare.HasField(name) for name in ("urgency", "daily_life", "help")] == [False] * 3


@pytest.mark.parametrize("consent", RecordingConsent)
def test_consent_and_identity(consent: RecordingConsent) -> None:
    message = outcome_message(replace(NOTHING, recording_consent=consent, identified=True))
    name = "UNSPECIFIED" if consent is RecordingConsent.UNKNOWN else consent.name
    assert outcome_pb2.RecordingConsent.Name(message.recording_consent) == f"RECORDING_CONSENT_{name}"
    assert message.identified


def test_a_summary_and_what_its_claims_rest_on() -> None:
    claims = (Claim("식사를 거른다고 함", (4, 6)), Claim("전화를 끝까지 받음"))
    message = summary_message(Summary("요약", Source.LANGUAGE_MODEL, claims), NOTHING)
    assert (message.summary, message.source) == ("요약", transcript_pb2.Turn.SOURCE_LANGUAGE_MODEL)
    assert [(claim.text, (*claim.turn_numbers,)) for claim in message.claims] == [
        ("식사를 거른다고 함", (4, 6)),
        ("전화를 끝까지 받음", ()),
    ]
    assert message.outcome.result == outcome_pb2.Outcome.RESULT_FINE


@pytest.mark.parametrize("result", Result)
@pytest.mark.parametrize("exception", ExceptionCode)
def test_every_result_and_exception(result: Result, exception: ExceptionCode) -> None:
    message = outcome_message(Outcome(result, exception, NeedHuman.NO, (), (), (), ()))
    assert outcome_pb2.Outcome.Result.Name(message.result) == f"RESULT_{result.name}"
    assert message.exception == exception


def test_no_time_zone_is_lost() -> None:
    seoul = datetime.fromisoformat("2026-11-22T14:00:00+09:00")
    assert consultation_message(consultation(created_at=seoul)).create_time.ToDatetime(tzinfo=UTC) == NOON
