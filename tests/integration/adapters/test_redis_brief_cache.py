"""Orders that are read once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.adapters.redis import codec
from orchestrator.adapters.redis.brief_cache import BriefCache
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.errors import ConsultationNotFound
from tests.fakes.clock import ManualClock
from tests.fakes.consultations import brief, consultation


@pytest.fixture
async def stores(redis_url: str) -> AsyncIterator[tuple[RedisConsultationStore, RedisConsultationStore]]:
    """Two processes."""
    clients = [open_client(redis_url) for _ in range(2)]
    one, other = [RedisConsultationStore(client, ManualClock()) for client in clients]
    yield one, other
    for store in (one, other):
        await store.close()
    for client in clients:
        await client.aclose()


async def test_an_order_is_decoded_once(
    stores: tuple[RedisConsultationStore, RedisConsultationStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = stores
    record = consultation()
    await store.create(brief(), Change(record))
    decoded = []
    monkeypatch.setattr(codec.BRIEF, "decode", lambda raw, real=codec.BRIEF.decode: decoded.append(raw) or real(raw))
    loaded = [await store.load(record.consultation_id) for _ in range(3)]
    assert len(decoded) == 1
    assert loaded == [(brief(), record)] * 3
    await store.commit(Change(replace(record, version=record.version + 1, turn_count=0, open_turn=5)))
    assert (await store.load(record.consultation_id))[1].open_turn == 5


async def test_what_was_erased_is_gone(stores: tuple[RedisConsultationStore, RedisConsultationStore]) -> None:
    one, other = stores
    record = consultation()
    await one.create(brief(), Change(record))
    await one.load(record.consultation_id)
    await other.delete(record.consultation_id)
    with pytest.raises(ConsultationNotFound):
        await one.load(record.consultation_id)


async def test_one_that_was_started_anew_has_its_own_order(
    stores: tuple[RedisConsultationStore, RedisConsultationStore],
) -> None:
    one, other = stores
    record = consultation()
    await one.create(brief(), Change(record))
    await one.load(record.consultation_id)
    await other.delete(record.consultation_id)
    anew = replace(record, created_at=record.created_at + timedelta(seconds=1))
    new_order = replace(brief(), question_set_id="another")
    await other.create(new_order, Change(anew))
    assert await one.load(record.consultation_id) == (new_order, anew)


def test_only_so_many_are_held() -> None:
    cache, now = BriefCache(2), ManualClock().now()
    for name in ("a", "b"):
        cache.put(name, now, brief())
    assert cache.get("a", now) == brief()
    cache.put("c", now, brief())
    assert [cache.holds(name) for name in ("a", "b", "c")] == [True, False, True]
    assert cache.get("a", now + timedelta(seconds=1)) is None
    cache.forget("a")
    assert not cache.holds("a")
