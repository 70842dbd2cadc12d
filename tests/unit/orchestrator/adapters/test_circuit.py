"""Who keeps failing is left alone for a short while."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from orchestrator.adapters.circuit import Circuit, Guard, Guards
from orchestrator.domain.errors import InvalidAudio, RecordingNotReady, SpeechToTextUnavailable, TelephoneUnavailable
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


def guard(registry: CollectorRegistry | None = None) -> Guard:
    return Guards(registry or CollectorRegistry()).of("speech", failures=2, pause=5)


async def fails(guard: Guard, error: Exception, *, timeout: float = 2.0, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(type(error)), guard.use(SpeechToTextUnavailable, timeout=timeout):
            raise error


@virtual_time
async def test_who_keeps_failing_is_not_asked_and_that_shows() -> None:
    registry = CollectorRegistry()
    guarded = guard(registry)
    await fails(guarded, SpeechToTextUnavailable(), times=2)
    asked = False
    with pytest.raises(SpeechToTextUnavailable), guarded.use(SpeechToTextUnavailable):
        asked = True
    assert not asked
    assert registry.get_sample_value("calling_circuit_open", {"dependency": "speech"}) == 1
    assert registry.get_sample_value("calling_circuit_skipped_total", {"dependency": "speech"}) == 1
    await asyncio.sleep(5)
    assert guarded.ready
    with guarded.use(SpeechToTextUnavailable):
        pass
    assert registry.get_sample_value("calling_circuit_open", {"dependency": "speech"}) == 0


@virtual_time
async def test_an_answer_that_is_an_error_is_an_answer() -> None:
    guarded = guard()
    await fails(guarded, SpeechToTextUnavailable())
    await fails(guarded, InvalidAudio("is empty"))
    await fails(guarded, SpeechToTextUnavailable())
    with pytest.raises(RecordingNotReady), guarded.use(TelephoneUnavailable, answers=(RecordingNotReady,)):
        raise RecordingNotReady
    await fails(guarded, SpeechToTextUnavailable())
    assert guarded.admits()


@virtual_time
async def test_who_had_no_time_or_was_interrupted_is_not_to_blame() -> None:
    guarded = guard()
    await fails(guarded, SpeechToTextUnavailable(), timeout=0.1, times=5)
    await fails(guarded, InterruptedError(), times=5)
    assert guarded.admits()
