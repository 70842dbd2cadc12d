"""What the telephone network reports of a call: in any order, any number of times."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.call.call_status import LAST_WORDS
from orchestrator.dialogue.call.exchange_record import QUIET
from orchestrator.dialogue.ports.telephone import CallStatus
from orchestrator.domain.codes import DialFailure, ExceptionCode, NeedHuman, Result
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.errors import ConsultationNotFound, TelephoneUnavailable, UnknownCall
from orchestrator.domain.event import StateChanged
from orchestrator.domain.machine import MachineSign
from orchestrator.domain.turn import HangUp, Reply
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief, talking
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
    await scene.work(LAST_WORDS.total_seconds() - 1)
    assert (await scene.record()).state is State.SUMMARISING
    await scene.work(1)
    assert (await scene.record()).state is State.FAILED


# Who answered.


NOTICE = "지금은 전화를 받을 수 없습니다. 삐 소리 후 메시지를 남겨 주세요."


async def is_machine(scene: Scene) -> bool:
    return await scene.reports.answered_by(scene.id, scene.call_sid, machine=True)


@pytest.mark.parametrize("turns", [(), (None,), (None, None), ("",)])
@virtual_time
async def test_a_machine_that_gives_itself_away_is_hung_up_on(turns: tuple[str | None, ...]) -> None:
    scene = await talking(NOTICE)
    for words in turns:
        await (scene.silence() if words is None else scene.say(words))
    assert not scene.over
    assert await is_machine(scene)
    assert scene.telephone.hung_up == [scene.call_sid]
    assert (await scene.record()).state is State.IN_PROGRESS
    await scene.status(CallStatus.COMPLETED)
    outcome = await scene.finish()
    assert (outcome.exception, outcome.result) == (ExceptionCode.NOT_ANSWERED, Result.NOT_POSSIBLE)
    assert (await scene.record()).dial_failure is DialFailure.NONE


@virtual_time
async def test_a_machine_for_the_network_is_one_once_it_says_so_itself() -> None:
    scene = await talking()
    assert not await is_machine(scene)
    assert not scene.telephone.hung_up
    await scene.say(NOTICE)
    assert scene.over
    assert (await scene.finish()).exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_a_person_whom_the_network_takes_for_a_machine_has_the_whole_consultation() -> None:
    scene = Scene()
    await scene.start(plain_brief())
    assert not await is_machine(scene)
    await scene.answer()
    await scene.silence()
    assert not await is_machine(scene)
    for text in WORDS:
        await scene.say(text)
    assert not await is_machine(scene)
    outcome = await scene.finish()
    assert (outcome.exception, scene.telephone.hung_up) == (ExceptionCode.NONE, [])


@virtual_time
async def test_a_person_whose_television_speaks_is_no_machine() -> None:
    scene = await talking()
    assert not await is_machine(scene)
    for words in ("다음 소식입니다. 오늘 코스피는 하락 마감했습니다", "", "시청해 주셔서 감사합니다"):
        await scene.say(words)
    assert not scene.over
    await scene.say("네")
    assert (await scene.record()).progress.machine_signs == ()
    await scene.say(NOTICE)  # of the television
    assert not scene.over


@virtual_time
async def test_who_answers_while_the_network_takes_them_for_a_machine_is_none() -> None:
    scene = await talking()
    scene.hears.delay = 1.0
    words = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(0.5)
    assert not await is_machine(scene)
    assert (await words).prompts
    assert (await scene.record()).progress.machine_signs == ()


@virtual_time
async def test_a_notice_that_is_understood_while_the_network_finds_a_machine() -> None:
    scene = await talking()
    scene.hears.delay = 1.0
    words = asyncio.create_task(scene.take(scene.recording(NOTICE)))
    await asyncio.sleep(0.5)
    assert not await is_machine(scene)
    assert await words == Reply((), HangUp())
    assert (await scene.record()).progress.exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_who_never_says_a_word_and_seems_a_machine_was_not_reached() -> None:
    scene = await talking()
    await is_machine(scene)
    for _ in range(3):
        await scene.silence()
    assert scene.over
    assert scene.asked  # a goodbye all the same: it may be a person
    assert (await scene.finish()).exception is ExceptionCode.NOT_ANSWERED


@pytest.mark.parametrize(
    "words", [("네",), ("네", "네"), ("사람이에요 기계예요?",), ("숨을 못 쉬겠어요",), ("끊을게요",)]
)
@virtual_time
async def test_who_has_been_understood_is_no_machine(words: tuple[str, ...]) -> None:
    scene = await talking(*words[:-1])
    await scene.take(scene.recording(words[-1]))
    before = await scene.record()
    assert not await is_machine(scene)
    assert await scene.record() == before
    assert scene.telephone.hung_up == []


@virtual_time
async def test_people_and_the_unknown_change_nothing() -> None:
    scene = await talking()
    before = await scene.record()
    assert not await scene.reports.answered_by(scene.id, scene.call_sid, machine=False)
    assert await scene.record() == before
    assert scene.telephone.hung_up == []


@virtual_time
async def test_a_machine_that_is_reported_before_the_call_is_asked_for() -> None:
    scene = Scene()
    await scene.start()
    assert not await is_machine(scene)
    assert (await scene.answer()).prompts
    await scene.say(NOTICE)
    assert scene.over
    assert (await scene.finish()).exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_a_machine_reported_while_the_greeting_is_made() -> None:
    scene = Scene()
    await scene.start()
    scene.speaks.delay = 1.0
    greeting = asyncio.create_task(scene.answer())
    await asyncio.sleep(0.5)
    assert not await is_machine(scene)
    assert (await greeting).prompts
    assert (await scene.record()).progress.machine_signs == (MachineSign.NETWORK,)


@virtual_time
async def test_a_machine_reported_twice_is_written_once() -> None:
    scene = await talking(NOTICE)
    assert all(await asyncio.gather(*(is_machine(scene) for _ in range(3))))
    known = await scene.record()
    assert await is_machine(scene)
    assert await scene.record() == known
    await scene.status(CallStatus.COMPLETED)
    await scene.finish()
    final = await scene.record()
    hung_up = len(scene.telephone.hung_up)
    assert not await is_machine(scene)
    assert await scene.record() == final
    assert len(scene.telephone.hung_up) == hung_up


@virtual_time
async def test_the_words_of_a_machine_come_too_late_to_count() -> None:
    scene = await talking(NOTICE)
    scene.hears.delay = 1.0
    words = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(0.5)
    await is_machine(scene)
    assert await words == Reply((), HangUp())
    assert await scene.take(scene.recording("네"), turn=7) == Reply((), HangUp())
    await scene.status(CallStatus.COMPLETED)
    assert (await scene.finish()).exception is ExceptionCode.NOT_ANSWERED
    assert (await scene.transcript())[-1] == ("callee", "네")


@virtual_time
async def test_a_machine_whose_end_nobody_reports_is_looked_up() -> None:
    scene = await talking(NOTICE)
    await is_machine(scene)
    await scene.work(QUIET.total_seconds())
    assert (await scene.finish()).exception is ExceptionCode.NOT_ANSWERED


@virtual_time
async def test_a_hang_up_that_failed_is_tried_again_by_the_same_report() -> None:
    scene = await talking(NOTICE)
    scene.telephone.error = TelephoneUnavailable()
    with pytest.raises(TelephoneUnavailable):
        await is_machine(scene)
    scene.telephone.error = None
    assert await is_machine(scene)
    assert scene.telephone.hung_up == [scene.call_sid]


@virtual_time
async def test_machines_of_other_calls_are_refused() -> None:
    scene = await talking()
    scene.call_sid = OTHER_CALL
    for machine in (True, False):
        with pytest.raises(UnknownCall):
            await scene.reports.answered_by(scene.id, scene.call_sid, machine=machine)
    assert scene.telephone.hung_up == []


@virtual_time
async def test_many_reports_at_the_same_time() -> None:
    scene = Scene()
    await scene.start()
    await asyncio.gather(*(scene.status(status) for status in [*BEFORE_THE_END, CallStatus.BUSY] * 3))
    await scene.finish()
    assert await states(scene) == sorted(await states(scene), key=list(State).index)
    assert len(scene.receiver.delivered) == 1
