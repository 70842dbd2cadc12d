"""The course of the interview, played through the whole dialogue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseCode, ResponseType, Result
from orchestrator.domain.outcome import FindingState
from orchestrator.domain.plan import StepKind
from orchestrator.domain.question import ExpectedAnswer, Question
from tests.fakes.consultations import brief
from tests.fakes.institution import short_institution
from tests.unit.orchestrator.dialogue.scene import Scene, at, plain_brief
from tests.virtual_time import virtual_time

WORDING = short_institution().wording
RISK, DESIRE = "known_vulnerabilities.risks[0]", "known_vulnerabilities.desires[0]"


# The course.


@virtual_time
async def test_everything_is_asked_in_order() -> None:
    scene = Scene()
    await scene.ring(
        None, "네", "네 맞아요", "네 아직도 그래요", "이제 괜찮아요", "괜찮아요", "잘 못 먹어요", "따뜻해요", "없어요"
    )
    assert await scene.asked_about() == [
        "greeting",
        "good_time",
        "identity",
        RISK,
        DESIRE,
        "human_wanted",
        "questions[0]",
        "questions[1]",
        "anything_else[0]",
        "goodbye",
    ]
    assert "인공지능" in scene.said[0]
    assert "홍길동" in scene.said[2]
    assert (await scene.finish()).result is Result.FINE


@virtual_time
async def test_a_human_is_offered_only_for_a_problem_that_is_not_solved() -> None:
    scene = Scene()
    await scene.ring(None, "네", "네", "다 냈어요", "이제 괜찮아요")
    assert "questions[0]" in await scene.asked_about()
    assert "human_wanted" not in await scene.asked_about()


@virtual_time
async def test_without_problems_and_questions_little_is_asked() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네", "네", "없어요")
    assert await scene.asked_about() == ["greeting", "good_time", "identity", "anything_else[0]", "goodbye"]


@virtual_time
async def test_what_else_is_said_is_kept_and_more_is_asked_for_a_few_times() -> None:
    scene = await at(StepKind.ANYTHING_ELSE)
    for text in ("쌀이 떨어졌어요", "보일러가 고장났어요", "허리도 아파요"):
        await scene.say(text)
    assert scene.over
    said_more = [finding.quote for finding in (await scene.finish()).findings if "anything_else" in finding.subject]
    assert said_more == ["쌀이 떨어졌어요", "보일러가 고장났어요", "허리도 아파요"]


@virtual_time
async def test_a_bare_yes_to_anything_else_is_asked_what_it_is_and_nothing_more() -> None:
    scene = await at(StepKind.ANYTHING_ELSE)
    await scene.say("네 있어요")
    assert scene.asked == WORDING.tell_more
    await scene.say("쌀이 떨어졌어요")
    assert (await scene.finding("anything_else[0]")).quote == "쌀이 떨어졌어요"


@virtual_time
async def test_a_yes_after_a_question_of_ones_own_is_asked_what_it_is_and_politeness_has_an_end() -> None:
    scene = await at(StepKind.ANYTHING_ELSE)
    await scene.say("누구세요")
    await scene.say("네")
    assert scene.asked == WORDING.tell_more
    await scene.say("네")
    assert scene.asked == WORDING.goodbye


@pytest.mark.parametrize(
    "text", ["없어요", "끊을게요", "이제 그만합시다", "말하기 싫어요", "아니요 괜찮습니다", "모르겠어요"]
)
@virtual_time
async def test_the_end_is_reached_whichever_way_nothing_more_is_said(text: str) -> None:
    scene = await at(StepKind.ANYTHING_ELSE)
    await scene.say(text)
    assert scene.asked == WORDING.goodbye
    assert (await scene.finish()).exception is ExceptionCode.NONE


# What answers mean.


@virtual_time
async def test_findings_hold_quote_turn_and_meaning() -> None:
    scene = await at(StepKind.QUESTION)
    turn = scene.reply.next.turn_number
    await scene.say("아니요, 잘 못 먹어요")
    finding = await scene.finding("questions[0]")
    assert (finding.state, finding.quote, finding.turn_number) == (FindingState.ANSWERED, "아니요, 잘 못 먹어요", turn)
    assert (finding.expected_answer, finding.responses) == (1, (ResponseCode(ResponseType.RISK, 6),))
    assert finding.confidence == 1.0


MEANINGS = Question(
    "어떠세요?",
    (
        ExpectedAnswer("상담사가 필요해요", (ResponseCode(ResponseType.IN_DEPTH, 2),)),
        ExpectedAnswer("욕을 해요", (ResponseCode(ResponseType.EXCEPTION, 4),)),
        ExpectedAnswer("돈과 약이 없어요", (ResponseCode(ResponseType.RISK, 1), ResponseCode(ResponseType.DESIRE, 2))),
    ),
)


@virtual_time
async def test_an_answer_may_call_for_a_human() -> None:
    scene = Scene()
    await scene.ring(plain_brief(questions=(MEANINGS,)), "네", "네", "상담사가 필요해요", "없어요")
    outcome = await scene.finish()
    assert (outcome.result, outcome.need_human) == (Result.IN_DEPTH_NEEDED, NeedHuman.GRAVE)


@virtual_time
async def test_an_answer_may_end_the_call() -> None:
    scene = Scene()
    await scene.ring(plain_brief(questions=(MEANINGS, Question("또요?"))), "네", "네", "욕을 해요")
    assert scene.asked == WORDING.goodbye_improper
    outcome = await scene.finish()
    assert (outcome.result, outcome.exception) == (Result.NOT_POSSIBLE, ExceptionCode.IMPROPER_ANSWERS)
    assert [finding.state for finding in outcome.findings] == [FindingState.ANSWERED, FindingState.NOT_REACHED]


@virtual_time
async def test_an_answer_may_stand_for_problems_of_both_kinds() -> None:
    scene = Scene()
    await scene.ring(plain_brief(questions=(MEANINGS,)), "네", "네", "돈과 약이 없어요", "없어요")
    found = (await scene.finish()).found
    assert [(problem.type, problem.codes) for problem in found] == [
        (ResponseType.RISK, (1,)),
        (ResponseType.DESIRE, (2,)),
    ]


@virtual_time
async def test_keys_answer_too() -> None:
    scene = Scene()
    await scene.start()
    await scene.answer()
    for key in ("1", "1", "2", "1", "2", "2", "1", "2"):
        await scene.press(key)
    outcome = await scene.finish()
    assert [problem.content for problem in outcome.solved] == ["난방비가 밀려 있음"]
    assert [finding.expected_answer for finding in outcome.findings] == [None, None, 1, None]
    assert outcome.found[0].content == "요즘 식사는 잘 하고 계세요? - 2번: 아니요, 잘 못 먹어요"


# Plans.


@pytest.mark.parametrize("text", ["{name} {} {0} %s", "\\n", "따옴표 ' \" 와 {중괄호}"])
def test_the_words_of_others_are_never_templates(text: str) -> None:
    order = replace(
        brief(),
        person=replace(brief().person, name=text),
        problems=(replace(brief().problems[0], content=text),),
        questions=(Question(text, (ExpectedAnswer(text), ExpectedAnswer(text))),),
    )
    for step in make_plan(order, short_institution()).steps:
        if step.kind in {StepKind.IDENTITY, StepKind.PROBLEM, StepKind.QUESTION}:
            assert all(text in ask for ask in step.asks[:2])


def test_problems_are_named_as_in_the_order() -> None:
    risk, desire = brief().problems
    plan = make_plan(replace(brief(), problems=(risk, desire, risk, desire)), short_institution())
    assert [step.subject for step in plan.steps if step.kind is StepKind.PROBLEM] == [
        RISK,
        DESIRE,
        "known_vulnerabilities.risks[1]",
        "known_vulnerabilities.desires[1]",
    ]
