"""A campaign store in memory, with the semantics of the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestrator.dialogue.ports.campaigns import CampaignChange
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import Due, DueKind
from orchestrator.domain.campaign import Campaign, CampaignEvent, Item, ItemState, Order
from orchestrator.domain.errors import CampaignNotFound, InvalidCursor
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore


@dataclass
class _Stored:
    campaign: Campaign
    change: CampaignChange
    items: dict[str, Item] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    events: list[CampaignEvent] = field(default_factory=list)
    forgotten: bool = False
    expires_at: datetime | None = None


class InMemoryCampaignStore:
    """Keeps campaigns in a dictionary; what is due is given out by the store of consultations.

    Attributes:
        error: raised by every method.
    """

    def __init__(self, consultations: InMemoryConsultationStore, clock: Clock | None = None) -> None:
        self._clock = clock or ManualClock()
        self._due = consultations.due_elsewhere
        self._stored: dict[str, _Stored] = {}
        self._news = asyncio.Condition()
        self.error: Exception | None = None

    async def create(self, change: CampaignChange) -> Campaign | None:
        self._fail()
        campaign_id = change.campaign.campaign_id
        if campaign_id in self._stored:
            standing = self._stored[campaign_id]
            return None if standing.change == change else standing.campaign
        self._stored[campaign_id] = _Stored(change.campaign, change)
        self._write(self._stored[campaign_id], change)
        return None

    async def commit(self, change: CampaignChange) -> bool:
        stored = self._find(change.campaign.campaign_id)
        if stored.change == change:
            return True
        if stored.campaign.version != change.campaign.version - 1:
            return False
        self._write(stored, change)
        async with self._news:
            self._news.notify_all()
        return True

    def _write(self, stored: _Stored, change: CampaignChange) -> None:
        stored.campaign, stored.change = change.campaign, change
        stored.items |= {item.person_id: item for item in change.items}
        stored.orders |= change.orders
        for item in change.items:
            if item.state.final:
                stored.orders.pop(item.person_id, None)
        if change.forget_waiting:
            stored.orders.clear()
            stored.forgotten = True
        stored.events += [
            CampaignEvent(f"{change.campaign.version}-{number}", self._clock.now(), change.campaign.tally, occurrence)
            for number, occurrence in enumerate(change.occurrences, 1)
        ]
        due = Due(DueKind.CAMPAIGN, change.campaign.campaign_id)
        if change.due is None:
            self._due.pop(due, None)
        else:
            self._due[due] = change.due
        if change.expire_after is not None:
            stored.expires_at = self._clock.now() + timedelta(seconds=change.expire_after)

    async def get(self, campaign_id: str) -> Campaign:
        return self._find(campaign_id).campaign

    async def items(self, campaign_id: str, person_ids: Sequence[str]) -> Mapping[str, Item]:
        items = self._find(campaign_id).items
        return {person_id: items[person_id] for person_id in person_ids if person_id in items}

    async def open_items(self, campaign_id: str) -> tuple[Item, ...]:
        items = self._find(campaign_id).items
        return tuple(items[person_id] for person_id in sorted(items) if items[person_id].state is ItemState.OPEN)

    async def ready(self, campaign_id: str, now: datetime, *, limit: int) -> tuple[Item, ...]:
        ready = [item for item in self._waiting(campaign_id) if item.next_attempt_at <= now]  # type: ignore[operator]
        return tuple(ready[:limit])

    async def next_ready(self, campaign_id: str) -> datetime | None:
        times = [item.next_attempt_at for item in self._waiting(campaign_id) if item.next_attempt_at]
        return min(times, default=None)

    def _waiting(self, campaign_id: str) -> list[Item]:
        stored = self._find(campaign_id)
        waiting = [item for item in stored.items.values() if item.state is ItemState.WAITING]
        waiting.sort(key=lambda item: (not item.wished, item.next_attempt_at, item.person_id))
        return [] if stored.forgotten else waiting

    async def order(self, campaign_id: str, person_id: str) -> Order | None:
        return self._find(campaign_id).orders.get(person_id)

    async def events(self, campaign_id: str, cursor: str, *, wait: float) -> tuple[CampaignEvent, ...]:
        if events := self._events_after(campaign_id, cursor):
            return events
        try:
            async with asyncio.timeout(wait), self._news:
                await self._news.wait_for(lambda: self._events_after(campaign_id, cursor))
        except TimeoutError:
            return ()
        return self._events_after(campaign_id, cursor)

    def _events_after(self, campaign_id: str, cursor: str) -> tuple[CampaignEvent, ...]:
        events = self._find(campaign_id).events
        cursors = ["", *(event.cursor for event in events)]
        if cursor not in cursors:
            raise InvalidCursor
        return tuple(events[cursors.index(cursor) :])

    def _find(self, campaign_id: str) -> _Stored:
        self._fail()
        stored = self._stored.get(campaign_id)
        if stored is None or (stored.expires_at is not None and stored.expires_at <= self._clock.now()):
            raise CampaignNotFound(campaign_id)
        return stored

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
