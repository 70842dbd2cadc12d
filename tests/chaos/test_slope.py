import random

import pytest

from tests.chaos.slope import slope
from tests.chaos.soak import Samples

TIMES = [float(second) for second in range(120)]


def noisy(level: float, growth: float) -> list[float]:
    chance = random.Random(1)
    return [level + growth * time / TIMES[-1] + chance.gauss(0, level / 50) for time in TIMES]


def test_noise_is_flat():
    assert slope(TIMES, noisy(100.0, 0.0)).flat(0.0)


@pytest.mark.parametrize("growth", [30.0, 100.0])
def test_what_grows_is_not_flat(growth: float):
    found = slope(TIMES, noisy(100.0, growth))
    assert not found.flat(0.0)
    assert found.growth == pytest.approx(growth * 2 / 3, rel=0.15)


def test_warming_up_is_no_growth():
    warming = [min(100.0, 3 * time) for time in TIMES]
    assert slope(TIMES, warming).flat(0.0)


def test_a_peak_is_no_growth():
    assert slope(TIMES, [*noisy(100.0, 0.0)[:-3], 300.0, 300.0, 300.0]).flat(0.0)


def test_what_is_tolerated_is_flat():
    assert slope(TIMES, noisy(10.0, 3.0)).flat(4.0)
    assert not slope(TIMES, noisy(10.0, 9.0)).flat(4.0)


@pytest.mark.parametrize(("program", "flat"), [("gateway-0", False), ("redis-0", True)])
def test_a_program_that_grows_is_named_and_what_is_kept_may_grow(program: str, flat: bool):
    samples = Samples()
    for time, value in zip(TIMES, noisy(100.0, 60.0), strict=True):
        samples.add(time, {program: {"memory MB": value}})
    lines, found = samples.report()
    assert found is flat
    assert ("GROWS" in lines[1]) is not flat
