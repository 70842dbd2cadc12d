import asyncio

import pytest

from sandbox.tasks import Tasks


async def test_closing_cancels_what_runs_and_waits_for_its_end():
    tasks = Tasks()
    cleaned = []

    async def work():
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)

    task = tasks.start(work(), "work")
    await asyncio.sleep(0)
    await tasks.close()
    assert task.cancelled()
    assert cleaned == [True]


async def test_closing_tells_of_failures():
    async def fail():
        raise ZeroDivisionError

    tasks = Tasks()
    await asyncio.wait([tasks.start(fail(), "fail")])
    with pytest.raises(ExceptionGroup) as caught:
        await tasks.close()
    assert isinstance(caught.value.exceptions[0], ZeroDivisionError)
    await tasks.close()  # told once


async def test_results_can_be_awaited():
    async def answer():
        return 42

    tasks = Tasks()
    assert await tasks.start(answer(), "answer") == 42
    await tasks.close()
