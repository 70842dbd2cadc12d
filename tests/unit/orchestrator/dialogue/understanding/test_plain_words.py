"""Which answers hold no more than their yes or no."""

import pytest

from orchestrator.dialogue.understanding.plain_words import is_plain
from orchestrator.domain.plan import ExpectedAnswer, Step, StepKind

EATS = "요즘 식사는 잘 하고 계세요?"


def question(text: str = EATS, *answers: str, yes: int | None = None) -> Step:
    return Step(StepKind.QUESTION, "questions[0]", text, (text,), tuple(map(ExpectedAnswer, answers)), yes=yes)


@pytest.mark.parametrize("text", ["네", "네, 괜찮아요.", "네 네 그럼요", "예, 맞습니다", "응"])
def test_a_bare_yes_to_what_is_well_is_plain(text: str) -> None:
    assert is_plain(text, question())


@pytest.mark.parametrize("text", ["네, 죽고 싶어요", "네 근데 어지러워요", "아니요", "없어요", "밥은 먹어요", ""])
def test_whatever_says_more_is_not(text: str) -> None:
    assert not is_plain(text, question())


@pytest.mark.parametrize(
    "text",
    [
        "많이 어지러우세요?",
        "죽고 싶다는 생각이 드세요?",
        "혹시 넘어지신 적 있으세요?",
        "숨이 차세요?",
        "식사는 하루에 몇 번 하세요?",
    ],
)
def test_a_yes_to_what_would_be_trouble_or_asks_for_more_is_not(text: str) -> None:
    assert not is_plain("네", question(text))


def test_a_yes_that_stands_for_no_expected_answer_is_not() -> None:
    assert is_plain("네", question(EATS, "잘 한다", "못 한다", yes=0))
    assert not is_plain("네", question(EATS, "하루 세 번", "하루 한 번"))


@pytest.mark.parametrize("kind", [StepKind.CONSENT, StepKind.GOOD_TIME, StepKind.IDENTITY, StepKind.ANYTHING_ELSE])
@pytest.mark.parametrize("text", ["네", "아니요", "아니요, 없어요.", "괜찮습니다"])
def test_yes_and_no_about_the_call_itself_are_plain(kind: StepKind, text: str) -> None:
    assert is_plain(text, Step(kind, "step", "홍길동", ("더 하실 말씀 있으세요?",)))
    assert not is_plain(f"{text} 배가 고파요", Step(kind, "step", "홍길동", ("더 하실 말씀 있으세요?",)))


def test_what_became_of_a_problem_is_never_plain() -> None:
    assert not is_plain("네", Step(StepKind.PROBLEM, "problems[0]", "난방", ("난방은 괜찮으세요?",)))
