"""What tells of somebody or something else is no answer, however well it would fit."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.understanding.matching import Matching
from orchestrator.dialogue.understanding.others import about_others
from orchestrator.domain.question import ExpectedAnswer

MEDICINE = ("드시는 약은 잘 챙겨 드세요?", ("약을 챙겨 먹어요", "자주 잊어버려요", "먹는 약이 없어요"))
OUTINGS = ("외출은 얼마나 자주 하세요?", ("거의 매일", "일주일에 두세 번", "거의 안 한다"))
WARM = ("집은 따뜻하세요?", ("따뜻하다", "조금 춥다", "아주 춥다"))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("저 가수 노래를 참 잘하네요", "admires"),
        ("꽃이 참 곱게도 피었네", "admires"),
        ("우리 사위는 날마다 회사에 나가지", "somebody_else"),
        ("그 집 아들이 공부를 잘해", "somebody_else"),
        ("밖에 비가 오나 봐요", "watches"),
    ],
)
def test_signs_of_others_are_seen(text: str, sign: str) -> None:
    assert about_others(text, *OUTINGS, brings_in=False)[sign] == 1


@pytest.mark.parametrize(
    "text",
    [
        "네 잘 챙겨 먹어요",
        "며느리가 담아 줘서 안 거르지",
        "아침마다 꼭 먹어",
        "딸이 챙겨 주니까 잘 먹어",
        "딸이 챙겨 줘요",
    ],
)
def test_what_somebody_else_is_only_the_reason_of_is_an_own_answer(text: str) -> None:
    assert not any(about_others(text, *MEDICINE, brings_in=False).values())


def test_where_people_are_asked_for_they_are_the_answer() -> None:
    signs = about_others("우리 딸이 해", "식사는 누가 준비하세요?", ("직접", "가족"), brings_in=False)
    assert not signs["somebody_else"]


@pytest.mark.parametrize("matching", [Matching(None)])
@pytest.mark.parametrize(
    ("question", "text"),
    [
        (MEDICINE, "저 가수 노래를 참 잘하네요"),
        (MEDICINE, "저 선수가 공을 아주 잘 차네"),
        (MEDICINE, "우리 조카가 그림을 잘 그려요"),
        (OUTINGS, "우리 사위는 날마다 회사에 나가지"),
        (WARM, "마음이 참 따뜻하시네요"),
    ],
)
async def test_what_is_said_of_others_matches_nothing(
    matching: Matching, question: tuple[str, tuple[str, ...]], text: str
) -> None:
    asked, expected = question
    assert await matching.match(text, asked, [ExpectedAnswer(each) for each in expected]) is None
