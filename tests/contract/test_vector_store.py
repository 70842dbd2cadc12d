"""What every vector store does: the one in memory, the one in Redis, and that in a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.vector_store import RedisVectorStore
from orchestrator.dialogue.ports.sentences import VectorStore
from tests.fakes.redis_worlds import REDIS
from tests.fakes.vector_store import InMemoryVectorStore


@pytest.fixture(params=["memory", *REDIS])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[VectorStore]:
    if request.param == "memory":
        yield InMemoryVectorStore()
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    yield RedisVectorStore(client)
    await client.aclose()


async def test_what_was_put_is_there(store: VectorStore) -> None:
    content = bytes(range(256)) * 1000
    await store.put("0a1b", content)
    await store.put("ffff", b"other")
    assert await store.get("0a1b") == content
    assert await store.get("0a1b") == content


async def test_what_was_put_last_counts(store: VectorStore) -> None:
    await store.put("cafe", b"old")
    await store.put("cafe", b"new")
    assert await store.get("cafe") == b"new"


@pytest.mark.parametrize("key", ["beef", "", "*", "가", "a" * 2000])
async def test_what_was_never_put_is_not(store: VectorStore, key: str) -> None:
    assert await store.get(key) is None
