"""The lag of an event loop: nothing while it idles, and how long it was held up."""

import asyncio

import pytest

from observability.loop_lag import LoopLag
from tests.virtual_time import VirtualTimeLoop, virtual_time


@virtual_time
async def test_an_idle_loop_is_never_late():
    lags: list[float] = []
    async with LoopLag(lags.append, every=0.25):
        await asyncio.sleep(1.1)
    assert lags == [0, 0, 0, 0]


@virtual_time
async def test_a_loop_that_is_held_up_is():
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    lags: list[float] = []
    async with LoopLag(lags.append, every=0.25):
        await asyncio.sleep(0.2)
        loop.jump(0.3)  # somebody computes: the sample that is due at 0.25 is taken at 0.5
        await asyncio.sleep(0.01)
    assert lags == [pytest.approx(0.25)]


@virtual_time
async def test_stopping_twice_and_before_the_start():
    lag = LoopLag(lambda _: None)
    await lag.stop()
    lag.start()
    await lag.stop()
    await lag.stop()
