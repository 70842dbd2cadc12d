"""Programs that run as children of this one: started together, watched, restarted, and never left behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn, Self

from cli.child_process import ChildProcess

if TYPE_CHECKING:
    from types import TracebackType

    from cli.child_process import Program, WriteLog


class ProcessGroup:
    """Child processes that are stopped together, the last one first.

    Each child has a process group of its own, so Ctrl-C reaches this process only and the order of stopping is kept;
    on Linux the kernel ends the children even if this process is killed.
    """

    def __init__(self, write_log: WriteLog, *, restarts_per_minute: int = 0) -> None:
        """Starts nothing yet.

        Args:
            write_log: Called with a program's name and a line that it wrote to stdout or stderr.
            restarts_per_minute: How often a program that ended by itself is started again; once more is a failure.
        """
        self._write_log = write_log
        self._restarts_per_minute = restarts_per_minute
        self._children: list[ChildProcess] = []

    async def start(self, *programs: Program) -> None:
        """Starts programs at once and waits until each is ready.

        Raises:
            ProgramFailedError: One ended or was not ready in time. The others run on until `stop`.
        """
        children = [ChildProcess(program, self._write_log, self._restarts_per_minute) for program in programs]
        self._children += children
        try:
            async with asyncio.TaskGroup() as starts:
                for child in children:
                    starts.create_task(child.start())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def wait(self) -> NoReturn:
        """Waits until a program has ended for good.

        Raises:
            ProgramFailedError: Always, for this is the only way it returns.
        """
        watches = [child.supervision for child in self._children if child.supervision is not None]
        done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
        await done.pop()

    async def stop(self) -> None:
        """Stops all programs in the reverse order of their start; returns when none is left."""
        try:
            while self._children:
                await self._children[-1].stop()
                self._children.pop()
        finally:
            for child in self._children:
                child.kill()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        await self.stop()
