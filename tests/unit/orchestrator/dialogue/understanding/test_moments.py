"""When to call again, said on Monday, 23 November 2026, at 10:20."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.moments import Moment, names_moment, read_moment
from orchestrator.domain.outcome import PartOfDay

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 23, 10, 20, tzinfo=SEOUL)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("내일 오후 세 시", Moment(at(24, 15), at(24, 16), PartOfDay.AFTERNOON)),
        ("이따 저녁에", Moment(at(23, 18), at(23, 21), PartOfDay.EVENING)),
        ("다음 주 월요일 오전에", Moment(at(30, 9), at(30, 12), PartOfDay.MORNING)),
        ("한 시간 있다가", Moment(at(23, 11, 20), at(23, 12, 20))),
        ("삼십 분 뒤에요", Moment(at(23, 10, 50), at(23, 11, 50))),
        ("점심 먹고", Moment(at(23, 13), at(23, 18), PartOfDay.AFTERNOON)),
        ("금요일에요", Moment(at(27, 9), at(27, 21))),
        ("이따가", Moment(at(23, 10, 50), at(23, 21))),
        ("오늘 세 시 이후에", Moment(at(23, 15), at(23, 21))),
        ("내일 다섯 시 전에", Moment(at(24, 9), at(24, 17))),
        ("내일 열 시에 다시 전화해 주세요", Moment(at(24, 10), at(24, 11))),
        ("저녁 일곱 시 전화 주세요", Moment(at(23, 19), at(23, 20), PartOfDay.EVENING)),
        ("내일 오전 열한 시에 다시 전화해 주세요", Moment(at(24, 11), at(24, 12), PartOfDay.MORNING)),
        ("모레 아침", Moment(at(25, 9), at(25, 12), PartOfDay.MORNING)),
        ("12월 3일 오전", Moment(at(3, 9, month=12), at(3, 12, month=12), PartOfDay.MORNING)),
        ("십오일날 두 시 반", Moment(at(15, 14, 30, month=12), at(15, 15, 30, month=12))),
        ("며칠 있다가", Moment(at(26, 9), at(26, 21))),
        ("열한 시", Moment(at(23, 11), at(23, 12))),
        ("아홉 시", Moment(at(23, 21), at(23, 22))),
        ("주말에 해 줘요", Moment(at(28, 9), at(28, 21))),
    ],
)
def test_moments(text: str, moment: Moment) -> None:
    assert read_moment(text, NOW) == moment
    assert names_moment(text)


@pytest.mark.parametrize("text", ["나중에요", "다음에 해요", "싫어요", ""])
def test_no_moment_is_named(text: str) -> None:
    assert read_moment(text, NOW) is None
    assert not names_moment(text)


@given(st.text(max_size=30), st.integers(0, 60 * 24 * 365 * 60))
def test_whatever_is_said_is_read(text: str, minutes: int) -> None:
    read_moment(text, NOW + timedelta(minutes=minutes))


@given(
    st.sampled_from(["오늘", "내일", "이따", "금요일", "다음 주", "십일"]),
    st.sampled_from(["", "오전", "점심", "오후", "저녁", "세 시", "열한 시 반", "두 시 이후", "네 시 전"]),
    st.integers(0, 7 * 24 * 60),
)
def test_nobody_is_called_in_the_past(day: str, hour: str, minutes: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    moment = read_moment(f"{day} {hour}에", now)
    assert moment is not None
    assert moment.not_before is not None
    assert moment.not_after is not None
    assert now <= moment.not_before < moment.not_after
