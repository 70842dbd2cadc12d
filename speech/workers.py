"""Threads for work that keeps a processor busy, so that the event loop never does it."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from speech.errors import OverloadedError

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Workers:
    """A few threads with a short queue.

    Args:
        threads: How many pieces of work run at once.
        waiting: How many more may wait; beyond that, work is refused.
    """

    def __init__(self, threads: int, waiting: int = 32) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="speech")
        self._limit = threads + waiting
        self._unfinished = 0

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Runs work on a thread. Cancelled, it leaves the queue; work that has begun runs to its end unheard.

        Raises:
            OverloadedError: The queue is full.
        """
        if self._unfinished >= self._limit:
            raise OverloadedError("too much work waits")
        loop = asyncio.get_running_loop()
        self._unfinished += 1
        future = self._executor.submit(functools.partial(work, *args, **kwargs))
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._finished))
        return await asyncio.wrap_future(future)

    async def close(self) -> None:
        """Drops what waits and waits for what runs."""
        await asyncio.to_thread(self._executor.shutdown, cancel_futures=True)

    def _finished(self) -> None:
        self._unfinished -= 1
