"""Which expected answer an answer means, and what is said in passing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.matching import Matching, OtherStep
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.domain.errors import EncoderUnavailable
from orchestrator.domain.outcome import Finding, FindingState
from orchestrator.domain.plan import Plan, Step, StepKind
from orchestrator.domain.question import ExpectedAnswer
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder
from tests.virtual_time import run

WORDS_ALONE = Matching(None)


def asked(place: int, text: str, *expected: str, kind: StepKind = StepKind.QUESTION) -> Step:
    return Step(kind, f"questions[{place}]", text, (text,), tuple(map(ExpectedAnswer, expected)))


MEALS = asked(0, "요즘 식사는 잘 하세요?", "네, 잘 먹어요", "가끔 거릅니다", "거의 못 먹어요")
SLEEP = asked(1, "잠은 잘 주무세요?", "잘 잔다", "자주 깬다", "거의 못 잔다")
BILLS = asked(2, "공과금은 밀리지 않고 내고 계세요?", "네, 다 냈어요", "아니요, 밀렸어요")
ALONE = asked(3, "누구와 함께 살고 계세요?", "혼자 산다", "배우자와 산다", "자녀와 산다")
FALLS = asked(4, "지난 한 달 동안 넘어지신 적이 있으세요?", "없다", "한 번 있다", "두 번 이상 있다")
RENT = asked(5, "월세는 얼마 내세요?", "20만 원 아래", "20만 원에서 40만 원 사이", "40만 원 넘음")
MEDICINE = asked(7, "드시는 약은 빠뜨리지 않고 드세요?", "네, 잘 챙겨 먹어요", "자주 잊어버려요", "먹는 약이 없어요")
CONTACTS = asked(
    8,
    "일주일에 몇 번쯤 다른 사람을 만나거나 전화하세요?",
    "거의 매일 만나요",
    "가끔 전화만 해요",
    "만나는 사람이 아무도 없어요",
)
URGENCY = asked(
    9,
    "얼마나 급한 일인가요?",
    "네, 지금 당장 도와주세요. 아주 급해요",
    "조금 지켜봐도 돼요. 걱정은 돼요",
    "아니요, 급하지 않아요",
)
OUTINGS = asked(6, "외출은 얼마나 자주 하세요?", "매일", "일주일에 두세 번", "일주일에 한 번", "거의 안 한다")
STEPS = (MEALS, SLEEP, BILLS, ALONE, FALLS, RENT, OUTINGS)


@pytest.mark.parametrize(
    ("step", "text", "expected"),
    [
        (MEALS, "네 잘 먹고 있어요", 0),
        (MEALS, "가끔 거를 때가 있어요", 1),
        (MEALS, "거의 못 먹어요 입맛이 없어서", 2),
        (SLEEP, "누우면 바로 푹 자요", 0),
        (SLEEP, "한숨도 못 자고 날을 새요", 2),
        (BILLS, "아니요 석 달 밀렸어요", 1),
        (BILLS, "꼬박꼬박 다 냈어요", 0),
        (ALONE, "나 혼자 살아요", 0),
        (MEDICINE, "응", 0),
        (CONTACTS, "매일", 0),
        (CONTACTS, "거의 매일 만나요. 죽고 싶은 생각은 없어요", 0),
        (URGENCY, "급해요", 0),
        (URGENCY, "급하지 않죠", 2),
        (URGENCY, "안 급해요", 2),
        (ALONE, "영감하고 둘이 살지", 1),
        (ALONE, "큰아들네랑 같이 살아요", 2),
        (FALLS, "그런 적 없어요", 0),
        (FALLS, "세 번이나 넘어졌어요", 2),
        (RENT, "십오만 원이요", 0),
        (RENT, "다달이 삼십만 원씩 줘요", 1),
        (RENT, "오십만 원 내요", 2),
        (OUTINGS, "날마다 나가지", 0),
        (OUTINGS, "월수금으로 나가요", 1),
        (OUTINGS, "일요일에만 나가니까 한 번이요", 2),
    ],
)
async def test_an_answer_in_other_words_is_matched(step: Step, text: str, expected: int) -> None:
    match = await WORDS_ALONE.match(text, step.text, step.expected_answers)
    assert match is not None
    assert match.index == expected
    assert 0 < match.score <= 1


@pytest.mark.parametrize("text", ["", " ...", "우리 손주가 이번에 학교에 들어갔어요", "그건 왜 물어보세요"])
async def test_what_means_none_of_them_matches_none(text: str) -> None:
    assert await WORDS_ALONE.match(text, OUTINGS.text, OUTINGS.expected_answers) is None


async def test_nothing_expected_matches_nothing() -> None:
    assert await WORDS_ALONE.match("네", "어떠세요?", ()) is None


async def test_what_is_taken_back_does_not_count() -> None:
    match = await WORDS_ALONE.match("매일 나가기는 무슨 집에만 있지", OUTINGS.text, OUTINGS.expected_answers)
    assert match is None or match.index == 3


async def test_an_encoder_that_does_not_answer_changes_nothing_but_the_layer() -> None:
    encoder = ScriptedSentenceEncoder()
    encoder.error = EncoderUnavailable()
    answered = await Matching(Sentences(encoder)).match("나 혼자 살아요", ALONE.text, ALONE.expected_answers)
    assert answered == await WORDS_ALONE.match("나 혼자 살아요", ALONE.text, ALONE.expected_answers)


async def test_what_is_prepared_is_not_encoded_in_the_call() -> None:
    encoder = ScriptedSentenceEncoder()
    matching = Matching(Sentences(encoder))
    await matching.prepare(Plan(steps=STEPS))
    encoder.encoded.clear()
    await matching.match("나 혼자 살아요", ALONE.text, ALONE.expected_answers)
    assert encoder.encoded == ["나 혼자 살아요", f"{ALONE.text} 나 혼자 살아요"]


# What is said in passing.


def others(*open_and_known: Step, findings: dict[str, Finding] | None = None) -> list[OtherStep]:
    known = findings or {}
    return [OtherStep(step, known.get(step.subject)) for step in STEPS if step not in open_and_known]


@pytest.mark.parametrize(
    ("open_step", "text", "subject", "quote", "expected"),
    [
        (MEALS, "밥은 잘 먹는데 잠을 통 못 자요", SLEEP, "잠을 통 못 자요", 2),
        (SLEEP, "잠은 잘 자는데 밖에는 거의 안 나가요", OUTINGS, "밖에는 거의 안 나가요", 3),
        (SLEEP, "잘 자요. 공과금은 밀려서 못 내고 있어요", BILLS, "공과금은 밀려서 못 내고 있어요", 1),
    ],
)
async def test_two_answers_in_one_breath(open_step: Step, text: str, subject: Step, quote: str, expected: int) -> None:
    (aside,) = await WORDS_ALONE.asides(text, open_step, others(open_step))
    assert (aside.subject, aside.quote, aside.expected_answer) == (subject.subject, quote, expected)
    assert aside.confidence >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        "네 잘 먹어요",
        "밥은 잘 먹는데 잠은 왜 물어요?",
        "밥은 먹는데 우리 손주가 왔어요",
        "밥은 먹는데 월세 얘기는 나중에 하고 싶어요",
    ],
)
async def test_what_answers_nothing_else_is_no_aside(text: str) -> None:
    assert await WORDS_ALONE.asides(text, MEALS, others(MEALS)) == ()


def answered(step: Step, expected: int, state: FindingState = FindingState.ANSWERED) -> dict[str, Finding]:
    return {step.subject: Finding(step.subject, step.text, state, "잘 자요", 3, 0.9, expected)}


async def test_what_was_answered_is_changed_only_by_a_correction() -> None:
    known = others(MEALS, findings=answered(SLEEP, 0))
    assert await WORDS_ALONE.asides("밥은 먹는데 잠을 통 못 자요", MEALS, known) == ()
    (aside,) = await WORDS_ALONE.asides("아니 아까 잘못 말했는데 사실은 잠을 통 못 자요", MEALS, known)
    assert (aside.subject, aside.expected_answer) == (SLEEP.subject, 2)


async def test_a_correction_to_the_same_is_none() -> None:
    known = others(MEALS, findings=answered(SLEEP, 2))
    assert await WORDS_ALONE.asides("사실은 잠을 통 못 자요", MEALS, known) == ()


async def test_what_was_unclear_may_still_be_answered() -> None:
    known = others(MEALS, findings=answered(SLEEP, 0, FindingState.UNCLEAR))
    (aside,) = await WORDS_ALONE.asides("밥은 먹는데 잠을 통 못 자요", MEALS, known)
    assert aside.subject == SLEEP.subject


async def test_only_questions_are_answered_in_passing() -> None:
    problem = asked(9, "잠을 못 주무신다", "그렇다", kind=StepKind.PROBLEM)
    assert await WORDS_ALONE.asides("밥은 먹는데 잠을 통 못 자요", MEALS, [OtherStep(problem, None)]) == ()


parts = st.sampled_from(
    [
        "밥은 잘 먹는데",
        "잠을 통 못 자요",
        "사실은",
        "공과금은 밀렸어요",
        "혼자 살아요",
        "그리고",
        "아까",
        "두 번 넘어졌어요",
        "네",
        "월세는 이십만 원이요",
        "?",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(parts, max_size=6), st.sampled_from(STEPS), st.sets(st.sampled_from(STEPS)))
def test_asides_are_quotes_about_other_questions(said: list[str], open_step: Step, known: set[Step]) -> None:
    text = " ".join(said)
    findings = {step.subject: answered(step, 0)[step.subject] for step in known}
    found = run(WORDS_ALONE.asides(text, open_step, others(findings=findings)))
    subjects = [aside.subject for aside in found]
    assert open_step.subject not in subjects
    assert len(set(subjects)) == len(subjects)
    for aside in found:
        step = next(step for step in STEPS if step.subject == aside.subject)
        assert aside.quote in text
        assert aside.expected_answer is not None
        assert 0 <= aside.expected_answer < len(step.expected_answers)
        assert 0.8 <= aside.confidence <= 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.text(max_size=20), st.lists(st.text(max_size=15), max_size=4))
def test_whatever_is_said_the_match_is_one_of_the_expected(text: str, question: str, expected: list[str]) -> None:
    match = run(WORDS_ALONE.match(text, question, tuple(map(ExpectedAnswer, expected))))
    assert match is None or (0 <= match.index < len(expected) and 0 <= match.score <= 1)


@pytest.mark.parametrize("text", ["많이 급하죠", "급하지요", "급해요", "급합니다"])
def test_what_is_affirmed_is_not_what_an_expected_answer_denies(text: str) -> None:
    match = run(WORDS_ALONE.match(text, URGENCY.text, URGENCY.expected_answers))
    assert match is None or match.index == 0


def test_one_word_chooses_the_only_answer_that_begins_with_it() -> None:
    named = run(WORDS_ALONE.match("응", MEDICINE.text, MEDICINE.expected_answers))
    assert named is not None
    assert (named.index, named.score >= 0.8) == (0, True)


async def test_a_correction_is_about_what_was_named_before_it() -> None:
    known = others(BILLS, findings=answered(SLEEP, 0))
    text = "다 냈어요. 아까 잠은 잘 잔다고 했는데 사실은 통 못 자요"
    (aside,) = await WORDS_ALONE.asides(text, BILLS, known)
    assert (aside.subject, aside.quote, aside.expected_answer) == (SLEEP.subject, "사실은 통 못 자요", 2)


@pytest.mark.parametrize(("text", "elsewhere"), [("잠은 잘 잔다니까요", True), ("공과금은 다 냈어요", False)])
async def test_the_answer_to_another_question_is_none_to_this_one(text: str, elsewhere: bool) -> None:
    assert await WORDS_ALONE.fits_elsewhere(text, BILLS, others(BILLS), above=0.6) is elsewhere
