"""The loop that the tests of the dialogue run on."""

import asyncio
import time

import pytest

from tests.virtual_time import Deadlock, run, virtual_time


def test_an_hour_passes_at_once() -> None:
    async def nap() -> float:
        before = asyncio.get_running_loop().time()
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time() - before

    started = time.perf_counter()
    assert run(nap()) == pytest.approx(3600)
    assert time.perf_counter() - started < 1


@virtual_time
async def test_timers_fire_in_the_order_of_their_times() -> None:
    order: list[int] = []

    async def note(seconds: int) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    await asyncio.gather(*(note(seconds) for seconds in (30, 10, 20)))
    assert order == [10, 20, 30]


@virtual_time
async def test_threads_may_take_their_time() -> None:
    async with asyncio.timeout(1000):
        assert await asyncio.to_thread(lambda: time.sleep(0.01) or "done") == "done"


def test_a_wait_that_nothing_ends_is_a_deadlock() -> None:
    with pytest.raises(Deadlock):
        run(asyncio.Event().wait())


def test_a_task_left_behind_is_a_failure() -> None:
    tasks = []

    async def leave() -> None:
        tasks.append(asyncio.create_task(asyncio.sleep(10), name="leaked"))

    with pytest.raises(AssertionError, match="leaked"):
        run(leave())
