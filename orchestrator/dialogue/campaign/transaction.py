"""Changes a campaign: read, decide, write if nobody else did meanwhile, else again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from orchestrator.dialogue.ports.campaigns import CampaignChange, CampaignStore
from orchestrator.domain.campaign import Campaign
from orchestrator.domain.errors import StoreUnavailable

Decision = Callable[[Campaign], Awaitable[CampaignChange | None]]

MOST_TRIES = 8


async def transact(store: CampaignStore, campaign_id: str, decide: Decision) -> Campaign:
    """Applies a decision to the newest state of a campaign and returns the state after it.

    Args:
        store: where it is kept.
        campaign_id: which one.
        decide: returns the change to make, or None for none; called again after a conflict.

    Raises:
        CampaignNotFound, StoreUnavailable, and whatever `decide` raises.
    """
    for _ in range(MOST_TRIES):
        campaign = await store.get(campaign_id)
        change = await decide(campaign)
        if change is None:
            return campaign
        if await store.commit(change):
            return change.campaign
    raise StoreUnavailable
