"""Campaigns as their owner sees them: start, look, follow, pause, cancel. Called by `rpc.campaign_servicer`."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.dialogue.campaign.transaction import Decision, transact
from orchestrator.dialogue.ports.campaigns import CampaignChange, CampaignStore
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.domain.campaign import (
    Campaign,
    CampaignChanged,
    CampaignEvent,
    CampaignPlan,
    CampaignState,
    Item,
    ItemState,
    Order,
    Tally,
)
from orchestrator.domain.errors import CampaignRequestIdReused, InvalidField, Violation, WrongCampaignState

MOST_PEOPLE = 100_000
# More violations than these are not told: they travel in a header, which has its bounds.
MOST_VIOLATIONS = 20
# The id of a campaign follows from its request_id, so that the same request finds the same campaign.
_REQUESTS = uuid.UUID("8c1d7a52-3f0b-5d7e-9a41-5b1f6f0c2d18")
# How long one look for new events waits, in seconds.
_WATCH_WAIT = 5.0


class Campaigns:
    """Starts, shows, holds up and cancels campaigns. `pump.Pump` leads them."""

    def __init__(self, store: CampaignStore, clock: Clock) -> None:
        """Makes it.

        Args:
            store: where campaigns are kept.
            clock: the time.
        """
        self._store = store
        self._clock = clock

    async def start(
        self, plan: CampaignPlan, orders: Sequence[Order], *, request_id: str, fingerprint: str, paused: bool
    ) -> Campaign:
        """Accepts a campaign; the first phones ring soon after, within its hours.

        Args:
            plan: how it is led.
            orders: whom to call, each person once.
            request_id: the same one twice is one campaign; empty: always a new one.
            fingerprint: of the request's content, to tell a repetition from a mistake.
            paused: nobody is called before it is resumed.

        Raises:
            CampaignRequestIdReused, StoreUnavailable
        """
        now = self._clock.now()
        campaign = Campaign(
            campaign_id=str(uuid.uuid5(_REQUESTS, request_id) if request_id else uuid.uuid4()),
            plan=plan,
            created_at=now,
            next_start_at=now,
            fingerprint=fingerprint,
            state=CampaignState.PAUSED if paused else CampaignState.RUNNING,
            tally=Tally(waiting=len(orders)),
        )
        change = CampaignChange(
            campaign,
            items=_items(orders, now),
            orders=_by_person(orders),
            occurrences=(CampaignChanged(campaign),),
            due=None if paused else now,
        )
        existing = await self._store.create(change)
        if existing is None:
            return campaign
        if existing.fingerprint != fingerprint:
            raise CampaignRequestIdReused(existing.campaign_id)
        return existing

    async def add(self, campaign_id: str, orders: Sequence[Order]) -> Campaign:
        """Adds people to a campaign that is not over; who is in it already, with the same order, stays as they are.

        Raises:
            CampaignNotFound, WrongCampaignState, StoreUnavailable
            InvalidField: somebody is in it with another order, or there are too many.
        """

        async def decide(current: Campaign) -> CampaignChange | None:
            if current.state.final:
                raise WrongCampaignState(campaign_id, current.state)
            known = await self._store.items(campaign_id, [order.brief.person.person_id for order in orders])
            new = [order for order in orders if order.brief.person.person_id not in known]
            _check(orders, known, current.tally.total + len(new))
            if not new:
                return None
            now = self._clock.now()
            tally = replace(current.tally, waiting=current.tally.waiting + len(new))
            after = replace(current, version=current.version + 1, tally=tally)
            return CampaignChange(
                after,
                items=_items(new, now),
                orders=_by_person(new),
                occurrences=(CampaignChanged(after),),
                due=now,
            )

        await self._changed(campaign_id, decide)
        return await self._store.get(campaign_id)  # newer than what was read if the same people were just added

    async def get(self, campaign_id: str) -> Campaign:
        """Returns a campaign.

        Raises:
            CampaignNotFound, StoreUnavailable
        """
        return await self._store.get(campaign_id)

    async def pause(self, campaign_id: str) -> Campaign:
        """Calls nobody else until resumed; calls that were answered go on, those that wait to be dialled do not.

        Raises:
            CampaignNotFound, StoreUnavailable
            WrongCampaignState: it is over.
        """
        return await self._to(campaign_id, CampaignState.PAUSED)

    async def resume(self, campaign_id: str) -> Campaign:
        """Goes on with a campaign that was paused.

        Raises:
            CampaignNotFound, StoreUnavailable
            WrongCampaignState: it is over.
        """
        return await self._to(campaign_id, CampaignState.RUNNING)

    async def cancel(self, campaign_id: str) -> Campaign:
        """Calls nobody else; calls that were answered go on, all others are called off.

        Raises:
            CampaignNotFound, StoreUnavailable
            WrongCampaignState: it is completed.
        """
        return await self._to(campaign_id, CampaignState.CANCELLED)

    async def watch(self, campaign_id: str, cursor: str) -> AsyncGenerator[CampaignEvent, None]:
        """Yields what happens after a cursor, until nothing more will.

        Raises:
            CampaignNotFound, InvalidCursor, StoreUnavailable
        """
        over = (await self._store.get(campaign_id)).ended_at is not None
        while True:
            events = await self._store.events(campaign_id, cursor, wait=0.0 if over else _WATCH_WAIT)
            for event in events:
                cursor = event.cursor
                yield event
            if over and not events:
                return
            over = over or (await self._store.get(campaign_id)).ended_at is not None

    async def _to(self, campaign_id: str, state: CampaignState) -> Campaign:
        async def decide(current: Campaign) -> CampaignChange | None:
            if current.state is state:
                return None
            if current.state.final:
                raise WrongCampaignState(campaign_id, current.state)
            after = replace(current, version=current.version + 1, state=state)
            cancelled = state is CampaignState.CANCELLED
            if cancelled:
                tally = current.tally
                after = replace(after, tally=replace(tally, waiting=0, cancelled=tally.cancelled + tally.waiting))
            return CampaignChange(
                after,
                occurrences=(CampaignChanged(after),),
                due=self._clock.now(),
                forget_waiting=cancelled,
            )

        return await self._changed(campaign_id, decide)

    async def _changed(self, campaign_id: str, decide: Decision) -> Campaign:
        return await transact(self._store, campaign_id, decide)


def _items(orders: Sequence[Order], now: datetime) -> tuple[Item, ...]:
    """Returns the items of new orders: a microsecond apart, so that they are called in the order they came."""
    return tuple(
        Item(
            order.brief.person.person_id,
            order.fingerprint,
            state=ItemState.WAITING,
            next_attempt_at=now + timedelta(microseconds=place),
        )
        for place, order in enumerate(orders)
    )


def _by_person(orders: Sequence[Order]) -> dict[str, Order]:
    return {order.brief.person.person_id: order for order in orders}


def _check(orders: Sequence[Order], known: Mapping[str, Item], total: int) -> None:
    """Raises InvalidField if somebody is known with another order, or there are too many."""
    violations = [
        Violation(f"consultations[{place}].person.person_id", "is in the campaign already, with other content")
        for place, order in enumerate(orders)
        if (item := known.get(order.brief.person.person_id)) and item.fingerprint != order.fingerprint
    ]
    if total > MOST_PEOPLE:
        violations.append(Violation("consultations", f"must be at most {MOST_PEOPLE} in a campaign"))
    if violations:
        raise InvalidField(*violations[:MOST_VIOLATIONS])
