"""What comes of a call: outcome, summary, result."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.dialogue.ports.store import DueKind
from orchestrator.dialogue.summary.outcome_making import make_outcome
from orchestrator.domain.codes import (
    ExceptionCode,
    NeedHuman,
    ResponseCode,
    ResponseType,
    Result,
)
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import TelephoneUnavailable
from orchestrator.domain.outcome import Finding, FindingState, Outcome
from orchestrator.domain.problem import Problem
from orchestrator.domain.progress import Progress
from tests.fakes.consultations import brief
from tests.fakes.institution import short_institution
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief
from tests.virtual_time import virtual_time

ORDER = replace(brief(), plan=make_plan(brief(), short_institution()))
RENT, COMPANY = ORDER.problems
RISK, DESIRE = "known_vulnerabilities.risks[0]", "known_vulnerabilities.desires[0]"
NONE = Outcome(Result.FINE, ExceptionCode.NONE, NeedHuman.NO, (), (), (), ())


def finding(subject: str, state: FindingState = FindingState.ANSWERED, **fields: object) -> Finding:
    return replace(Finding(subject, "무엇", state, quote="말", turn_number=3, ask_count=1), **fields)


def over(*findings: Finding, **fields: object) -> Progress:
    return replace(Progress(position=99, findings=findings, over=True), **fields)


# The outcome.


@pytest.mark.parametrize(
    ("exception", "need_human", "result"),
    [
        (ExceptionCode.NONE, NeedHuman.NO, Result.FINE),
        (ExceptionCode.NONE, NeedHuman.REQUESTED, Result.IN_DEPTH_NEEDED),
        (ExceptionCode.NONE, NeedHuman.GRAVE, Result.IN_DEPTH_NEEDED),
        *((code, need, Result.NOT_POSSIBLE) for code in ExceptionCode if code for need in NeedHuman),
    ],
)
def test_the_result(exception: ExceptionCode, need_human: NeedHuman, result: Result) -> None:
    outcome = make_outcome(ORDER, over(exception=exception, need_human=need_human))
    assert (outcome.result, outcome.exception, outcome.need_human) == (result, exception, need_human)


def test_what_ended_before_the_goodbye_was_cut_off() -> None:
    assert make_outcome(ORDER, Progress()).exception is ExceptionCode.DISCONNECTED
    assert make_outcome(ORDER, Progress(exception=ExceptionCode.NOT_ANSWERED)).exception is ExceptionCode.NOT_ANSWERED


@pytest.mark.parametrize(
    ("solved", "state", "remains"),
    [
        (True, FindingState.ANSWERED, False),
        (False, FindingState.ANSWERED, True),
        (None, FindingState.UNCLEAR, True),
        (None, FindingState.REFUSED, True),
    ],
)
def test_known_problems_remain_unless_they_are_said_to_be_solved(
    solved: bool | None, state: FindingState, remains: bool
) -> None:
    outcome = make_outcome(ORDER, over(finding(RISK, state, solved=solved), finding(DESIRE, solved=True)))
    assert outcome.remaining == ((RENT,) if remains else ())
    assert outcome.solved == ((COMPANY,) if remains else (RENT, COMPANY))


def test_problems_that_were_not_reached_remain() -> None:
    outcome = make_outcome(ORDER, Progress(position=4, ask_count=2, findings=(finding(RISK, solved=True),)))
    assert (outcome.remaining, outcome.solved) == ((COMPANY,), (RENT,))
    not_reached = [(found.subject, found.ask_count) for found in outcome.findings[1:]]
    assert not_reached == [(DESIRE, 2), ("questions[0]", 0), ("questions[1]", 0)]
    assert {found.state for found in outcome.findings[1:]} == {FindingState.NOT_REACHED}


def test_two_equal_problems_are_told_apart() -> None:
    order = replace(brief(), problems=(RENT, RENT))
    order = replace(order, plan=make_plan(order, short_institution()))
    outcome = make_outcome(order, over(finding(RISK, solved=True)))
    assert (outcome.solved, outcome.remaining) == ((RENT,), (RENT,))


def test_answers_may_stand_for_new_problems() -> None:
    codes = (
        ResponseCode(ResponseType.RISK, 6),
        ResponseCode(ResponseType.DESIRE, 2),
        ResponseCode(ResponseType.RISK, 1),
        ResponseCode(ResponseType.EXCEPTION, 4),
        ResponseCode(ResponseType.IN_DEPTH, 1),
    )
    outcome = make_outcome(ORDER, over(finding("questions[0]", responses=codes)))
    assert outcome.found == (
        Problem(ResponseType.RISK, (6, 1), "무엇 - 말"),
        Problem(ResponseType.DESIRE, (2,), "무엇 - 말"),
    )
    assert outcome.remaining == (RENT, COMPANY, *outcome.found)


# Concluding.


async def talked() -> Scene:
    scene = Scene()
    await scene.ring(plain_brief(), "네", "네", "없어요")
    await scene.finish()
    return scene


@virtual_time
async def test_the_report_holds_all_that_the_result_is_made_of() -> None:
    scene = await talked()
    (report,) = scene.receiver.reports
    record = await scene.record()
    assert (report.outcome, report.summary, report.turns) == (record.outcome, record.summary.text, await scene.turns())
    assert report.brief.person == brief().person
    assert (report.consultation.answered_at, report.consultation.ended_at) == (record.answered_at, record.ended_at)


@virtual_time
async def test_concluding_twice_is_concluding_once() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네", "네", "없어요")
    await asyncio.gather(scene.conclusion.conclude(scene.id), scene.conclusion.conclude(scene.id))
    before = await scene.record()
    await scene.conclusion.conclude(scene.id)
    assert await scene.record() == before
    await scene.work()
    assert len(scene.receiver.delivered) == 1


@virtual_time
async def test_words_that_come_while_it_is_concluded_make_it_start_again() -> None:
    model = ScriptedLanguageModel("요약.", delay=5)
    scene = Scene(language_model=model)
    await scene.ring(None, "네", "네")
    await scene.hang_up()
    concluding = asyncio.create_task(scene.conclusion.conclude(scene.id))
    await asyncio.sleep(1)
    await scene.take(scene.recording("다 냈어요"))
    await concluding
    assert (await scene.record()).state is State.SUMMARISING
    assert len((await scene.finish()).solved) == 1
    assert len(scene.receiver.delivered) == 1


@virtual_time
async def test_a_call_that_lasts_is_not_concluded() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네")
    await scene.conclusion.conclude(scene.id)
    assert (await scene.record()).state is State.IN_PROGRESS


# Recordings.


@virtual_time
async def test_recordings_are_erased_when_they_are_written_down() -> None:
    scene = await talked()
    assert scene.telephone.erased == [scene.call_sid]
    await scene.work(86_400)
    assert scene.telephone.erased == [scene.call_sid]


@virtual_time
async def test_erasing_is_tried_until_it_works() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네", "네", "없어요")
    scene.telephone.error = TelephoneUnavailable()
    with pytest.raises(TelephoneUnavailable):
        await scene.work()
    scene.telephone.error = None
    await scene.work(60)
    assert scene.telephone.erased == [scene.call_sid]
    assert DueKind.ERASE not in [due.kind for due in await scene.due()]


@virtual_time
async def test_a_call_that_was_never_made_has_no_recordings() -> None:
    scene = Scene()
    await scene.order()
    scene.telephone.dial_errors = [TelephoneUnavailable(happened=None)]
    await scene.work()
    await scene.work(60)
    assert (await scene.outcome()).exception is ExceptionCode.NOT_ANSWERED
    assert scene.telephone.erased == []
