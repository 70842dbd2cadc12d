"""Programs that are killed in mid-call: the call goes on, and its result is complete."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.e2e.test_trouble import assert_complete, call_cooperative, running
from tests.running_programs import programs_in

# Twilio's patience is phone time: what takes a program a second to start again must not be minutes of it.
PATIENT = {"redis": 16.0, "speech": 16.0, "orchestrator": 3.0}


@pytest.mark.slow
@pytest.mark.parametrize("program", PATIENT)
async def test_a_program_that_is_killed_in_mid_call_does_not_end_it(program: str, tmp_path: Path) -> None:
    async with running(tmp_path, PATIENT[program]) as (world, gateway_url):
        with world.events() as events:
            calling = asyncio.create_task(call_cooperative(world, gateway_url))
            said = 0
            async for event in events:
                said += event.kind == "callee_said"
                if said == 1:
                    break
            os.killpg(os.getpgid(programs_in(tmp_path)[program]), signal.SIGKILL)
            report = await calling
    assert_complete(report)
