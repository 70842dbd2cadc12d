"""A fault run: `python -m tests.chaos --seconds 600 --seed 1 --calls 500`. Exit status 1 if a law was broken."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.chaos import table
from tests.chaos.plan import draw
from tests.chaos.run import RunResult, run
from tests.chaos.schedule import schedule

_CALLS_A_SECOND = 500 / 380
"""So that a run of ten minutes has 500; two cores carry it."""


def main() -> int:
    """Draws a plan, prints it, lets it happen, and prints what came of it."""
    arguments = _arguments()
    times = schedule(arguments.seconds)
    calls = arguments.calls or max(1, round(times.plan * _CALLS_A_SECOND))
    plan = draw(arguments.seed, times.plan, calls, faults=not arguments.no_faults)
    for line in table.plan_lines(plan):
        print(line)
    if arguments.plan:
        print(*plan.faults, sep="\n")
        return 0
    began = time.monotonic()

    def note(line: str) -> None:
        print(f"[{time.monotonic() - began:6.1f}] {line}", flush=True)

    result = asyncio.run(run(plan, arguments.speed, times.limit, arguments.out, note))
    _keep(result, arguments.out)
    for line in table.lines(plan, result, _command(arguments, calls)):
        print(line)
    return int(any(verdict.violations for verdict in result.verdicts))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long it may take in all; at least 115")
    parser.add_argument("--calls", type=int, default=None, help="how many; without it as many as fit (500 in 600 s)")
    parser.add_argument("--seed", type=int, default=None, help="the same seed gives the same plan")
    parser.add_argument("--speed", type=float, default=4.0, help="phone seconds a second, in calls turn by turn")
    parser.add_argument("--no-faults", action="store_true", help="the load alone: it must carry without violations")
    parser.add_argument("--plan", action="store_true", help="print the plan and do nothing")
    parser.add_argument("--out", type=Path, default=Path(".data/chaos"), help="where logs and records of violations go")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1_000_000)
    return arguments


def _command(arguments: argparse.Namespace, calls: int) -> str:
    faults = " --no-faults" if arguments.no_faults else ""
    return (
        f"python -m tests.chaos --seconds {arguments.seconds:g} --calls {calls}"
        f" --seed {arguments.seed} --speed {arguments.speed:g}{faults}"
    )


def _keep(result: RunResult, folder: Path) -> None:
    """Keeps what is known of the calls in which a law was broken."""
    broken = [record for record, verdict in zip(result.records, result.verdicts, strict=True) if verdict.violations]
    for record in broken:
        path = folder / f"{record.consultation_id or record.planned.person_id}.json"
        path.write_text(json.dumps(asdict(record), ensure_ascii=False, indent=1, default=str), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
