"""The course of the interview, played through the whole dialogue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.dialogue.interview import MOST_DIGRESSIONS, MOST_MISUNDERSTANDINGS
from orchestrator.dialogue.plan_making import make_plan
from orchestrator.dialogue.wording import Wording
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode, NeedHuman, ResponseCode, ResponseType, Result
from orchestrator.domain.outcome import FindingState
from orchestrator.domain.plan import StepKind
from orchestrator.domain.question import ExpectedAnswer, Question
from tests.fakes.consultations import brief
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief
from tests.virtual_time import virtual_time

WORDING = Wording()
RISK, DESIRE = "known_vulnerabilities.risks[0]", "known_vulnerabilities.desires[0]"


async def subjects(scene: Scene) -> list[str]:
    return [turn.subject for turn in await scene.turns() if turn.speaker == "agent"]


async def at(kind: StepKind, order: Brief | None = None) -> Scene:
    """A call in which a step of a kind was just opened."""
    words = {
        StepKind.GOOD_TIME: (),
        StepKind.IDENTITY: ("네",),
        StepKind.PROBLEM: ("네", "네"),
        StepKind.HUMAN_WANTED: ("네", "네", "네", "네"),
        StepKind.QUESTION: ("네", "네", "아니요", "아니요"),
        StepKind.ANYTHING_ELSE: ("네", "네", "아니요", "아니요", "잘 먹어요", "따뜻해요"),
    }[kind]
    scene = Scene()
    await scene.ring(order or brief(), *words)
    return scene


# The course.


@virtual_time
async def test_everything_is_asked_in_order() -> None:
    scene = Scene()
    await scene.ring(
        None, "네", "네 맞아요", "네 아직도 그래요", "이제 괜찮아요", "괜찮아요", "잘 못 먹어요", "따뜻해요", "없어요"
    )
    assert await subjects(scene) == [
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
    assert "questions[0]" in await subjects(scene)
    assert "human_wanted" not in await subjects(scene)


@virtual_time
async def test_without_problems_and_questions_little_is_asked() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네", "네", "없어요")
    assert await subjects(scene) == ["greeting", "good_time", "identity", "anything_else[0]", "goodbye"]


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


@pytest.mark.parametrize("text", ["없어요", "끊을게요", "말하기 싫어요", "아니요 괜찮습니다", "모르겠어요"])
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


# Who does not want, or is somebody else.


@pytest.mark.parametrize(
    ("kind", "text", "exception", "goodbye"),
    [
        (StepKind.GOOD_TIME, "아니요 바빠요", ExceptionCode.REFUSED, WORDING.goodbye_refused),
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
    "text", ["누구세요", "뭐라고요", "상담원 바꿔 주세요", "그건 비밀이에요", "아이고", "돼지고기"]
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
    assert "questions[0]" in await subjects(scene)
    assert "human_wanted" not in await subjects(scene)


# Who is silent, or not understood.


@pytest.mark.parametrize("kind", [StepKind.GOOD_TIME, StepKind.IDENTITY, StepKind.PROBLEM, StepKind.QUESTION])
@virtual_time
async def test_three_silences_end_the_call(kind: StepKind) -> None:
    scene = await at(kind)
    asks = []
    while not scene.over:
        await scene.silence()
        asks.append(scene.asked)
    assert asks[0].startswith(WORDING.no_input[0])
    assert asks[1].startswith(WORDING.no_input[1])
    assert asks[2] == WORDING.goodbye_no_communication
    assert len(asks) == 3
    assert (await scene.finish()).exception is ExceptionCode.NO_COMMUNICATION


@virtual_time
async def test_who_falls_silent_after_the_last_question_has_answered_everything() -> None:
    scene = await at(StepKind.ANYTHING_ELSE)
    while not scene.over:
        await scene.silence()
    assert scene.asked == WORDING.goodbye
    assert (await scene.finish()).exception is ExceptionCode.NONE


@virtual_time
async def test_a_word_makes_silence_start_anew() -> None:
    scene = await at(StepKind.PROBLEM)
    for _ in range(2):
        await scene.silence()
        await scene.silence()
        await scene.say("네")
    assert not scene.over
    assert (await scene.record()).progress.silences == 0


@virtual_time
async def test_noise_climbs_the_ladder_then_the_step_is_given_up() -> None:
    scene = await at(StepKind.PROBLEM)
    step = next(step for step in make_plan(brief(), WORDING).steps if step.kind is StepKind.PROBLEM)
    await scene.say("")
    assert scene.asked == f"{WORDING.no_match[0]} {step.asks[1]}"
    await scene.say("")
    assert scene.asked == f"{WORDING.no_match[1]} {step.asks[2]}"
    await scene.say("")
    assert scene.asked.startswith(WORDING.go_on)
    finding = await scene.finding(RISK)
    assert (finding.state, finding.ask_count, finding.solved) == (FindingState.UNCLEAR, 3, None)


@virtual_time
async def test_noise_without_end_ends_the_call() -> None:
    scene = await at(StepKind.PROBLEM)
    count = 0
    while not scene.over:
        await scene.say("")
        count += 1
    assert count == MOST_MISUNDERSTANDINGS
    assert (await scene.finish()).exception is ExceptionCode.NO_COMMUNICATION


@virtual_time
async def test_a_name_that_is_never_confirmed_ends_the_call() -> None:
    scene = await at(StepKind.IDENTITY)
    for _ in range(3):
        await scene.say("돼지고기")
    assert scene.over
    assert (await scene.finish()).exception is ExceptionCode.NO_COMMUNICATION


@virtual_time
async def test_words_that_match_nothing_expected_are_asked_for_with_examples_then_kept() -> None:
    scene = await at(StepKind.QUESTION)
    await scene.say("강아지를 키워요")
    assert scene.asked.startswith(WORDING.no_match[0])
    await scene.say("강아지를 키워요")
    assert scene.asked.startswith(WORDING.no_match[1])
    assert "네, 잘 먹어요" in scene.asked
    await scene.say("강아지를 키워요")
    finding = await scene.finding("questions[0]")
    assert (finding.state, finding.quote) == (FindingState.UNCLEAR, "강아지를 키워요")
    assert not scene.over


@virtual_time
async def test_who_does_not_know_is_not_pressed() -> None:
    scene = await at(StepKind.QUESTION)
    await scene.say("잘 모르겠어요")
    assert (await scene.finding("questions[0]")).state is FindingState.UNCLEAR


# Who asks again and again.


@virtual_time
async def test_a_question_is_repeated_as_it_was_asked() -> None:
    scene = await at(StepKind.QUESTION)
    await scene.silence()
    await scene.say("다시 말씀해 주세요")
    assert scene.asked == f"{WORDING.repeat} 다시 여쭤볼게요. 요즘 식사는 잘 하고 계세요?"
    assert (await scene.record()).progress.ask_count == 2


@virtual_time
async def test_repeating_has_an_end() -> None:
    scene = await at(StepKind.QUESTION)
    for _ in range(MOST_DIGRESSIONS):
        await scene.say("뭐라고요")
        assert "식사" in scene.asked
    await scene.say("뭐라고요")
    assert "집은 따뜻하세요?" in scene.asked
    assert (await scene.finding("questions[0]")).state is FindingState.UNCLEAR


# Plans.


@pytest.mark.parametrize("text", ["{name} {} {0} %s", "\\n", "따옴표 ' \" 와 {중괄호}"])
def test_the_words_of_others_are_never_templates(text: str) -> None:
    order = replace(
        brief(),
        person=replace(brief().person, name=text),
        problems=(replace(brief().problems[0], content=text),),
        questions=(Question(text, (ExpectedAnswer(text), ExpectedAnswer(text))),),
    )
    for step in make_plan(order, WORDING).steps:
        if step.kind in {StepKind.IDENTITY, StepKind.PROBLEM, StepKind.QUESTION}:
            assert all(text in ask for ask in step.asks[:2])


def test_problems_are_named_as_in_the_order() -> None:
    risk, desire = brief().problems
    plan = make_plan(replace(brief(), problems=(risk, desire, risk, desire)), WORDING)
    assert [step.subject for step in plan.steps if step.kind is StepKind.PROBLEM] == [
        RISK,
        DESIRE,
        "known_vulnerabilities.risks[1]",
        "known_vulnerabilities.desires[1]",
    ]
