"""Callees who do not want, are somebody else, or want a human."""

from __future__ import annotations

import pytest

from orchestrator.domain.codes import ExceptionCode, NeedHuman, Result
from orchestrator.domain.outcome import FindingState
from orchestrator.domain.plan import StepKind
from tests.fakes.consultations import brief
from tests.fakes.institution import short_institution
from tests.unit.orchestrator.dialogue.scene import at
from tests.virtual_time import virtual_time

WORDING = short_institution().wording


# Who does not want, or is somebody else.


@pytest.mark.parametrize(
    ("kind", "text", "exception", "goodbye"),
    [
        (StepKind.GOOD_TIME, "끊을게요", ExceptionCode.REFUSED, WORDING.goodbye_refused),
        (StepKind.GOOD_TIME, "바빠요 내일 오후에 다시 거세요", ExceptionCode.REFUSED, WORDING.goodbye_call_back),
        (StepKind.GOOD_TIME, "그런 사람 없어요", ExceptionCode.WRONG_PERSON, WORDING.goodbye_wrong_person),
        (StepKind.IDENTITY, "아니요", ExceptionCode.WRONG_PERSON, WORDING.goodbye_wrong_person),
        (StepKind.IDENTITY, "저는 딸인데요", ExceptionCode.WRONG_PERSON, WORDING.goodbye_wrong_person),
        (StepKind.IDENTITY, "그건 말하기 싫어요", ExceptionCode.REFUSED, WORDING.goodbye_refused),
        (StepKind.PROBLEM, "전화하지 마세요", ExceptionCode.REFUSED, WORDING.goodbye_refused),
        (StepKind.QUESTION, "이제 그만합시다", ExceptionCode.REFUSED, WORDING.goodbye_refused),
    ],
)
@virtual_time
async def test_the_call_ends_politely(kind: StepKind, text: str, exception: ExceptionCode, goodbye: str) -> None:
    scene = await at(kind)
    await scene.say(text)
    assert (scene.over, scene.asked) == (True, goodbye)
    outcome = await scene.finish()
    assert (outcome.result, outcome.exception) == (Result.NOT_POSSIBLE, exception)


@pytest.mark.parametrize(
    "text", ["누구세요", "뭐라고요", "상담원 바꿔 주세요", "그건 비밀이에요", "아이고", "콩나물국"]
)
@virtual_time
async def test_nobody_unknown_is_told_what_is_known_of_the_person(text: str) -> None:
    scene = await at(StepKind.IDENTITY)
    while not scene.over:
        await scene.say(text)
    assert not any(problem.content in words for problem in brief().problems for words in scene.said)


@virtual_time
async def test_a_question_may_be_refused() -> None:
    scene = await at(StepKind.QUESTION)
    await scene.say("그건 말하기 싫어요")
    assert scene.asked.startswith(WORDING.refused_question)
    assert (await scene.finding("questions[0]")).state is FindingState.REFUSED
    assert "집은 따뜻하세요?" in scene.asked


# Who wants a human.


@pytest.mark.parametrize("kind", [StepKind.GOOD_TIME, StepKind.IDENTITY, StepKind.PROBLEM, StepKind.QUESTION])
@virtual_time
async def test_a_human_is_promised_and_the_interview_goes_on(kind: StepKind) -> None:
    scene = await at(kind)
    open_question = scene.asked
    await scene.say("상담원하고 얘기하고 싶어요")
    assert scene.asked.startswith(WORDING.human_noted)
    assert open_question.split(". ")[-1] in scene.asked
    assert (await scene.record()).progress.need_human is NeedHuman.REQUESTED


@pytest.mark.parametrize("kind", [StepKind.HUMAN_WANTED, StepKind.ANYTHING_ELSE])
@virtual_time
async def test_asking_for_a_human_when_it_fits_is_noted_and_not_asked_again(kind: StepKind) -> None:
    scene = await at(kind)
    await scene.say("상담원하고 얘기하고 싶어요")
    assert scene.asked.startswith(WORDING.human_noted)
    assert (await scene.record()).progress.need_human is NeedHuman.REQUESTED
    assert (await scene.turns())[-1].subject == {
        StepKind.HUMAN_WANTED: "questions[0]",
        StepKind.ANYTHING_ELSE: "anything_else[1]",
    }[kind]


@pytest.mark.parametrize(("text", "need_human"), [("네", NeedHuman.REQUESTED), ("괜찮아요", NeedHuman.NO)])
@virtual_time
async def test_the_offer_of_a_human(text: str, need_human: NeedHuman) -> None:
    scene = await at(StepKind.HUMAN_WANTED)
    await scene.say(text)
    assert (await scene.record()).progress.need_human is need_human


@virtual_time
async def test_who_asked_for_a_human_is_not_offered_one() -> None:
    scene = await at(StepKind.PROBLEM)
    await scene.say("상담원하고 얘기하고 싶어요")
    await scene.say("네")
    await scene.say("네")
    assert "questions[0]" in await scene.asked_about()
    assert "human_wanted" not in await scene.asked_about()
