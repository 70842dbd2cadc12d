"""A steady load in which nothing may grow: `python -m tests.chaos.soak --minutes 30`. Exit status 1 if anything did.

Of each program its memory, open files, threads and tasks are sampled. Flat is what `slope` says: after the first third,
the best line through the samples rises by no more than a tenth of their median (or by less than noise is).
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from cli.program_logs import LogFiles
from tests.chaos.caller import Caller
from tests.chaos.laws import judge
from tests.chaos.plan import REPLICAS, Plan, draw
from tests.chaos.slope import slope
from tests.chaos.system import COUNTED, ChaosSystem, running

_CALLS_A_SECOND: Final = 0.4
_SPEED: Final = 4.0
_PATIENCE_SECONDS: Final = 120.0
_TOLERANCES: Final = {"memory MB": 4.0, "open files": 8.0, "threads": 3.0, "tasks": 12.0}
"""So much is noise: a call more or less that happens to be under way."""

_KEPT: Final = frozenset((f"redis-{number}", "memory MB") for number in range(REPLICAS["redis"]))
"""Consultations are kept for days and audio for an hour: this is shown, and may grow."""


@dataclass
class Samples:
    """Holds what was measured, by program and measure.

    Attributes:
        seconds: when.
        values: by (program, measure).
    """

    seconds: list[float] = field(default_factory=list)
    values: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, seconds: float, programs: Mapping[str, Mapping[str, float]]) -> None:
        """Adds one sample of all programs."""
        self.seconds.append(seconds)
        for program, measures in programs.items():
            for name, value in measures.items():
                self.values[program, name].append(value)

    def report(self) -> tuple[list[str], bool]:
        """Returns a table, and whether everything is flat."""
        lines, flat = [f"{'program':<16}{'':<12}{'level':>8}{'growth':>9}"], True
        for (program, measure), values in sorted(self.values.items()):
            found = slope(self.seconds[-len(values) :], values)
            kept = (program, measure) in _KEPT
            good = kept or found.flat(_TOLERANCES[measure])
            flat = flat and good
            remark = "  what it is to keep" if kept else "" if good else "  GROWS"
            lines.append(f"{program:<16}{measure:<12}{found.level:>8.1f}{found.growth:>+9.1f}{remark}")
        return lines, flat


def main() -> int:
    """Runs the load, samples, prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(".data/soak"), help="where the programs' logs go")
    arguments = parser.parse_args()
    seconds = arguments.minutes * 60
    plan = draw(arguments.seed, seconds, round(seconds * _CALLS_A_SECOND), faults=False)
    samples, violations = asyncio.run(_soak(plan, arguments.out))
    lines, flat = samples.report()
    print(*lines, sep="\n")
    print(f"{len(plan.calls)} calls in {seconds:g} s, {violations} violations, {'flat' if flat else 'not flat'}")
    return int(not flat or violations > 0)


async def _soak(plan: Plan, folder: Path) -> tuple[Samples, int]:
    """Has the calls of a plan; returns what was sampled while they began, and the number of broken laws."""
    samples, loop = Samples(), asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="soak-") as data, LogFiles(folder / "logs") as logs:
        async with running(Path(data), logs.write, counted=True) as system, aiohttp.ClientSession() as session:
            caller, began = Caller(system, session, _SPEED), loop.time()

            async def one(number: int) -> None:
                await asyncio.sleep(began + plan.calls[number].at - loop.time())
                await caller.have(plan.calls[number])

            calls = [asyncio.create_task(one(number)) for number in range(len(plan.calls))]
            every = max(1.0, plan.seconds / 120)
            try:
                while loop.time() - began < plan.seconds:
                    await asyncio.sleep(every)
                    samples.add(loop.time() - began, await _sample(system, Path(data)))
                await asyncio.wait(calls, timeout=_PATIENCE_SECONDS)
                records = [await caller.record(planned) for planned in plan.calls]
            finally:
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
    return samples, sum(len(judge(record).violations) for record in records)


async def _sample(system: ChaosSystem, folder: Path) -> dict[str, dict[str, float]]:
    """Returns what each program takes now."""
    found = {}
    for role, replicas in system.replicas.items():
        for number, replica in enumerate(replicas):
            name = f"{role}-{number}"
            found[name] = _taken(replica.pid)
            if role in COUNTED:
                replica.send(signal.SIGUSR1)
    await asyncio.sleep(0.2)
    for file in folder.glob("*.tasks"):  # noqa: ASYNC240 - a few bytes
        found[file.stem]["tasks"] = float(file.read_text(encoding="ascii") or 0)
    return found


def _taken(pid: int) -> dict[str, float]:
    process = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
    return {
        "memory MB": int(status["VmRSS"].split()[0]) / 1024,
        "open files": float(len(list((process / "fd").iterdir()))),
        "threads": float(status["Threads"]),
    }


if __name__ == "__main__":
    sys.exit(main())
