"""What comes of a call: outcome, summary, result."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from orchestrator.dialogue.outcome_making import make_outcome
from orchestrator.dialogue.plan_making import make_plan
from orchestrator.dialogue.ports import DueKind
from orchestrator.dialogue.summarising import built_in_summary, with_labels
from orchestrator.dialogue.wording import Wording
from orchestrator.domain.codes import (
    EXCEPTION_LABELS,
    NEED_HUMAN_LABELS,
    ExceptionCode,
    NeedHuman,
    ResponseCode,
    ResponseType,
    Result,
)
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import LanguageModelUnavailable, TelephoneUnavailable
from orchestrator.domain.outcome import Finding, FindingState, Outcome
from orchestrator.domain.problem import Problem
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import Source
from tests.fakes.consultations import brief
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief
from tests.virtual_time import virtual_time

ORDER = replace(brief(), plan=make_plan(brief(), Wording()))
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
    outcome = make_outcome(ORDER, Progress(position=3, ask_count=2, findings=(finding(RISK, solved=True),)))
    assert (outcome.remaining, outcome.solved) == ((COMPANY,), (RENT,))
    not_reached = [(found.subject, found.ask_count) for found in outcome.findings[1:]]
    assert not_reached == [(DESIRE, 2), ("questions[0]", 0), ("questions[1]", 0)]
    assert {found.state for found in outcome.findings[1:]} == {FindingState.NOT_REACHED}


def test_two_equal_problems_are_told_apart() -> None:
    order = replace(brief(), problems=(RENT, RENT))
    order = replace(order, plan=make_plan(order, Wording()))
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


# The summary.


@pytest.mark.parametrize("exception", [code for code in ExceptionCode if code])
@pytest.mark.parametrize("need_human", NeedHuman)
def test_the_labels_that_the_backend_looks_for_are_there(exception: ExceptionCode, need_human: NeedHuman) -> None:
    outcome = replace(NONE, result=Result.NOT_POSSIBLE, exception=exception, need_human=need_human)
    for text in (built_in_summary(outcome), with_labels("모델이 쓴 요약.", outcome)):
        assert EXCEPTION_LABELS[exception] in text
        assert need_human is NeedHuman.NO or NEED_HUMAN_LABELS[need_human] in text
        assert with_labels(text, outcome) == text


def test_without_exception_and_need_there_are_no_labels() -> None:
    text = built_in_summary(NONE)
    assert not any(label in text for label in (*EXCEPTION_LABELS.values(), *NEED_HUMAN_LABELS.values()))


def test_the_built_in_summary_leaves_nothing_out() -> None:
    outcome = replace(
        NONE,
        findings=(
            finding(RISK, text="난방비", solved=False),
            finding("questions[0]", text="식사는요?", quote="굶어요"),
            finding("questions[1]", FindingState.REFUSED, text="가족은요?"),
            finding("questions[2]", FindingState.UNCLEAR, text="잠은요?"),
            finding("questions[3]", FindingState.NOT_REACHED, text="집은요?"),
            finding("anything_else[0]", text="", quote="쌀이 없어요"),
        ),
        solved=(COMPANY,),
        remaining=(RENT, Problem(ResponseType.RISK, (6,), "굶음")),
        found=(Problem(ResponseType.RISK, (6,), "굶음"),),
    )
    assert built_in_summary(outcome) == (
        "상담을 끝까지 마쳤습니다. '식사는요'에 \"굶어요\"라고 답했습니다. '가족은요'에는 답하고 싶어 하지 않았습니다. "
        "'잠은요'에 대한 답은 분명하지 않습니다. '그 밖의 말씀'에 \"쌀이 없어요\"라고 답했습니다. "
        "해결된 문제: 말벗이 필요함. 남은 문제: 난방비가 밀려 있음. 새로 알게 된 문제: 굶음. "
        "묻지 못한 항목이 1개 있습니다."
    )


async def talked(model: ScriptedLanguageModel | None) -> Scene:
    scene = Scene(language_model=model)
    await scene.ring(plain_brief(), "네", "네", "없어요")
    await scene.finish()
    return scene


@pytest.mark.parametrize(
    ("model", "source"),
    [
        (ScriptedLanguageModel("  홍길동 님은\n 잘 지내심. "), Source.LANGUAGE_MODEL),
        (ScriptedLanguageModel(LanguageModelUnavailable()), Source.BUILT_IN),
        (ScriptedLanguageModel("홍길동 님은 잘", breaks_after=1), Source.BUILT_IN),
        (ScriptedLanguageModel("늦은 요약", delay=100), Source.BUILT_IN),
        (ScriptedLanguageModel(" \n "), Source.BUILT_IN),
        (None, Source.BUILT_IN),
    ],
)
@virtual_time
async def test_who_writes_the_summary(model: ScriptedLanguageModel | None, source: Source) -> None:
    summary = (await (await talked(model)).record()).summary
    assert summary.source is source
    assert summary.text == (
        "홍길동 님은 잘 지내심." if source is Source.LANGUAGE_MODEL else "상담을 끝까지 마쳤습니다."
    )


@virtual_time
async def test_a_model_is_not_asked_about_a_call_in_which_nobody_spoke() -> None:
    model = ScriptedLanguageModel("지어낸 이야기")
    scene = Scene(language_model=model)
    await scene.ring(plain_brief())
    await scene.hang_up()
    await scene.finish()
    assert model.asked == []


@virtual_time
async def test_a_model_that_rambles_is_cut() -> None:
    summary = (await (await talked(ScriptedLanguageModel("가" * 9999))).record()).summary
    assert len(summary.text) <= 1500


# Concluding.


@virtual_time
async def test_the_report_holds_all_that_the_result_is_made_of() -> None:
    scene = await talked(None)
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
    scene = await talked(None)
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
    assert DueKind.ERASE not in [due.kind for due in await scene.claim()]


@virtual_time
async def test_a_call_that_was_never_made_has_no_recordings() -> None:
    scene = Scene()
    await scene.order()
    scene.telephone.dial_errors = [TelephoneUnavailable(happened=None)]
    await scene.work()
    await scene.work(60)
    assert (await scene.outcome()).exception is ExceptionCode.NOT_ANSWERED
    assert scene.telephone.erased == []
