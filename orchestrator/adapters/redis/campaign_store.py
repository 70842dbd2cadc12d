"""Campaigns in Redis: the port `CampaignStore`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from orchestrator.adapters.redis import campaign_change as codec
from orchestrator.adapters.redis import scripts
from orchestrator.adapters.redis.change import microseconds
from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.adapters.redis.event_feed import EventFeed
from orchestrator.adapters.redis.keys import campaign_keys
from orchestrator.dialogue.ports.campaigns import CampaignChange
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.domain.campaign import Campaign, CampaignEvent, Item, Order
from orchestrator.domain.errors import CampaignNotFound


class RedisCampaignStore:
    """Keeps each campaign under a few keys of one shard; `keys` names them.

    When a campaign is due is written beside the consultations of its shard: `ConsultationStore.overdue` names it.
    """

    def __init__(self, client: RedisClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._writer = secrets.token_bytes(16)
        self._feed = EventFeed(client, client, keys=_event_keys, decode=codec.decode_event, missing=CampaignNotFound)

    async def close(self) -> None:
        """Closes what is the store's own; the client is its owner's to close."""
        await self._feed.close()

    async def create(self, change: CampaignChange) -> Campaign | None:
        """Writes a new campaign, unless its id is taken."""
        outcome, *standing = await self._write(change, new=True)
        return codec.CAMPAIGN.decode(standing[0]) if outcome == b"taken" else None

    async def commit(self, change: CampaignChange) -> bool:
        """Writes a change over the version it was made from; the same change again is no other one."""
        outcome, *_ = await self._write(change, new=False)
        if outcome == b"missing":
            raise CampaignNotFound(change.campaign.campaign_id)
        return bool(outcome == b"written")

    async def _write(self, change: CampaignChange, *, new: bool) -> list[bytes]:
        keys = campaign_keys(change.campaign.campaign_id)
        touched = (
            keys.record, keys.items, keys.orders, keys.waiting, keys.wished, keys.open, keys.events, keys.due,
        )  # fmt: skip
        arguments = codec.arguments(change, now=self._clock.now(), writer=self._writer, new=new)
        async with store_access():
            answer: list[bytes] = await scripts.CAMPAIGN.run(self._client, touched, arguments)
        return answer

    async def get(self, campaign_id: str) -> Campaign:
        """Returns the record."""
        async with store_access():
            data: bytes | None = await self._client.execute_command("HGET", campaign_keys(campaign_id).record, "data")
        if data is None:
            raise CampaignNotFound(campaign_id)
        return codec.CAMPAIGN.decode(data)

    async def items(self, campaign_id: str, person_ids: Sequence[str]) -> Mapping[str, Item]:
        """Returns those of the people that are in the campaign."""
        return {item.person_id: item for item in await self._items(campaign_id, person_ids)}

    async def open_items(self, campaign_id: str) -> tuple[Item, ...]:
        """Returns the people who are being called."""
        async with store_access():
            people = await self._client.execute_command("SMEMBERS", campaign_keys(campaign_id).open)
        return await self._items(campaign_id, sorted(people))

    async def ready(self, campaign_id: str, now: datetime, *, limit: int) -> tuple[Item, ...]:
        """Returns people whose time has come."""
        keys = campaign_keys(campaign_id)
        people: list[bytes] = []
        async with store_access():
            for waiting in (keys.wished, keys.waiting):
                left = limit - len(people)
                people += await self._client.execute_command(
                    "ZRANGEBYSCORE", waiting, "-inf", microseconds(now), "LIMIT", 0, left
                )
        return await self._items(campaign_id, people)

    async def next_ready(self, campaign_id: str) -> datetime | None:
        """Returns when the first of those who wait may be called."""
        keys = campaign_keys(campaign_id)
        first: list[bytes] = []
        async with store_access():
            for waiting in (keys.wished, keys.waiting):
                first += await self._client.execute_command(
                    "ZRANGEBYSCORE", waiting, "-inf", "+inf", "WITHSCORES", "LIMIT", 0, 1
                )
        if not first:
            await self.get(campaign_id)
            return None
        return datetime.fromtimestamp(min(float(score) for score in first[1::2]) / 1_000_000, UTC)

    async def order(self, campaign_id: str, person_id: str) -> Order | None:
        """Returns a person's order."""
        async with store_access():
            raw = await self._client.execute_command("HGET", campaign_keys(campaign_id).orders, person_id)
        if raw is None:
            await self.get(campaign_id)
            return None
        return codec.ORDER.decode(raw)

    async def events(self, campaign_id: str, cursor: str, *, wait: float) -> tuple[CampaignEvent, ...]:
        """Returns what happened after a cursor, at most 500 events at once."""
        return await self._feed.after(campaign_id, cursor, wait=wait)

    async def _items(self, campaign_id: str, people: Sequence[bytes | str]) -> tuple[Item, ...]:
        if not people:
            await self.get(campaign_id)
            return ()
        async with store_access():
            raw = await self._client.execute_command("HMGET", campaign_keys(campaign_id).items, *people)
        if not any(raw):
            await self.get(campaign_id)
        return tuple(codec.ITEM.decode(item) for item in raw if item is not None)


def _event_keys(campaign_id: str) -> tuple[str, str]:
    keys = campaign_keys(campaign_id)
    return keys.record, keys.events
