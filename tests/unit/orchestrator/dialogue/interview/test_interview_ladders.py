"""Callees who are silent, not understood, or ask again and again."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.interview.course import MOST_DIGRESSIONS
from orchestrator.dialogue.interview.plan_making import make_plan
from orchestrator.dialogue.interview.unanswered import MOST_MISUNDERSTANDINGS
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.outcome import FindingState
from orchestrator.domain.plan import StepKind
from tests.fakes.consultations import brief
from tests.fakes.institution import short_institution
from tests.unit.orchestrator.dialogue.scene import at
from tests.virtual_time import virtual_time

WORDING = short_institution().wording
RISK = "known_vulnerabilities.risks[0]"


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
    step = next(step for step in make_plan(brief(), short_institution()).steps if step.kind is StepKind.PROBLEM)
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
        await scene.say("콩나물국")
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
    assert scene.asked.startswith(WORDING.acknowledged[-1])
    assert not scene.over


@pytest.mark.parametrize(
    ("kind", "finding"),
    [(StepKind.IDENTITY, None), (StepKind.PROBLEM, FindingState.UNCLEAR), (StepKind.QUESTION, FindingState.UNCLEAR)],
)
@virtual_time
async def test_who_is_unsure_about_a_yes_or_no_is_asked_again(kind: StepKind, finding: FindingState | None) -> None:
    scene = await at(kind)
    subject = (await scene.turns())[-1].subject
    asks = 0
    while not scene.over and (await scene.turns())[-1].subject == subject:
        await scene.say("글쎄요")
        asks += 1
    assert asks == (1 if kind is StepKind.QUESTION else 3)
    assert getattr(await scene.finding(subject), "state", None) is finding
    assert scene.over == (kind is StepKind.IDENTITY)


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
    assert scene.asked == f"{WORDING.repeat} 다시 여쭤볼게요. 식사는 잘 하고 계세요?"
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


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("흑흑, 아이고", WORDING.comfort),
        ("그... 저기... 뭐냐", WORDING.no_hurry),
        ("우리 큰아들이 미국에 사는데 작년 가을에 왔다 갔어요", WORDING.heard),
        ("강아지를 키워요", WORDING.no_match[0]),
    ],
)
@virtual_time
async def test_what_answers_nothing_is_met_with_the_words_that_fit(said: str, words: str) -> None:
    scene = await at(StepKind.QUESTION)
    await scene.say(said)
    assert scene.asked == f"{words} 다시 여쭤볼게요. 식사는 잘 하고 계세요?"


@virtual_time
async def test_who_did_not_hear_it_twice_hears_it_shorter() -> None:
    scene = await at(StepKind.QUESTION)
    await scene.say("뭐라고요")
    assert scene.asked.startswith(WORDING.repeat)
    await scene.say("뭐라고요")
    assert scene.asked == f"{WORDING.repeat_shorter} 다시 여쭤볼게요. 식사는 잘 하고 계세요?"
    assert (await scene.record()).progress.ask_count == 1
