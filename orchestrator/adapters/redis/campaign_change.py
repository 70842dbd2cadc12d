"""Campaigns as JSON bytes, and a change of one as the arguments of the script `campaign` that writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestrator.adapters.redis.change import Argument, microseconds, milliseconds
from orchestrator.adapters.redis.codec import Codec, Undecodable
from orchestrator.adapters.redis.keys import NEWS
from orchestrator.dialogue.ports.campaigns import CampaignChange
from orchestrator.domain.campaign import (
    Campaign,
    CampaignChanged,
    CampaignEvent,
    CampaignOccurrence,
    Item,
    ItemChanged,
    ItemState,
    Order,
    Tally,
)

CAMPAIGN = Codec(Campaign)
ITEM = Codec(Item)
ORDER = Codec(Order)


@dataclass(frozen=True, slots=True)
class _StoredEvent:
    happened_at: datetime
    tally: Tally
    campaign_changed: CampaignChanged | None = None
    item_changed: ItemChanged | None = None


_EVENT = Codec(_StoredEvent)


def decode_event(cursor: str, raw: bytes) -> CampaignEvent:
    """Reads an occurrence; its cursor is kept beside it."""
    stored = _EVENT.decode(raw)
    occurrence = stored.campaign_changed or stored.item_changed
    if occurrence is None:
        raise Undecodable("a stored event of a campaign is of an unknown kind")
    return CampaignEvent(cursor, stored.happened_at, stored.tally, occurrence)


def arguments(change: CampaignChange, *, now: datetime, writer: bytes, new: bool = False) -> list[Argument]:
    """Returns the arguments, in the order in which `campaign.lua` takes them.

    Args:
        change: what to write.
        now: when it happens.
        writer: at most 64 bytes that no other process has: two that make equal changes at the same time are to know
            which of them did.
        new: whether this is a new campaign.
    """
    campaign = change.campaign
    data = CAMPAIGN.encode(campaign)
    items = [part for item in change.items for part in _item(item)]
    orders = [part for person, order in change.orders.items() for part in (person, ORDER.encode(order))]
    due = "" if change.due is None else milliseconds(change.due)
    return [
        campaign.campaign_id,
        "" if new else campaign.version - 1,
        campaign.version,
        _stamp(writer, data, *items, *orders, due),
        data,
        len(change.items),
        *items,
        len(change.orders),
        *orders,
        int(change.forget_waiting),
        len(change.occurrences),
        *(_encode_event(now, campaign.tally, occurrence) for occurrence in change.occurrences),
        due,
        (change.expire_after or 0) * 1000,
        NEWS,
    ]


def _item(item: Item) -> Iterator[Argument]:
    yield item.person_id
    yield ITEM.encode(item)
    waits = "wished" if item.wished else "waiting"
    yield {ItemState.WAITING: waits, ItemState.OPEN: "open"}.get(item.state, "")
    yield microseconds(item.next_attempt_at) if item.next_attempt_at is not None else ""


def _encode_event(now: datetime, tally: Tally, occurrence: CampaignOccurrence) -> bytes:
    match occurrence:
        case CampaignChanged():
            stored = _StoredEvent(now, tally, campaign_changed=occurrence)
        case ItemChanged():
            stored = _StoredEvent(now, tally, item_changed=occurrence)
    return _EVENT.encode(stored)


def _stamp(writer: bytes, *parts: Argument) -> str:
    digest = hashlib.blake2b(digest_size=16, key=writer)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()
