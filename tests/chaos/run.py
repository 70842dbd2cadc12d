"""One run: calls and faults as planned, then time to settle, then the verdict."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from cli.program_logs import LogFiles
from tests.chaos.caller import Caller
from tests.chaos.faults import happen
from tests.chaos.laws import Verdict, judge
from tests.chaos.plan import Plan
from tests.chaos.record import CallRecord
from tests.chaos.system import ChaosSystem, running


@dataclass(frozen=True)
class RunResult:
    """Holds what came of a run.

    Attributes:
        records: of all planned calls.
        verdicts: in the same order.
        seconds: how long it took, from the first call on.
        restarts: of all programs.
    """

    records: list[CallRecord]
    verdicts: list[Verdict]
    seconds: float
    restarts: int


async def run(plan: Plan, speed: float, limit: float, folder: Path, note: Callable[[str], None]) -> RunResult:
    """Lets a plan happen.

    Args:
        plan: what.
        speed: phone seconds a real second, in calls that go turn by turn.
        limit: seconds from now on within which everything must be settled.
        folder: for the programs' logs.
        note: takes a line for whatever happens.
    """
    until = asyncio.get_running_loop().time() + limit
    with tempfile.TemporaryDirectory(prefix="chaos-") as data, LogFiles(folder / "logs") as logs:
        async with running(Path(data), logs.write) as system, aiohttp.ClientSession() as session:
            note("everything runs")
            caller = Caller(system, session, speed)
            began = time.monotonic()
            await _happen(plan, system, caller, until, note)
            seconds = time.monotonic() - began
            records = [await caller.record(planned) for planned in plan.calls]
            restarts = sum(replica.restarts for replicas in system.replicas.values() for replica in replicas)
    return RunResult(records, [judge(record) for record in records], seconds, restarts)


async def _happen(plan: Plan, system: ChaosSystem, caller: Caller, until: float, note: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def one(number: int) -> None:
        planned = plan.calls[number]
        await asyncio.sleep(began + planned.at - loop.time())
        await caller.have(planned)

    calls = [asyncio.create_task(one(number)) for number in range(len(plan.calls))]
    try:
        await happen(plan, system, note)
        await asyncio.sleep(max(0.0, began + plan.seconds - loop.time()))
        note(f"the plan is over, {len(caller.settled)} of {len(calls)} calls are settled")
        await asyncio.wait(calls, timeout=max(0.0, until - loop.time()))
        for call in calls:
            if call.done() and (error := call.exception()):
                raise error
        note(f"{len(caller.settled)} of {len(calls)} calls are settled")
    finally:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
