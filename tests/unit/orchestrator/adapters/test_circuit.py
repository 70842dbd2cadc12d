"""Who keeps failing is left alone for a short while."""

from __future__ import annotations

import asyncio

from orchestrator.adapters.circuit import Circuit
from tests.virtual_time import virtual_time


@virtual_time
async def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    circuit = Circuit(failures=3, pause=20)
    for _ in range(2):
        circuit.failed()
    assert circuit.admits()
    circuit.succeeded()
    for _ in range(2):
        circuit.failed()
    assert circuit.admits()
    circuit.failed()
    assert not circuit.admits()


@virtual_time
async def test_after_a_pause_one_may_try() -> None:
    circuit = Circuit(failures=1, pause=20)
    circuit.failed()
    await asyncio.sleep(20)
    assert [circuit.admits() for _ in range(3)] == [True, False, False]
    circuit.failed()
    await asyncio.sleep(19)
    assert not circuit.admits()
    await asyncio.sleep(1)
    assert circuit.admits()
    circuit.succeeded()
    assert [circuit.admits() for _ in range(3)] == [True, True, True]


@virtual_time
async def test_a_trial_that_nobody_ended_is_followed_by_another() -> None:
    circuit = Circuit(failures=1, pause=20)
    circuit.failed()
    await asyncio.sleep(20)
    assert circuit.admits()
    await asyncio.sleep(20)
    assert circuit.admits()
