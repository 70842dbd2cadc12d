"""Campaigns to test with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from orchestrator.dialogue.ports.campaigns import CampaignChange
from orchestrator.domain.campaign import Campaign, CampaignPlan, Item, Order, Tally
from tests.fakes.consultations import NOON, brief


def order(person_id: str = "v-17", *, phone: str = "+821012345678") -> Order:
    """What is asked of a person; the fingerprint says nothing else than who it is."""
    realistic = brief()
    person = replace(realistic.person, person_id=person_id, phone=phone)
    return Order(replace(realistic, person=person), "+**********78", f"fingerprint of {person_id}")


def item(person_id: str, place: int = 0, **fields: Any) -> Item:
    waiting = Item(person_id, f"fingerprint of {person_id}", next_attempt_at=NOON + timedelta(microseconds=place))
    return replace(waiting, **fields)


def campaign(campaign_id: str | None = None, **fields: Any) -> Campaign:
    record = Campaign(campaign_id or str(uuid4()), CampaignPlan("봄 안부"), NOON, NOON)
    return replace(record, **fields)


def first_change(record: Campaign, *people: str, **fields: Any) -> CampaignChange:
    """The change that makes a campaign with people in it."""
    return CampaignChange(
        replace(record, tally=Tally(waiting=len(people))),
        items=tuple(item(person, place) for place, person in enumerate(people)),
        orders={person: order(person) for person in people},
        **fields,
    )


def next_change(before: Campaign, *, record: dict[str, Any] | None = None, **fields: Any) -> CampaignChange:
    """A change made from a record."""
    return CampaignChange(replace(before, version=before.version + 1, **(record or {})), **fields)
