import asyncio
import time

import pytest

from sandbox.clock import Clock


async def test_a_sleep_passes_exactly_the_phone_seconds_asked_for():
    timeline = Clock(speed=10_000).timeline()
    began = time.monotonic()
    await timeline.sleep(300)
    assert time.monotonic() - began < 5
    assert timeline.now() == pytest.approx(300, abs=2)


async def test_what_is_not_sleep_passes_at_the_real_rate():
    timeline = Clock(speed=10_000).timeline()
    await asyncio.sleep(0.05)
    assert 0.05 <= timeline.now() < 3


async def test_wall_clock_and_phone_seconds_agree():
    timeline = Clock(speed=10_000).timeline()
    before = timeline.wall_clock()
    await timeline.sleep(60)
    assert (timeline.wall_clock() - before).total_seconds() == pytest.approx(60, abs=2)


async def test_a_cancelled_sleep_passes_what_was_slept():
    timeline = Clock(speed=10).timeline()
    sleeping = asyncio.create_task(timeline.sleep(1000))
    await asyncio.sleep(0.05)
    sleeping.cancel()
    await asyncio.gather(sleeping, return_exceptions=True)
    assert 0.4 < timeline.now() < 100


async def test_stopped_time_does_not_pass():
    timeline = Clock().timeline()
    with timeline.stopped():
        await asyncio.sleep(0.05)
    assert timeline.now() < 0.04


async def test_a_negative_sleep_passes_nothing():
    timeline = Clock().timeline()
    await timeline.sleep(-5)
    assert 0 <= timeline.now() < 1


async def test_what_waits_beside_a_sleep_sees_its_time_pass():
    timeline = Clock(speed=1000).timeline()
    sleeping = asyncio.create_task(timeline.sleep(200))
    await timeline.reach(20)
    assert 20 <= timeline.now() < 150
    await sleeping
    assert timeline.now() == pytest.approx(200, abs=2)


async def test_what_waits_sees_real_time_pass_too():
    timeline = Clock(speed=1000).timeline()
    await timeline.reach(0.05)
    assert 0.05 <= timeline.now() < 2


def test_time_must_run_forwards():
    with pytest.raises(ValueError, match="speed"):
        Clock(0)


async def test_steady_sleeps_make_up_for_what_others_took():
    timeline, began = Clock(speed=10).timeline(), time.monotonic()
    for number in range(400):
        await timeline.sleep(0.005, steadily=True)
        if number == 200:
            time.sleep(0.05)  # noqa: ASYNC251 - something blocks
    assert 0.2 <= time.monotonic() - began < 0.5  # each sleep alone takes a millisecond, twice as long as it should
    assert timeline.now() == pytest.approx(2.0 + 0.05, abs=0.15)
