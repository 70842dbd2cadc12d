"""Birth dates in every spelling, whole and in part."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.dates import SpokenDate, read_date, read_date_keys
from tests.unit.orchestrator.dialogue.understanding.spellings import one_by_one, sino

BORN = date(1948, 3, 12)
_MONTHS = {6: "유월", 10: "시월"}
_DAYS = ("하루", "이틀", "사흘", "나흘", "닷새", "엿새", "이레", "여드레", "아흐레")


def month_of(number: int) -> str:
    return _MONTHS.get(number, f"{sino(number)}월")


def native_day(number: int) -> str:
    if number in {10, 20, 30, 31}:
        return {10: "열흘", 20: "스무날"}.get(number, f"{sino(number)}일")
    return ("초", "열", "스무")[number // 10] + _DAYS[number % 10 - 1]


@given(st.dates(date(1900, 1, 1), date(2025, 12, 31)))
def test_every_date_reads_back_in_every_spelling(born: date) -> None:
    short = born.year % 100
    spellings = [
        f"{sino(born.year)}년 {month_of(born.month)} {sino(born.day)}일",
        f"{born.year}년 {born.month}월 {born.day}일이요",
        f"{sino(short)}년생 {month_of(born.month)} {native_day(born.day)}",
        f"{one_by_one(born.year)}년 {month_of(born.month)} {native_day(born.day)}입니다",
        f"{born:%Y %m%d}",
        f"{born:%Y%m%d}",
        f"{born:%y%m%d}",
        f"{born:%Y-%m-%d}",
        f"{born:%y}. {born.month}. {born.day}.",
    ]
    for spelling in spellings:
        said = read_date(spelling)
        assert said is not None, spelling
        assert said.whole, spelling
        assert said.matches(born), spelling
        assert not said.matches(born + timedelta(days=1)), spelling
        assert not said.matches(born.replace(year=born.year - 1, day=min(born.day, 28))), spelling


@given(st.dates(date(1900, 1, 1), date(2025, 12, 31)))
def test_keys_read_back(born: date) -> None:
    for keys in (f"{born:%Y%m%d}", f"{born:%y%m%d}#"):
        said = read_date_keys(keys)
        assert said is not None
        assert said.matches(born)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("48년생이요", SpokenDate(1948)),
        ("천구백사십팔년", SpokenDate(1948, century=True)),
        ("삼월 열이틀이요", SpokenDate(month=3, day=12)),
        ("소띠 정월 보름날", SpokenDate(month=1, day=15)),
        ("음력으로 사십팔년 이월 초이틀", SpokenDate(1948, 2, 2, lunar=True)),
        ("사일년 동짓달 초하루여", SpokenDate(1941, 11, 1)),
        ("사팔공삼일이요", SpokenDate(1948, 3, 12)),
        ("3월 12일 48년생", SpokenDate(1948, 3, 12)),
        ("52년 시월 구일 한글날이 내 생일이라", SpokenDate(1952, 10, 9)),
    ],
)
def test_dates(text: str, said: SpokenDate) -> None:
    assert read_date(text) == said


@pytest.mark.parametrize(
    "text", ["보름 전에 갔어요", "아들이 바빠요", "13월 40일", "481332", "이월 삼십일일", "4831", ""]
)
def test_no_dates(text: str) -> None:
    assert read_date(text) is None


def test_a_part_agrees_as_far_as_it_goes() -> None:
    assert SpokenDate(1948).matches(BORN)
    assert SpokenDate(month=3, day=12).matches(BORN)
    assert not SpokenDate(month=3, day=13).matches(BORN)
    assert not SpokenDate().matches(BORN)


def test_the_century_counts_only_if_it_was_said() -> None:
    assert SpokenDate(1920, 1, 1).matches(date(2020, 1, 1))
    assert not SpokenDate(1920, 1, 1, century=True).matches(date(2020, 1, 1))


def test_a_lunar_date_agrees_with_its_numbers_and_with_where_it_can_fall() -> None:
    assert SpokenDate(1948, 3, 12, lunar=True).matches(BORN)
    assert SpokenDate(1948, 2, 2, lunar=True).matches(BORN)  # 39 days before
    assert not SpokenDate(1948, 2, 2).matches(BORN)
    assert not SpokenDate(1948, 3, 11, lunar=True).matches(BORN)
    assert not SpokenDate(1947, 2, 2, lunar=True).matches(BORN)


@given(st.text(max_size=30))
def test_whatever_is_said_is_read(text: str) -> None:
    said = read_date(text)
    assert said is None or said != SpokenDate()
