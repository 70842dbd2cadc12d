"""An owner for background tasks."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from observability import log

Result = TypeVar("Result")

logger = log.get(__name__)


class Tasks:
    """Owns tasks: each one ends by itself or is cancelled by `close`, and none fails unseen."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._failures: list[Exception] = []

    def start(self, work: Coroutine[Any, Any, Result], name: str) -> "asyncio.Task[Result]":
        """Starts work in the background.

        Args:
            work: what to do.
            name: of the task, for debugging.

        Returns:
            The task, for those who want to await it.
        """
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancels what still runs and waits for it.

        Raises:
            ExceptionGroup: tasks failed, now or before.
        """
        while self._running:
            running = list(self._running)
            for task in running:
                task.cancel()
            await asyncio.wait(running)
        if self._failures:
            failures, self._failures = self._failures, []
            raise ExceptionGroup("background work failed", failures)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        failure = task.exception()
        if isinstance(failure, Exception):
            logger.error("background_work_failed", task=task.get_name(), error_type=type(failure).__name__)
            self._failures.append(failure)
