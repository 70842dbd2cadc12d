"""The stores under contract: the one in memory, the one in Redis, and that in a cluster."""

from collections.abc import AsyncIterator

import pytest

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.dialogue.ports.store import ConsultationStore
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.redis_worlds import REDIS


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["memory", *REDIS])
async def store(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[ConsultationStore]:
    if request.param == "memory":
        yield InMemoryConsultationStore(clock)
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    await client.flushall()
    redis_store = RedisConsultationStore(client, clock)
    await redis_store.prepare()
    yield redis_store
    await redis_store.close()
    await client.aclose()
