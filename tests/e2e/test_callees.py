"""Whole calls, real audio, real processes: what comes of callees with whom it matters how they sound.

All callees are called so by `calling-orchestrator eval calls tests/e2e/callees`; as text they are all in
`tests/unit/orchestrator/dialogue/call/test_simulated_calls.py`.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from cli.ports import free_ports
from cli.sandbox_system import SandboxSystem, sandbox_system
from cli.settings import Settings
from cli.system import Ports
from evaluation.calls import judge
from evaluation.cases import Case, load_cases
from evaluation.course import course_of
from sandbox.gateway_client import GatewayClient
from sandbox.phone_call import place_call

CASES = {case.name: case for case in load_cases(Path(__file__).parent / "callees")}
SPEED = 400.0
HEARD = [
    "birth_date_by_keypad",
    "busy",
    "carrier_notice",
    "cooperative",
    "danger_fire",
    "hangs_up_at_once",
    "hangs_up_while_agent_speaks",
    "interrupts",
    "keypad",
    "keypad_throughout",
    "mumbles",
    "no_answer",
    "noisy",
    "rejects",
    "silent",
    "slow",
    "unreachable",
    "very_noisy",
    "voicemail",
]
# One of each kind; all of them: `make test-slow`.
QUICK = {"busy", "cooperative", "danger_fire", "keypad", "no_answer", "silent", "voicemail"}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def sandbox(runner: asyncio.Runner) -> Iterator[SandboxSystem]:
    gateway, orchestrator, speech = free_ports(3)
    stack = AsyncExitStack()
    running = sandbox_system(
        Ports(gateway, orchestrator, speech),
        SPEED,
        Settings(_env_file=None),
        write_log=lambda _name, _line: None,
        on_ready=lambda _name, _seconds: None,
    )
    yield runner.run(stack.enter_async_context(running))
    runner.run(stack.aclose())


async def _called(case: Case, sandbox: SandboxSystem) -> None:
    url = sandbox.system.gateway_url
    report = await place_call(sandbox.world, url, case.payload, case.callee, real_timeout_s=45)
    assert report.consultation is not None
    async with GatewayClient(url) as gateway:
        summary = await gateway.summary(report.consultation["consultation_id"])
    assert judge(case, course_of(report, summary)).faults == []
    assert [turn["turn"] for turn in report.transcript] == list(range(1, len(report.transcript) + 1))
    for turn in report.transcript:
        assert turn["text"].startswith(turn["heard"])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in HEARD]
)
def test_callee(name: str, runner: asyncio.Runner, sandbox: SandboxSystem) -> None:
    runner.run(_called(CASES[name], sandbox))
