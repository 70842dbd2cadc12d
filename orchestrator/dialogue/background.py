"""Owns the tasks that outlive the request that started them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Background:
    """Starts tasks, reports those that fail, and ends them all at the end."""

    def __init__(self, on_failure: Callable[[str, BaseException], None]) -> None:
        """Makes it.

        Args:
            on_failure: told the name and the exception of a task that failed; whoever awaits the task sees it too.
        """
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[Any]] = set()  # a few a call, and calls are admitted; each has a deadline

    def start(self, coroutine: Coroutine[Any, Any, Result], *, name: str) -> asyncio.Task[Result]:
        """Starts a task that lives until it is done or `close` is called."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def drain(self, seconds: float) -> None:
        """Waits up to `seconds` for the running tasks to finish."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def close(self) -> None:
        """Cancels what still runs and waits for its end."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failure(task.get_name(), error)
