"""What waits for the backend, counted in a real Redis and in a cluster."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from orchestrator.adapters.backend.metrics import DeliveryMetrics
from orchestrator.adapters.redis.client import RedisClient, open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.adapters.redis.result_backlog import RedisResultBacklog
from orchestrator.adapters.system_clock import SystemClock
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.codes import DeliveryFailure
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState, State
from tests.fakes.consultations import brief, consultation, next_change


@pytest.fixture(params=["redis", "cluster"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[RedisClient]:
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    await client.flushall()
    yield client
    await client.aclose()


async def put(store: RedisConsultationStore, delivery: DeliveryState, *, minutes_ago: int) -> Consultation:
    ended_at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    record = replace(consultation(), state=State.COMPLETED, ended_at=ended_at, delivery=Delivery(delivery))
    await store.create(brief(), Change(record))
    return record


async def test_what_waits_and_what_was_given_up(client: RedisClient) -> None:
    registry = CollectorRegistry()
    store = RedisConsultationStore(client, SystemClock())
    backlog = RedisResultBacklog(client, DeliveryMetrics(registry))

    async def seen() -> tuple[float | None, ...]:
        await backlog.look()
        names = ("calling_results_pending", "calling_results_dead", "calling_result_oldest_pending_seconds")
        return tuple(registry.get_sample_value(name) for name in names)

    assert await seen() == (0, 0, 0)
    older = await put(store, DeliveryState.PENDING, minutes_ago=10)
    newer = await put(store, DeliveryState.PENDING, minutes_ago=5)
    await put(store, DeliveryState.DEAD, minutes_ago=60)
    await put(store, DeliveryState.DELIVERED, minutes_ago=60)
    assert await seen() == (2, 1, pytest.approx(600, abs=5))
    settled = Delivery(DeliveryState.DELIVERED)
    assert await store.commit(next_change(older, record={"delivery": settled}))
    assert await seen() == (1, 1, pytest.approx(300, abs=5))
    await store.delete(newer.consultation_id)
    assert await seen() == (0, 1, 0)
    await store.close()


def test_attempts_and_redeliveries_are_counted() -> None:
    registry = CollectorRegistry()
    metrics = DeliveryMetrics(registry)
    metrics.attempted(DeliveryFailure.TIMEOUT, None)
    metrics.attempted(DeliveryFailure.NONE, DeliveryFailure.TIMEOUT)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, labels)

    assert value("calling_result_delivery_attempts_total", outcome="timeout") == 1
    assert value("calling_result_delivery_attempts_total", outcome="delivered") == 1
    assert value("calling_result_redeliveries_total", after="timeout") == 1


def test_the_age_grows_between_two_looks() -> None:
    registry = CollectorRegistry()
    DeliveryMetrics(registry).waiting(1, time.time() - 60, 0)
    age = registry.get_sample_value("calling_result_oldest_pending_seconds")
    assert age is not None
    assert 60 <= age < 65
