"""Whole calls, real audio, real processes: each callee in `callees/` is called once, and this is what comes of it."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.ports import free_ports
from cli.sandbox_system import SandboxSystem, sandbox_system
from cli.settings import Settings
from cli.system import Ports
from sandbox.payloads import example_payload
from sandbox.phone_call import place_call
from sandbox.report import Report
from sandbox.script import load_script

CALLEES = Path(__file__).parent / "callees"
SPEED = 400.0


class Expected(NamedTuple):
    """What the backend is told; see the code tables of the backend contract."""

    result: int
    fail_code: int = 0
    need_human: int = 0


FINE, IN_DEPTH = Expected(1), Expected(2, need_human=1)
WRONG_PERSON, REFUSED, NO_COMMUNICATION = Expected(0, 1), Expected(0, 2), Expected(0, 3)
DISCONNECTED, NOT_ANSWERED = Expected(0, 5), Expected(0, 6)

EXPECTED = {
    "asks_questions": FINE,
    "busy": NOT_ANSWERED,
    "carrier_notice": FINE,
    "cooperative": FINE,
    "hangs_up_at_once": DISCONNECTED,
    "hangs_up_midway": DISCONNECTED,
    "hangs_up_while_agent_speaks": DISCONNECTED,
    "in_danger": FINE,  # danger is not judged yet
    "interrupts": FINE,
    "keypad": FINE,
    "new_problem": FINE,
    "no_answer": NOT_ANSWERED,
    "noisy": FINE,
    "refuses": REFUSED,
    "rejects": NOT_ANSWERED,
    "silent": NO_COMMUNICATION,
    "slow": FINE,
    "talks_nonsense": NO_COMMUNICATION,
    "unreachable": NOT_ANSWERED,
    "very_noisy": NO_COMMUNICATION,
    "voicemail": NO_COMMUNICATION,  # a machine is not told from a person yet
    "wants_human": IN_DEPTH,
    "wrong_person": WRONG_PERSON,
}


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


def test_every_callee_has_an_expectation() -> None:
    assert {path.stem for path in CALLEES.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_callee(name: str, runner: asyncio.Runner, sandbox: SandboxSystem) -> None:
    script = load_script(CALLEES / f"{name}.json")
    report: Report = runner.run(
        place_call(sandbox.world, sandbox.system.gateway_url, example_payload(), script, real_timeout_s=45)
    )
    assert report.ended
    assert report.twilio["errors"] == []
    assert report.result is not None
    told = Expected(*(report.result[field] for field in Expected._fields))
    assert told == EXPECTED[name]
    assert [turn["turn"] for turn in report.transcript] == list(range(1, len(report.transcript) + 1))
    for turn in report.transcript:
        assert turn["text"].startswith(turn["heard"])
