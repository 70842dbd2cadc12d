"""What an answer measures, and how far that is from what an expected answer says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.measures import apart, common_dimension, ends, in_period, measures


@pytest.mark.parametrize(
    ("text", "dimension", "span"),
    [
        ("일주일에 두세 번", "rate", (2 / 7, 3 / 7)),
        ("사나흘에 한 번은 마실 가", "rate", (1 / 4, 1 / 3)),
        ("의사가 삼 개월마다 오라고 했어요", "rate", (1 / 90, 1 / 90)),
        ("하루 걸러 한 번", "rate", (1 / 2, 1 / 2)),
        ("하루도 안 빼먹고", "rate", (1, 1)),
        ("한 오 년 됐나", "time", (1825, 1825)),
        ("이 년 넘었어요", "time", (730, math.inf)),
        ("그저께 했지", "time", (2, 2)),
        ("오후 두 시 반", "clock", (14.5, 14.5)),
        ("열두 시에서 두 시 사이", "clock", (12, 14)),
        ("5만 원에서 20만 원", "won", (50_000, 200_000)),
        ("오 남매 키웠어", "people", (5, 5)),
        ("두 분이세요", "people", (2, 2)),
    ],
)
def test_what_is_measured(text: str, dimension: str, span: tuple[float, float]) -> None:
    assert measures(text)[dimension] == pytest.approx(span)


def test_minutes_are_not_people() -> None:
    assert "people" not in measures("차 타면 사십 분 걸려")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("사나흘에 한 번", "일주일에 한두 번"),
        ("보름에 한 번", "한 달에 두 번"),
        ("한 시쯤 먹었지", "열두 시에서 두 시 사이"),
        ("작년에 했어요", "일 년쯤 전"),
    ],
)
def test_what_comes_to_the_same_meets(said: str, expected: str) -> None:
    found, option = measures(said), measures(expected)
    dimension = common_dimension(found, [option])
    assert dimension is not None
    assert apart(dimension, found[dimension], option[dimension]) == pytest.approx(0, abs=0.01)


def test_what_differs_lies_apart() -> None:
    weekly, yearly = measures("일주일에 한 번")["rate"], measures("일 년에 한 번")["rate"]
    assert apart("rate", weekly, yearly) == 1


def test_a_rate_is_counted_within_the_period_that_was_asked_for() -> None:
    assert in_period(measures("하루에 두 번"), "몇 번 하세요?")["times"] == (2, 2)
    assert in_period(measures("하루에 두 번"), "한 주에 몇 번 하세요?")["times"] == pytest.approx((14, 14))


@given(st.text(alphabet="0123456789일이삼한두열하루주달년시번에마다 원만", max_size=24), st.text(max_size=12))
def test_no_text_is_too_odd(said: str, question: str) -> None:
    for low, high in in_period(measures(said), question).values():
        assert low <= high


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("이틀에 한 번", 1),
        ("이삼일에 한 번이요", 1),
        ("사나흘에 한 번쯤", 1),
        ("격일로 가요", 1),
        ("하루걸러 한 번씩", 1),
        ("일주일에 한 번", 2),
    ],
)
def test_a_rate_lies_in_the_answer_of_its_order(text: str, expected: int) -> None:
    options = [measures(option)["rate"] for option in ("매일", "일주일에 두세 번", "일주일에 한 번")]
    far = [apart("rate", measures(text)["rate"], option) for option in options]
    assert far.index(min(far)) == expected
    assert min(far) == 0


def test_what_is_counted_again_and_again_adds_up() -> None:
    assert measures("아침에 한 컵 점심에 두 컵 저녁에 한 컵")["cups"] == (4, 4)
    assert measures("부엌에서 한 번 마루에서 또 한 번 그랬어")["times"] == (2, 2)
    assert measures("세 번에서 네 번")["times"] == (3, 4)


def test_the_ends_are_what_measures_least_and_most() -> None:
    assert ends([measures(text) for text in ("다섯 잔 이상", "서너 잔", "한두 잔", "모른다")]) == (2, 0)
    assert ends([measures(text) for text in ("좋다", "나쁘다", "한 잔")]) is None
