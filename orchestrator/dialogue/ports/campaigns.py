"""Where campaigns are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orchestrator.domain.campaign import Campaign, CampaignEvent, CampaignOccurrence, Item, Order


@dataclass(frozen=True, slots=True)
class CampaignChange:
    """A change of one campaign, written wholly or not at all.

    Attributes:
        campaign: the new record, its version one above the one it was made from.
        items: the people who are new or of whom something changed. The order of one who is not called again is erased.
        orders: of those who are new, by person.
        occurrences: what watchers are told, in order.
        due: when the campaign is to be attended to (`DueKind.CAMPAIGN`); None: not by itself.
        forget_waiting: nobody who waits is called any more: their orders are erased.
        expire_after: seconds after which everything of the campaign is erased; None: unchanged.
    """

    campaign: Campaign
    items: tuple[Item, ...] = ()
    orders: Mapping[str, Order] = field(default_factory=dict)
    occurrences: tuple[CampaignOccurrence, ...] = ()
    due: datetime | None = None
    forget_waiting: bool = False
    expire_after: int | None = None


class CampaignStore(Protocol):
    """Keeps campaigns. Every method may raise StoreUnavailable; all but `create`, CampaignNotFound."""

    async def create(self, change: CampaignChange) -> Campaign | None:
        """Writes a new campaign with its first people, unless its id is taken: then returns what stands there."""
        ...

    async def commit(self, change: CampaignChange) -> bool:
        """Writes a change atomically; False, and nothing written, if the record has another version by now."""
        ...

    async def get(self, campaign_id: str) -> Campaign:
        """Returns the record."""
        ...

    async def items(self, campaign_id: str, person_ids: Sequence[str]) -> Mapping[str, Item]:
        """Returns those of the people that are in the campaign."""
        ...

    async def open_items(self, campaign_id: str) -> tuple[Item, ...]:
        """Returns the people who are being called."""
        ...

    async def ready(self, campaign_id: str, now: datetime, *, limit: int) -> tuple[Item, ...]:
        """Returns people whose time has come: first who wished it, then who waits longest."""
        ...

    async def next_ready(self, campaign_id: str) -> datetime | None:
        """Returns when the first of those who wait may be called; None: nobody waits."""
        ...

    async def order(self, campaign_id: str, person_id: str) -> Order | None:
        """Returns a person's order; None: it is erased."""
        ...

    async def events(self, campaign_id: str, cursor: str, *, wait: float) -> tuple[CampaignEvent, ...]:
        """Returns what happened after a cursor; if nothing did, waits up to `wait` seconds for something.

        Raises:
            InvalidCursor
        """
        ...
