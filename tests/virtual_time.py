"""Tests whose clock jumps to the next timer whenever nothing is left to do: hours pass in milliseconds.

    @virtual_time
    async def test_a_nap() -> None:
        await asyncio.sleep(3600)

Waiting for something that no timer, no I/O and no thread will bring is a deadlock, and fails at once; so does leaving a
task behind.
"""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Deadlock(BaseException):
    """Everything waits and nothing will wake it. Not an `Exception`, so that nobody handles it by mistake."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that never sleeps."""

    def __init__(self) -> None:
        super().__init__(_JumpingSelector(self))
        self._now = 0.0
        self._in_threads = 0

    def time(self) -> float:
        """Returns the virtual time, in seconds from the start of the loop."""
        return self._now

    def jump(self, seconds: float | None) -> None:
        """Lets the time pass at which the next timer is due; None: there is no timer."""
        if seconds is None:
            waiting = [task.get_name() for task in asyncio.all_tasks(self)]
            raise Deadlock(f"nothing will wake {waiting}")
        self._now += seconds

    @property
    def waits_for_threads(self) -> bool:
        """Whether a thread works for this loop: it takes real time."""
        return self._in_threads > 0 or (self._default_executor is not None and self._executor_shutdown_called)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:
        """Counts what runs in threads."""
        self._in_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_ended)
        return future

    def _thread_ended(self, _future: asyncio.Future[Any]) -> None:
        self._in_threads -= 1


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._loop.waits_for_threads:
            return super().select(timeout)
        ready = super().select(0)
        if not ready and timeout != 0:
            self._loop.jump(timeout)
        return ready


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Runs a coroutine in virtual time; a task that it leaves behind is a failure."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        result = runner.run(main)
        left = asyncio.all_tasks(runner.get_loop())
        names = sorted(task.get_name() for task in left)
    assert not left, f"tasks were left running: {names}"
    return result


def virtual_time(test: Callable[Parameters, Coroutine[Any, Any, Result]]) -> Callable[Parameters, Result]:
    """Makes an asynchronous test one that runs in virtual time."""

    @functools.wraps(test)
    def on_virtual_loop(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return run(test(*args, **kwargs))

    return on_virtual_loop
