"""What everyday words stand for, how many is said, what is taken back, which side a sentence is on."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.asked import asked_in
from orchestrator.dialogue.understanding.clauses import clauses
from orchestrator.dialogue.understanding.quantities import amount, distance, span
from orchestrator.dialogue.understanding.retractions import without_retracted
from orchestrator.dialogue.understanding.senses import SCALES, place, senses
from orchestrator.dialogue.understanding.sides import side


@pytest.mark.parametrize(
    ("text", "family", "sense"),
    [
        ("작대기 하나 짚고 다녀", "aid", "stick"),
        ("노인정에서 놀아요", "place", "seniors"),
        ("날마다 나가요", "frequency", "always"),
        ("기분이 안 좋아요", "goodness", "bad"),
        ("이제 안 아파요", "goodness", "good"),
        ("불편한 데가 하나도 없어요", "goodness", "good"),
        ("쪼매 불편하지", "degree", "little"),
        ("영감하고 둘이", "person", "spouse"),
        ("잠을 통 못 자요", "topic", "sleep"),
    ],
)
def test_words_stand_for_something(text: str, family: str, sense: str) -> None:
    assert senses(text).get(family, frozenset()) == {sense}


def test_a_place_on_a_scale() -> None:
    assert place(senses("안 좋아요"), "goodness") == -1
    assert place(senses("조금 힘들어요"), "degree") == SCALES["degree"]["little"]
    assert place(senses("은행에 갔어요"), "frequency") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20만 원 아래", (-math.inf, 200_000)),
        ("20만 원에서 40만 원 사이", (200_000, 400_000)),
        ("40만 원 넘음", (400_000, math.inf)),
        ("서너 잔", (3, 4)),
        ("다섯 잔 이상", (5, math.inf)),
        ("하루 세 끼 잘 먹는다", (3, 3)),
        ("여섯 시에서 여덟 시", (6, 8)),
        ("없다", None),
    ],
)
def test_the_span_of_an_expected_answer(text: str, expected: tuple[float, float] | None) -> None:
    assert span(text) == expected


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("십오만 원씩 줘요", "월세는 얼마 내세요?", (150_000, 150_000)),
        ("두 번이요", "하루에 몇 번 드세요?", (2, 2)),
        ("하루에 두 번 먹어요", "식사를 하루에 몇 번 하세요?", (2, 2)),
        ("월요일 수요일 금요일에 와요", "일주일에 몇 번 오나요?", (3, 3)),
        ("월수금으로 가요", "얼마나 자주 가세요?", (3, 3)),
        ("화요일하고 금요일에 다녀요", "한 달에 병원은 몇 번 가세요?", (60 / 7, 60 / 7)),
        ("점심은 건너뛰고 아침하고 저녁만 먹어요", "하루에 몇 끼 드세요?", (2, 2)),
        ("마당에서 한 번 방에서 또 한 번 그랬지", "몇 번 넘어지셨어요?", (2, 2)),
        ("이번에 한 번", "몇 번이세요?", (1, 1)),
        ("네 잘 먹어요", "식사는 잘 하세요?", None),
    ],
)
def test_the_amount_that_is_said(text: str, question: str, expected: tuple[float, float] | None) -> None:
    assert amount(text, question) == (None if expected is None else pytest.approx(expected))


def test_amounts_lie_apart() -> None:
    assert distance((3, 3), (2, 4)) == 0
    assert 0 < distance((5, 5), (3, 4)) < distance((50, 50), (3, 4)) <= 1
    assert distance((50, 50), (400_000, math.inf)) == 0, "fifty, of money, is 500,000"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("춥기는 무슨 절절 끓어", "절절 끓어"),
        ("허리는 괜찮은데 무릎이 시큰거려", "무릎이 시큰거려"),
        ("경로당은 안 가고 시장에서 장사를 해", "시장에서 장사를 해"),
        ("매일 마시던 것을 딱 끊었지", "딱 끊었지"),
        ("잘 먹고 있어요", "잘 먹고 있어요"),
        ("무슨 일이에요", "무슨 일이에요"),
    ],
)
def test_what_is_taken_back_is_left_out(text: str, rest: str) -> None:
    assert without_retracted(text) == rest


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("네 밀렸어요", "공과금이 밀린 적 있으세요?", 1),
        ("아니요 다 냈어요", "공과금이 밀린 적 있으세요?", -1),
        ("없어요", "넘어지신 적 있으세요?", -1),
        ("그런 적 있어요", "넘어지신 적 있으세요?", 1),
        ("두 번 나갔어요", "몇 번 나가셨어요?", 0.8),
    ],
)
def test_the_side_of_a_sentence(text: str, question: str, expected: float) -> None:
    assert side(text, asked_in(question)) == expected


def test_the_side_of_what_is_well_depends_on_what_was_asked() -> None:
    assert side("편안해요", asked_in("집은 따뜻하세요?")) > 0
    assert side("편안해요", asked_in("많이 힘드세요?")) < 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("밥은 잘 먹는데 잠을 통 못 자요", ("밥은 잘 먹는데", "잠을 통 못 자요")),
        ("밥은 잘 먹고 잠은 못 자요", ("밥은 잘 먹고", "잠은 못 자요")),
        ("잘 지내요. 근데 무릎이 아파요", ("잘 지내요", "무릎이 아파요")),
        ("먹고 싶어요", ("먹고 싶어요",)),
        ("", ()),
    ],
)
def test_clauses(text: str, parts: tuple[str, ...]) -> None:
    assert clauses(text) == parts


@given(st.text(st.sampled_from("네밥은먹고는데 요잠 .?그리근아니"), max_size=30))
def test_clauses_are_parts_in_order(text: str) -> None:
    position = 0
    for clause in clauses(text):
        position = text.index(clause, position) + len(clause)
