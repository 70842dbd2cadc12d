"""One process of a program, which is started again whenever it ends, and can be killed and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cli.child_process import Program
from cli.parent_bound import bound

if TYPE_CHECKING:
    from cli.child_process import WriteLog

_POLL_SECONDS: Final = 0.1
_BEFORE_RESTART_SECONDS: Final = 0.5


class Replica:
    """Runs a program. `start` it, and `end` it at last.

    Attributes:
        pid: of the present process; 0 before the first.
        restarts: how often it was started again.
    """

    def __init__(
        self, program: Program, write_log: WriteLog, *, on_up: Callable[[], None], on_down: Callable[[], None]
    ) -> None:
        """Starts nothing yet.

        Args:
            program: what to run.
            write_log: takes its name and a line of its log.
            on_up: called when it is ready.
            on_down: called when it has ended, or was stopped long enough for a health check to notice.
        """
        self.pid = 0
        self.restarts = 0
        self._program = program
        self._write_log = write_log
        self._on_up = on_up
        self._on_down = on_down
        self._away = _BEFORE_RESTART_SECONDS
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._relaying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Runs it, waits until it is ready, and keeps it running from then on.

        Raises:
            TimeoutError: it is not ready in time.
        """
        await self._launch()
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self._program.name}")

    def kill(self, away: float = _BEFORE_RESTART_SECONDS) -> None:
        """Kills it as a crash would.

        Args:
            away: seconds until it is started again.
        """
        self._away = away
        self._signal(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """Sends its main process a signal."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def stop_for(self, seconds: float, noticed_after: float) -> None:
        """Lets all its processes stand still.

        Args:
            seconds: how long.
            noticed_after: how long a health check takes to find out.
        """
        process = self._process
        self._signal(signal.SIGSTOP)
        await asyncio.sleep(noticed_after)
        self._on_down()
        await asyncio.sleep(seconds - noticed_after)
        self._signal(signal.SIGCONT)
        if process is self._process:
            self._on_up()

    async def end(self) -> None:
        """Ends it for good."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process is None:
            return
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._program.stop_timeout):
                await self._process.wait()
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def _launch(self) -> None:
        program = self._program
        self._process = process = await asyncio.create_subprocess_exec(
            *bound(list(program.command)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(program.environment),
            cwd=program.working_dir,
            pass_fds=program.inherited_fds,
            process_group=0,
        )
        self.pid = process.pid
        self._relaying = asyncio.create_task(self._relay(process), name=f"log of {program.name}")
        async with asyncio.timeout(program.start_timeout):
            while process.returncode is None and not await program.is_ready():  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(_POLL_SECONDS)
        if process.returncode is None:
            self._on_up()

    async def _keep(self) -> None:
        while self._process is not None:
            await self._process.wait()
            self._on_down()
            self._signal(signal.SIGKILL)  # what it started itself
            self._write_log(self._program.name, f"-- ended with status {self._process.returncode}")
            self.restarts += 1
            away, self._away = self._away, _BEFORE_RESTART_SECONDS
            await asyncio.sleep(away)
            try:
                await self._launch()
            except TimeoutError:
                self.kill()  # and start it once more

    async def _relay(self, process: asyncio.subprocess.Process) -> None:
        rest = b""
        while process.stdout and (piece := await process.stdout.read(65536)):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._write_log(self._program.name, line.decode(errors="replace"))
