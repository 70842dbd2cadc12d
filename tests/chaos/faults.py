"""Lets the faults of a plan happen when it says so."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Final

from tests.chaos.plan import Fault, Plan
from tests.chaos.system import ChaosSystem

_NOTICED_AFTER_SECONDS: Final = 2.0
"""A balancer's health checks take so long to see that a replica does not answer."""


async def happen(plan: Plan, system: ChaosSystem, note: Callable[[str], None]) -> None:
    """Lets all faults of a plan happen, and returns when the last is over.

    Args:
        plan: what and when, from now on.
        system: to which.
        note: takes a line for each as it happens.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as group:
        for fault in plan.faults:
            await asyncio.sleep(began + fault.at - loop.time())
            note(str(fault))
            group.create_task(_happen(fault, system))


async def _happen(fault: Fault, system: ChaosSystem) -> None:
    backend, front = system.world.backend, system.balancers["gateway"]
    match fault.kind:
        case "kill" | "kill_for_long" | "stop" | "engines_fail" | "engines_hang" | "cut_connections":
            await _befall(fault, system)
        case "lose_requests":
            front.expect("lose_request", times=round(fault.size))
        case "lose_answers":
            front.expect("lose_answer", times=round(fault.size))
        case "delay_requests":
            front.expect("delay", seconds=fault.size)
        case "backend_500":
            backend.fail_next += round(fault.size)
        case "backend_hangs":
            backend.hang_next += round(fault.size)
        case "backend_down":
            await backend.go_down()
            await asyncio.sleep(fault.size)
            await backend.come_up()
        case "create_answer_lost":
            system.world.twilio.lose_create_answers(round(fault.size))


async def _befall(fault: Fault, system: ChaosSystem) -> None:
    assert fault.role is not None
    replica = system.replicas[fault.role][fault.replica]
    match fault.kind:
        case "kill":
            replica.kill()
        case "kill_for_long":
            replica.kill(away=fault.size)
        case "stop":
            await replica.stop_for(fault.size, _NOTICED_AFTER_SECONDS)
        case "engines_fail":
            replica.send(signal.SIGUSR1)
        case "engines_hang":
            replica.send(signal.SIGUSR2)
        case "cut_connections":
            system.balancers[fault.role].backends[fault.replica].cut()
