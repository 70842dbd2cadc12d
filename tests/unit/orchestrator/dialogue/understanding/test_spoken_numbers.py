"""Numbers in every spelling, and words that only look like numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.numbers import read_key, read_number
from orchestrator.dialogue.understanding.numerals import digits_of, native_korean, sino_korean
from tests.unit.orchestrator.dialogue.understanding.spellings import mixed, native, sino

AMOUNTS = st.one_of(st.integers(0, 10**8), st.integers(0, 10**4), st.sampled_from([10**n for n in range(9)]))


@given(AMOUNTS)
def test_every_amount_reads_back_in_every_spelling(number: int) -> None:
    spellings = [
        sino(number),
        sino(number, ones=True),
        sino(number, gap=" "),
        mixed(number),
        str(number),
        f"{number:,}",
    ]
    assert [read_number(f"{spelling} 원이요") for spelling in spellings] == [number] * len(spellings)


@pytest.mark.parametrize("number", range(1, 100))
def test_every_count_reads_back(number: int) -> None:
    assert read_number(f"{native(number, counting=True)} 명") == number
    assert native_korean(native(number)) == number
    assert sino_korean(sino(number)) == number
    assert number == 20 or read_number(f"{native(number)}이에요") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("삼만 오천 원", 35_000),
        ("백이십만원쯤", 1_200_000),
        ("3만 5천원", 35_000),
        ("열댓 명", 15),
        ("일흔여섯이에요", 76),
        ("여든 셋이여", 83),
        ("칠십육 세", 76),
        ("올해 육십구", 69),
        ("팔십이요", 80),
        ("스물두 명", 22),
        ("백두 살", 102),
        ("하루에 한 번", 1),
        ("하루에세번먹어요", 3),
        ("일주일에 두 번 와요", 2),
        ("두 번 아니 세 번이요", 3),
        ("한 오만원 내요", 50_000),
        ("네 밥은 하루 두 끼 먹어요", 2),
        ("식후 삼십 분에 두 알", 2),
        ("2번", 2),
        ("이 번", 2),
        ("삼이요", 3),
        ("팔 정도 됩니다", 8),
        ("한 다섯 시간 자나", 5),
        ("여섯", 6),
        ("열이요", 10),
        ("여든너이", 84),
        ("이틀", 2),
        ("일주일에 사흘은 와요", 3),
        ("닷새 와요 주말엔 안 오고", 5),
    ],
)
def test_numbers(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "이가 아파요",
        "오늘 일이 많아",
        "세상 살기 힘들어",
        "두고 왔어요",
        "두통이 있어요",
        "사람이 그리워요",
        "이만 끊을게요",
        "이번 주에 갔어요",
        "네 사람 바꿔 주세요",
        "열이 나요",
        "하나도 없어요",
        "한 번도 안 갔어요",
        "다시 한번 말해 줘요",
        "한번 해 볼게요",
        "네 시쯤 자요",
        "3년 전에 돌아가셨어",
        "일일구 불러 줘",
        "1948년 3월 12일이요",
        "52년 시월 구일",
        "공일공 일이삼사 오육칠팔이요",
        "010-1234-5678",
        "전기세 삼만 원 가스비 이만 원",
        "이틀 전에 왔어요",
        "사흘째 못 잤어요",
        "쌀 떨어진 지 나흘 됐어요",
        "섣달 초사흘이요",
        "",
    ],
)
def test_no_numbers(text: str) -> None:
    assert read_number(text) is None


@given(st.text(max_size=40))
def test_whatever_is_said_is_read(text: str) -> None:
    number = read_number(text)
    assert number is None or number >= 0


@pytest.mark.parametrize(("keys", "number"), [("1", 1), ("2#", 2), ("0", 0), ("*", None), ("", None), ("²", None)])
def test_keys(keys: str, number: int | None) -> None:
    assert read_key(keys) == number


@pytest.mark.parametrize(("text", "digits"), [("사팔공삼일이", "480312"), ("4 8", "48"), ("사십", None), ("", None)])
def test_digits_one_by_one(text: str, digits: str | None) -> None:
    assert digits_of(text) == digits
