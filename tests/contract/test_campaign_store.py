"""What every campaign store does: the one in memory, the one in Redis, and that in a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from orchestrator.adapters.redis.campaign_store import RedisCampaignStore
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.dialogue.ports.campaigns import CampaignStore
from orchestrator.dialogue.ports.store import ConsultationStore, Due, DueKind
from orchestrator.domain.campaign import (
    AttemptResult,
    CallingHours,
    Campaign,
    CampaignPlan,
    CampaignState,
    ItemState,
    Pacing,
    RetryRules,
    Tally,
)
from tests.fakes.campaign_store import InMemoryCampaignStore
from tests.fakes.campaigns import campaign, first_change, item, next_change, order
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import NOON

UNKNOWN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"


@dataclass
class Stores:
    campaigns: CampaignStore
    consultations: ConsultationStore


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["memory", "redis", "cluster"])
async def stores(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[Stores]:
    if request.param == "memory":
        consultations = InMemoryConsultationStore(clock)
        yield Stores(InMemoryCampaignStore(consultations, clock), consultations)
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    await client.flushall()
    campaigns, real = RedisCampaignStore(client, clock), RedisConsultationStore(client, clock)
    yield Stores(campaigns, real)
    await campaigns.close()
    await real.close()
    await client.aclose()


@pytest.fixture
def store(stores: Stores) -> CampaignStore:
    return stores.campaigns


async def put(store: CampaignStore, *people: str) -> Campaign:
    change = first_change(campaign(), *people)
    assert await store.create(change) is None
    return change.campaign


async def test_what_is_written_is_read(store: CampaignStore) -> None:
    plan = CampaignPlan(
        "봄 안부", Pacing(3, 0.5), CallingHours(0, 24 * 60, (5, 6), True), RetryRules((), (timedelta(1),), (), 2), 9
    )
    change = first_change(campaign(plan=plan, ended_at=NOON, state=CampaignState.PAUSED), "가", "b")
    assert await store.create(change) is None
    campaign_id = change.campaign.campaign_id
    assert await store.get(campaign_id) == change.campaign
    assert await store.items(campaign_id, ["b", "가", "c"]) == {"b": item("b", 1), "가": item("가", 0)}
    assert await store.order(campaign_id, "가") == order("가")


async def test_an_id_is_taken_once(store: CampaignStore) -> None:
    change = first_change(campaign(), "a")
    assert await store.create(change) is None
    assert await store.create(change) is None  # repeated by the client of the store
    other = first_change(campaign(change.campaign.campaign_id, fingerprint="other"), "b")
    assert await store.create(other) == change.campaign
    assert set(await store.items(change.campaign.campaign_id, ["a", "b"])) == {"a"}


async def test_a_change_is_written_over_its_own_version_only(store: CampaignStore) -> None:
    record = await put(store, "a")
    change = next_change(record, record={"tally": Tally(open=1)}, items=(item("a", state=ItemState.OPEN),))
    assert await store.commit(change)
    assert await store.commit(change)
    late = next_change(record, items=(item("a", state=ItemState.REACHED),))
    assert not await store.commit(late)
    assert await store.get(record.campaign_id) == change.campaign
    assert (await store.items(record.campaign_id, ["a"]))["a"].state is ItemState.OPEN


async def test_who_waits_is_ready_in_order_and_wishes_go_first(store: CampaignStore) -> None:
    record = await put(store, "a", "b", "c", "d", "e")
    soon = NOON + timedelta(minutes=5)
    change = next_change(
        record,
        items=(
            item("a", next_attempt_at=soon),
            item("d", next_attempt_at=NOON, wished=True),
            item("e", next_attempt_at=soon, wished=True),
        ),
    )
    assert await store.commit(change)

    async def ready(minutes: int, limit: int = 10) -> list[str]:
        found = await store.ready(record.campaign_id, NOON + timedelta(minutes=minutes), limit=limit)
        return [each.person_id for each in found]

    assert await ready(1) == ["d", "b", "c"]
    assert await ready(1, limit=2) == ["d", "b"]
    assert await ready(6) == ["d", "e", "b", "c", "a"]
    assert await ready(-1) == []
    assert await store.next_ready(record.campaign_id) == NOON


async def test_who_is_called_is_open_and_who_is_done_is_forgotten(store: CampaignStore) -> None:
    record = await put(store, "a", "b")
    open_items = tuple(
        item(person, state=ItemState.OPEN, consultations=1, consultation_id="c", next_attempt_at=None)
        for person in "ab"
    )
    change = next_change(record, items=open_items)
    assert await store.commit(change)
    assert await store.open_items(record.campaign_id) == open_items
    assert await store.ready(record.campaign_id, NOON + timedelta(1), limit=10) == ()
    assert await store.next_ready(record.campaign_id) is None
    done = replace(open_items[0], state=ItemState.REACHED, results=(AttemptResult.REACHED,))
    again = replace(open_items[1], state=ItemState.WAITING, next_attempt_at=NOON, wished=True)
    assert await store.commit(next_change(change.campaign, items=(done, again)))
    assert await store.open_items(record.campaign_id) == ()
    assert await store.ready(record.campaign_id, NOON, limit=10) == (again,)
    assert await store.order(record.campaign_id, "a") is None
    assert await store.order(record.campaign_id, "b") == order("b")


async def test_forgetting_who_waits(store: CampaignStore) -> None:
    record = await put(store, "a", "b")
    assert await store.commit(next_change(record, forget_waiting=True))
    assert await store.ready(record.campaign_id, NOON + timedelta(1), limit=10) == ()
    assert await store.next_ready(record.campaign_id) is None
    assert await store.order(record.campaign_id, "a") is None


async def test_a_campaign_is_due_among_the_other_work(stores: Stores, clock: ManualClock) -> None:
    change = first_change(campaign(), "a", due=clock.now() + timedelta(seconds=5))
    await stores.campaigns.create(change)
    due = Due(DueKind.CAMPAIGN, change.campaign.campaign_id)
    assert await stores.consultations.overdue(limit=10) == ()
    clock.advance(5)
    assert await stores.consultations.overdue(limit=10) == (due,)
    assert await stores.consultations.due_at(due) == clock.now()
    assert await stores.campaigns.commit(next_change(change.campaign))
    clock.advance(60)
    assert await stores.consultations.overdue(limit=10) == ()
    assert await stores.consultations.due_at(due) is None
