"""When people may be called: Korean time, weekends, holidays and the days that stand in for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.korean_holidays import KoreanHolidays
from orchestrator.dialogue.campaign.calling_hours import is_open, next_open
from orchestrator.domain.campaign import CallingHours
from orchestrator.domain.korean_time import KOREA

HOLIDAYS = KoreanHolidays()
USUAL = CallingHours()
ALWAYS = CallingHours(0, 24 * 60, tuple(range(7)), holidays=True)


def korean(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KOREA)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-23T08:59:59.999999", False),  # a Monday
        ("2026-11-23T09:00", True),
        ("2026-11-23T17:59:59.999999", True),
        ("2026-11-23T18:00", False),
        ("2026-11-22T12:00", False),  # Sunday
        ("2026-11-21T12:00", False),  # Saturday
        ("2026-12-25T12:00", False),  # Friday, Christmas
        ("2026-09-24T12:00", False),  # Thursday before Chuseok
        ("2026-03-02T12:00", False),  # Monday that stands in for Sunday, the first of March
        ("2026-08-17T12:00", False),  # Monday that stands in for Saturday, Liberation Day
        ("2026-03-03T12:00", True),
    ],
)
def test_the_usual_hours(moment: str, open_: bool) -> None:
    assert is_open(USUAL, korean(moment), HOLIDAYS) is open_
    assert is_open(USUAL, korean(moment).astimezone(UTC), HOLIDAYS) is open_


@pytest.mark.parametrize(
    ("moment", "following"),
    [
        ("2026-11-23T10:00", "2026-11-23T10:00"),
        ("2026-11-23T00:00", "2026-11-23T09:00"),
        ("2026-11-23T18:00", "2026-11-24T09:00"),
        ("2026-11-20T18:00", "2026-11-23T09:00"),  # Friday evening: over the weekend
        ("2026-02-13T18:00", "2026-02-19T09:00"),  # weekend and New Year
        ("2026-10-02T20:00", "2026-10-06T09:00"),  # the third of October is a Saturday: Monday stands in
        ("2026-12-31T23:59:59", "2027-01-04T09:00"),
    ],
)
def test_the_next_opening(moment: str, following: str) -> None:
    assert next_open(USUAL, korean(moment), HOLIDAYS) == korean(following)


def test_holidays_only_if_wanted_and_weekends_only_if_named() -> None:
    weekend = CallingHours(weekdays=(5, 6), holidays=True)
    assert is_open(weekend, korean("2026-10-03T12:00"), HOLIDAYS)
    assert not is_open(CallingHours(weekdays=(5, 6)), korean("2026-10-03T12:00"), HOLIDAYS)
    assert next_open(weekend, korean("2026-11-23T12:00"), HOLIDAYS) == korean("2026-11-28T09:00")


@pytest.mark.parametrize("moment", ["2026-11-23T00:00", "2026-11-23T23:59:59.999999", "2026-12-25T12:00"])
def test_hours_that_never_close(moment: str) -> None:
    assert is_open(ALWAYS, korean(moment), HOLIDAYS)


@pytest.mark.parametrize(("opens", "closes"), [(0, 1), (23 * 60 + 59, 24 * 60)])
def test_hours_at_midnight(opens: int, closes: int) -> None:
    hours = CallingHours(opens, closes, tuple(range(7)), holidays=True)
    moment = next_open(hours, korean("2026-11-23T12:00"), HOLIDAYS)
    assert is_open(hours, moment, HOLIDAYS)
    assert not is_open(hours, moment - timedelta(microseconds=1), HOLIDAYS)
    assert not is_open(hours, moment + timedelta(minutes=1), HOLIDAYS)


hours = st.builds(
    lambda opens, length, days, holidays: CallingHours(opens, min(opens + length, 1440), tuple(days), holidays),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.sets(st.integers(0, 6), min_size=1),
    st.booleans(),
)
moments = st.integers(0, 2 * 365 * 24 * 3600).map(lambda seconds: korean("2026-01-01") + timedelta(seconds=seconds))


@given(hours, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(wanted: CallingHours, moment: datetime) -> None:
    following = next_open(wanted, moment, HOLIDAYS)
    assert is_open(wanted, following, HOLIDAYS)
    assert following >= moment
    if following > moment:
        assert not is_open(wanted, following - timedelta(microseconds=1), HOLIDAYS)
        for share in range(20):
            assert not is_open(wanted, moment + (following - moment) * share / 20, HOLIDAYS)
