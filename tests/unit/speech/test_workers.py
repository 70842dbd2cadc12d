import asyncio
import threading

import pytest

from speech.errors import OverloadedError
from speech.workers import Workers


async def test_work_runs_on_threads_of_its_own():
    workers = Workers(1)

    assert await workers.run(threading.current_thread) is not threading.current_thread()
    assert await workers.run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await workers.run(divmod, 1, 0)
    await workers.close()


async def test_only_so_many_run_at_once():
    workers = Workers(2)
    running, most = 0, 0
    lock = threading.Lock()
    meet = threading.Event()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        meet.wait(0.02)
        with lock:
            running -= 1

    await asyncio.gather(*(workers.run(work) for _ in range(8)))
    await workers.close()

    assert most == 2


async def test_a_full_queue_refuses_and_recovers():
    workers = Workers(1, waiting=1)
    go_on = threading.Event()
    first, second = (asyncio.create_task(workers.run(go_on.wait, 5)) for _ in range(2))
    await asyncio.sleep(0)

    with pytest.raises(OverloadedError):
        await workers.run(int)

    go_on.set()
    assert await asyncio.gather(first, second) == [True, True]
    await asyncio.sleep(0)
    assert await workers.run(int) == 0
    await workers.close()


async def test_cancelled_work_leaves_the_queue():
    workers = Workers(1, waiting=1)
    go_on = threading.Event()
    done: list[str] = []
    first = asyncio.create_task(workers.run(go_on.wait, 5))
    second = asyncio.create_task(workers.run(done.append, "second"))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second

    go_on.set()
    await first
    assert await workers.run(int) == 0
    await workers.close()
    assert done == []
