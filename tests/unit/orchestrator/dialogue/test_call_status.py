"""What the telephone network reports of a call: in any order, any number of times."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.call_status import LAST_WORDS
from orchestrator.dialogue.ports import CallStatus
from orchestrator.domain.codes import DialFailure, ExceptionCode, NeedHuman, Result
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.errors import ConsultationNotFound, UnknownCall
from orchestrator.domain.event import StateChanged
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief
from tests.virtual_time import run, virtual_time

OTHER_CALL = f"CA{'f' * 32}"
WORDS = ("네", "네", "없어요")
BEFORE_THE_END = (CallStatus.QUEUED, CallStatus.INITIATED, CallStatus.RINGING, CallStatus.IN_PROGRESS)


async def states(scene: Scene) -> list[State]:
    events = await scene.store.events(scene.id, "", wait=0)
    return [e.occurrence.consultation.state for e in events if isinstance(e.occurrence, StateChanged)]


def what_counts(record: Consultation) -> Consultation:
    """A record without what differs between two calls anyway."""
    return replace(record, consultation_id="", version=0)


@virtual_time
async def test_a_usual_call() -> None:
    scene = Scene()
    await scene.start(plain_brief())
    for status in BEFORE_THE_END:
        await scene.status(status)
    await scene.answer()
    for text in WORDS:
        await scene.say(text)
    await scene.finish()
    assert await states(scene) == [
        State.SCHEDULED,
        State.DIALLING,
        State.RINGING,
        State.IN_PROGRESS,
        State.SUMMARISING,
        State.COMPLETED,
    ]


async def converse(steps: list[CallStatus | None]) -> Consultation:
    """A whole conversation; `None` is the next webhook, everything else a report between them."""
    scene = Scene()
    await scene.start(plain_brief())
    webhooks = iter([scene.answer, *(lambda text=text: scene.take(scene.recording(text)) for text in WORDS)])
    for step in steps:
        if step is None:
            scene.reply = await next(webhooks)()
        else:
            await scene.status(step)
    await scene.finish()
    return what_counts(await scene.record())


reports = st.lists(st.sampled_from(BEFORE_THE_END), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(reports, min_size=5, max_size=5), reports)
def test_reports_in_any_order_and_number_lead_to_the_same_record(
    before_each: list[list[CallStatus]], after: list[CallStatus]
) -> None:
    webhooks = (None, None, None, None, CallStatus.COMPLETED)
    steps = [step for reports, webhook in zip(before_each, webhooks, strict=True) for step in (*reports, webhook)]
    assert run(converse([*steps, *after])) == run(converse([*BEFORE_THE_END, *webhooks]))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3), st.permutations([*BEFORE_THE_END, CallStatus.COMPLETED]))
def test_the_last_words_count_as_much_before_the_hang_up_as_after_it(words: int, late: list[CallStatus]) -> None:
    call: list[CallStatus | None] = [None] * words
    words_first = run(converse([*call, None, CallStatus.COMPLETED]))
    hang_up_first = run(converse([*call, CallStatus.COMPLETED, None, *late]))
    assert hang_up_first.outcome == words_first.outcome
    assert hang_up_first.summary == words_first.summary
    assert hang_up_first.state == words_first.state


@pytest.mark.parametrize(
    ("status", "fields", "failure"),
    [
        (CallStatus.BUSY, {}, DialFailure.BUSY),
        (CallStatus.NO_ANSWER, {}, DialFailure.NO_ANSWER),
        (CallStatus.CANCELED, {}, DialFailure.NO_ANSWER),
        (CallStatus.FAILED, {}, DialFailure.NETWORK),
        (CallStatus.FAILED, {"sip_response_code": 404}, DialFailure.INVALID_NUMBER),
        (CallStatus.FAILED, {"sip_response_code": 410}, DialFailure.INVALID_NUMBER),
        (CallStatus.FAILED, {"sip_response_code": 503}, DialFailure.NETWORK),
        (CallStatus.BUSY, {"sip_response_code": 486}, DialFailure.BUSY),
    ],
)
@virtual_time
async def test_nobody_was_reached(status: CallStatus, fields: dict[str, Any], failure: DialFailure) -> None:
    scene = Scene()
    await scene.start()
    await scene.status(CallStatus.RINGING)
    await scene.status(status, **fields)
    outcome = await scene.finish()
    assert (outcome.exception, outcome.result) == (ExceptionCode.NOT_ANSWERED, Result.NOT_POSSIBLE)
    record = await scene.record()
    assert (record.state, record.dial_failure, record.answered_at) == (State.FAILED, failure, None)


@virtual_time
async def test_a_line_that_was_cut_keeps_what_was_learned() -> None:
    scene = Scene()
    await scene.ring(None, "네", "네", "다 냈어요", "상담원 바꿔 주세요")
    await scene.hang_up()
    outcome = await scene.finish()
    assert (outcome.exception, outcome.need_human) == (ExceptionCode.DISCONNECTED, NeedHuman.REQUESTED)
    assert [problem.content for problem in outcome.solved] == ["난방비가 밀려 있음"]
    assert (await scene.record()).dial_failure is DialFailure.NONE


@virtual_time
async def test_who_hangs_up_during_the_goodbye_has_heard_enough() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네", "네")
    await scene.take(scene.recording("없어요"))
    await scene.hang_up()
    assert (await scene.finish()).exception is ExceptionCode.NONE


@virtual_time
async def test_who_refuses_and_hangs_up_has_refused() -> None:
    scene = Scene()
    await scene.ring(None, "네", "네")
    await scene.take(scene.recording("그만합시다"))
    await scene.hang_up()
    assert (await scene.finish()).exception is ExceptionCode.REFUSED


@virtual_time
async def test_a_call_that_was_answered_and_never_asked_for_is_cut() -> None:
    scene = Scene()
    await scene.start()
    await scene.hang_up()
    assert (await scene.finish()).exception is ExceptionCode.DISCONNECTED


@virtual_time
async def test_reports_that_say_nothing_new_write_nothing() -> None:
    scene = Scene()
    await scene.start()
    known = await scene.status(CallStatus.RINGING)
    for status in (CallStatus.RINGING, CallStatus.INITIATED, CallStatus.QUEUED):
        assert await scene.status(status) == known
    await scene.hang_up()
    await scene.finish()
    final = await scene.record()
    for status in CallStatus:
        assert await scene.status(status) == final


@virtual_time
async def test_the_first_report_tells_the_call() -> None:
    scene = Scene()
    await scene.order()
    scene.call_sid = OTHER_CALL
    assert (await scene.status(CallStatus.INITIATED)).call_sid == OTHER_CALL


@virtual_time
async def test_reports_of_other_calls_are_refused() -> None:
    scene = Scene()
    await scene.start()
    scene.call_sid = OTHER_CALL
    with pytest.raises(UnknownCall):
        await scene.status(CallStatus.COMPLETED)
    scene.id = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
    with pytest.raises(ConsultationNotFound):
        await scene.status(CallStatus.COMPLETED)


@virtual_time
async def test_times_are_those_of_the_network() -> None:
    scene = Scene()
    await scene.start()
    earlier = scene.clock.now() - timedelta(seconds=3)
    await scene.status(CallStatus.IN_PROGRESS, happened_at=earlier)
    assert (await scene.answer()).prompts
    record = await scene.status(CallStatus.COMPLETED, happened_at=earlier + timedelta(seconds=2))
    assert (record.answered_at, record.ended_at) == (earlier, earlier + timedelta(seconds=2))


@virtual_time
async def test_the_conclusion_is_due_after_the_last_words_may_have_come() -> None:
    scene = Scene()
    await scene.ring(None, "네")
    await scene.hang_up()
    assert scene.nudges > 0
    await scene.work(LAST_WORDS.total_seconds() - 1)
    assert (await scene.record()).state is State.SUMMARISING
    await scene.work(1)
    assert (await scene.record()).state is State.FAILED


@virtual_time
async def test_many_reports_at_the_same_time() -> None:
    scene = Scene()
    await scene.start()
    await asyncio.gather(*(scene.status(status) for status in [*BEFORE_THE_END, CallStatus.BUSY] * 3))
    await scene.finish()
    assert await states(scene) == sorted(await states(scene), key=list(State).index)
    assert len(scene.receiver.delivered) == 1
