import pytest

from tests.chaos.schedule import LONGEST_SETTLING, schedule


def test_a_whole_run_ends_within_ten_minutes_and_leaves_time_to_settle():
    times = schedule(600)
    assert times.plan == 380
    assert times.limit < 600
    assert times.limit - times.plan > LONGEST_SETTLING


def test_a_short_run_ends_within_two_minutes():
    times = schedule(60)
    assert (times.plan, times.limit) == (30, 110)


@pytest.mark.parametrize("seconds", [1, 30, 60, 115, 116, 180, 600, 3600])
def test_calls_begin_long_before_the_end(seconds: float):
    times = schedule(seconds)
    assert 0 < times.plan < times.limit * 0.95
