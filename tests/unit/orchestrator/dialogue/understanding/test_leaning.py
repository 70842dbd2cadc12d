"""Which expected answers lean the same way as what was said."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.understanding.leaning import leanings

LONELY = ("외롭다고 느끼실 때가 있으세요?", ("자주 있다", "가끔 있다", "없다"))
ALONE = ("혼자 사세요?", ("혼자 살아요", "가족과 같이 살아요"))
FALLS = ("최근에 넘어지신 적 있으세요?", ("있어요", "없어요"))


@pytest.mark.parametrize(
    ("question", "text", "same", "other"),
    [
        (LONELY, "네 많이 외로워요", 0, 2),
        (LONELY, "외롭지 않아요", 2, 0),
        (FALLS, "지난주에 화장실에서 넘어졌어요", 0, 1),
        (ALONE, "네", 0, 1),
        (ALONE, "아니요", 1, 0),
    ],
)
def test_who_says_yes_leans_to_what_affirms(
    question: tuple[str, tuple[str, ...]], text: str, same: int, other: int
) -> None:
    columns = leanings(text, *question, None)
    assert columns["leans_alike"][same] > 0.2 > columns["leans_alike"][other]


def test_where_yes_is_no_answer_nothing_leans() -> None:
    columns = leanings("네 혼자 살아요", "누구와 함께 사세요?", ("혼자", "가족과"), None)
    assert not any(column.any() for column in columns.values())
