"""Programs of the bench: started on chosen cores, with what they took of them; Linux only."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.parent_bound import bound
from tests.bench.streams.figures import LoadFigures
from tests.bench.streams.load import Load

_START_SECONDS: Final = 60.0
_ROOT: Final = Path(__file__).parents[3]


@dataclass(frozen=True)
class Started:
    """A program that runs.

    Attributes:
        pid: its process.
        said: the first line it printed.
    """

    pid: int
    said: str


@contextmanager
def on_cores(*cores: int) -> Iterator[None]:
    """Programs that are started in this block run on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(cores) & before or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@asynccontextmanager
async def started(
    *arguments: str,
    python: str = sys.executable,
    core: int,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Started]:
    """Runs a Python program on one core, until the block ends; it has printed one line when the block begins."""
    with on_cores(core):
        process = await asyncio.create_subprocess_exec(
            *bound([python, *arguments]),
            stdout=asyncio.subprocess.PIPE,
            cwd=_ROOT,
            env={**os.environ, **(environment or {})},
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_START_SECONDS):
            said = (await process.stdout.readline()).decode().strip()
        assert said, f"{arguments} ended with status {await process.wait()}"
        yield Started(process.pid, said)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def load(what: Load, *, core: int) -> LoadFigures:
    """Runs a load in a process of its own, on one core."""
    with on_cores(core):
        process = await asyncio.create_subprocess_exec(
            *bound([sys.executable, "-m", "tests.bench.streams.load"]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=_ROOT,
        )
    try:
        async with asyncio.timeout(what.ramp + what.longest + _START_SECONDS):
            printed, _ = await process.communicate(what.to_json().encode() + b"\n")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"the client ended with status {process.returncode}"
    return LoadFigures.from_json(printed.decode())


def cpu_seconds(pids: Iterable[int]) -> float:
    """Returns how long processes have run on a core so far, all together."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(pids: Iterable[int]) -> int:
    """Returns the bytes that processes hold, what they share divided among those that share it."""
    kilobytes = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes * 1024
