"""One child process: how it is started, watched, restarted and ended."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from cli.errors import CommandError
from cli.parent_bound import bound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    WriteLog = Callable[[str, str], None]

_POLL_SECONDS = 0.05
_RESTART_WINDOW_SECONDS = 60.0
_LONGEST_BACKOFF_SECONDS = 5.0


class ProgramFailedError(CommandError):
    """A program did not start, or ended although nobody asked it to; the text says its last words."""


class ProgramRefusedError(ProgramFailedError):
    """A program ended with status 2: a setting is wrong, and its last words name it. Starting it again is no use."""

    exit_status = 2


@dataclass(frozen=True)
class Program:
    """How to run a program and how to know that it is ready.

    Attributes:
        name: What it is called in logs and errors.
        command: Command line; the first item is an absolute path.
        is_ready: Asked again and again until it says yes; one try must end within a second or so.
        environment: Its whole environment.
        working_dir: Where it runs.
        inherited_fds: Open files that it keeps.
        start_timeout: Seconds within which it must be ready.
        stop_timeout: Seconds it has to end after SIGTERM; then it is killed.
    """

    name: str
    command: Sequence[str]
    is_ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str]
    working_dir: Path
    inherited_fds: tuple[int, ...] = ()
    start_timeout: float = 30.0
    stop_timeout: float = 10.0


class ChildProcess:
    """A program and the process that currently runs it."""

    def __init__(self, program: Program, write_log: WriteLog, restarts_per_minute: int) -> None:
        self.supervision: asyncio.Task[NoReturn] | None = None
        self._program = program
        self._write_log = write_log
        self._restarts_per_minute = restarts_per_minute
        self._process: asyncio.subprocess.Process | None = None
        self._relay: asyncio.Task[None] | None = None
        self._last_words = "none"

    async def start(self) -> None:
        """Runs the program, waits until it is ready, and watches it from then on."""
        process = await self._launch()
        await self._until_ready(process)
        self.supervision = asyncio.create_task(self._supervise(process), name=f"supervise {self._program.name}")

    async def stop(self) -> None:
        """Stops watching, then ends the process: SIGTERM, and SIGKILL after the program's time to stop."""
        if self.supervision is not None:
            self.supervision.cancel()
            await asyncio.gather(self.supervision, return_exceptions=True)
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._program.stop_timeout):
                await self._process.wait()
        await self._reap(self._process)

    def kill(self) -> None:
        """Kills the process and all that it started."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def _launch(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            *bound(list(self._program.command)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(self._program.environment),
            cwd=self._program.working_dir,
            pass_fds=self._program.inherited_fds,
            process_group=0,
        )
        self._relay = asyncio.create_task(self._relay_lines(self._process), name=f"log of {self._program.name}")
        return self._process

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        program = self._program
        try:
            async with asyncio.timeout(program.start_timeout):
                while not await program.is_ready() or process.returncode is not None:
                    if process.returncode is not None:
                        raise await self._failure(process)
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise ProgramFailedError(
                f"{program.name} was not ready after {program.start_timeout:g} s; its last words: {self._last_words}"
            ) from None

    async def _supervise(self, process: asyncio.subprocess.Process) -> NoReturn:
        """Starts the program again whenever it ends, after a growing pause; raises when it ends too often."""
        restarts: deque[float] = deque()
        while True:
            await process.wait()
            failure = await self._failure(process)
            while restarts and restarts[0] < time.monotonic() - _RESTART_WINDOW_SECONDS:
                restarts.popleft()
            if isinstance(failure, ProgramRefusedError) or len(restarts) >= self._restarts_per_minute:
                raise failure
            restarts.append(time.monotonic())
            self._write_log(self._program.name, f"{failure}; starting it again")
            await asyncio.sleep(min(_LONGEST_BACKOFF_SECONDS, 0.1 * 2 ** len(restarts)))
            process = await self._launch()
            try:
                await self._until_ready(process)
            except ProgramFailedError:
                self.kill()  # and count it as one more end

    async def _failure(self, process: asyncio.subprocess.Process) -> ProgramFailedError:
        await self._reap(process)
        status = process.returncode or 0
        if status == ProgramRefusedError.exit_status:
            return ProgramRefusedError(self._last_words)
        how = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        return ProgramFailedError(f"{self._program.name} ended {how}; its last words: {self._last_words}")

    async def _reap(self, process: asyncio.subprocess.Process) -> None:
        """Ends what is left of a process and of what it started, and reads the rest of its log."""
        self.kill()
        await process.wait()
        if self._relay is not None:
            await self._relay

    async def _relay_lines(self, process: asyncio.subprocess.Process) -> None:
        rest = b""
        while process.stdout and (chunk := await process.stdout.read(65536)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._relay_line(line)
        self._relay_line(rest)

    def _relay_line(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text:
            self._last_words = text
            self._write_log(self._program.name, text)
