"""How late a loop was lately: single moments do not count, and what is long ago neither."""

from observability.recent_lag import SAMPLE_SECONDS, WINDOW_SECONDS, RecentLag

SAMPLES = round(WINDOW_SECONDS / SAMPLE_SECONDS)


def after(*lags: float) -> float:
    recent = RecentLag()
    for lag in lags:
        recent.add(lag)
    return recent.p95


def test_a_loop_that_just_began_was_never_late() -> None:
    assert after() == 0


def test_rare_moments_are_none_of_its_business_in_a_young_loop_too() -> None:
    rare = SAMPLES // 20
    assert after(*[0.5] * rare) == 0
    assert after(*[0.5] * rare, *[0.01] * (SAMPLES - rare)) == 0.01


def test_what_comes_again_and_again_is_lateness() -> None:
    assert after(*[0.5] * (SAMPLES // 20 + 1), *[0.01] * 10) == 0.5


def test_what_is_long_ago_is_forgotten() -> None:
    assert after(*[0.5] * SAMPLES, *[0.002] * SAMPLES) == 0.002
