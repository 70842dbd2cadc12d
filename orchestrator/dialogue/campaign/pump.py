"""Leads campaigns: takes what came of the calls, and has the next ones made.

Due work (`DueKind.CAMPAIGN`): `attend` is called whenever a campaign is due, at least once, by any replica, several at
the same time too. Whom to call is written before the consultation is started, and the consultation's id follows from
what was written: so whoever goes on after a crash finds every attempt, and starts none twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from orchestrator.dialogue.campaign.attempts import brief_of, opened, request_id, settled, written
from orchestrator.dialogue.campaign.calling_hours import is_open, next_open
from orchestrator.dialogue.campaign.transaction import MOST_TRIES
from orchestrator.dialogue.consultations import Consultations
from orchestrator.dialogue.ports.campaigns import CampaignChange, CampaignStore
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.holidays import Holidays
from orchestrator.domain.brief import Brief
from orchestrator.domain.campaign import Campaign, CampaignChanged, CampaignState, Item, ItemState
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import CampaignNotFound, ConsultationNotFound, StoreUnavailable, TelephoneUnavailable

# How often the calls that are being made are looked at.
LOOK = timedelta(seconds=2)
# What was about to be started is started by another replica after this long.
RECOVERY = timedelta(seconds=5)
# Calls are started in beats: as many at once as the pace allows in one.
BEAT = timedelta(seconds=1)


class Overtaken(Exception):
    """Somebody else has changed the campaign meanwhile."""


class Pump:
    """Attends to campaigns."""

    def __init__(
        self,
        store: CampaignStore,
        consultations: Consultations,
        clock: Clock,
        holidays: Holidays,
        *,
        retention: timedelta = timedelta(days=30),
    ) -> None:
        """Makes it.

        Args:
            store: where campaigns are kept.
            consultations: starts and ends them.
            clock: the time.
            holidays: days on which nobody is called, unless a campaign says otherwise.
            retention: how long a campaign is kept after its end.
        """
        self._store = store
        self._consultations = consultations
        self._clock = clock
        self._holidays = holidays
        self._retention = retention

    async def attend(self, campaign_id: str) -> None:
        """Does for a campaign what is to be done now, and writes when to come again.

        Raises:
            StoreUnavailable
        """
        for _ in range(MOST_TRIES):
            try:
                campaign = await self._store.get(campaign_id)
                campaign = await self._settle(campaign)
                campaign = await self._place(campaign)
                campaign = await self._open(campaign)
                await self._rest(campaign)
            except CampaignNotFound:
                return  # expired
            except Overtaken:
                continue
            return
        raise StoreUnavailable

    async def may_dial(self, brief: Brief, consultation_id: str) -> bool:
        """Whether a call is wanted at this moment: asked when the phone is about to ring.

        Raises:
            StoreUnavailable
        """
        if not brief.campaign_id:
            return True
        person_id = brief.person.person_id
        try:
            campaign = await self._store.get(brief.campaign_id)
            item = (await self._store.items(brief.campaign_id, [person_id])).get(person_id)
        except CampaignNotFound:
            return False
        wanted = item is not None and item.state is ItemState.OPEN and item.consultation_id == consultation_id
        return wanted and self._calls_now(campaign)

    async def _settle(self, campaign: Campaign) -> Campaign:
        """Takes what came of the calls that are over; calls off those that a cancelled campaign does not want."""
        items = [item for item in await self._store.open_items(campaign.campaign_id) if item.placed]
        found = await asyncio.gather(*(self._consultation(campaign, item) for item in items))
        now = self._clock.now()
        changed = [
            (item, settled(campaign, item, consultation, now))
            for item, consultation in zip(items, found, strict=True)
            if consultation is None or consultation.state.final
        ]
        return await self._write(campaign, changed)

    async def _consultation(self, campaign: Campaign, item: Item) -> Consultation | None:
        try:
            consultation = await self._consultations.get(item.consultation_id)
            if campaign.state is CampaignState.CANCELLED and consultation.state.before_call:
                consultation = await self._consultations.end(item.consultation_id)
        except ConsultationNotFound:
            return None
        except TelephoneUnavailable:
            pass  # it is tried again at the next look
        return consultation

    async def _place(self, campaign: Campaign) -> Campaign:
        """Starts what was about to be started when its starter died.

        If nobody is called now, what was not started is taken back. Should its starter only have slept, its
        consultation is called off at the dialling: `may_dial` knows it no longer.
        """
        items = [item for item in await self._store.open_items(campaign.campaign_id) if not item.placed]
        if campaign.state is CampaignState.RUNNING:
            return await self._start(campaign, items)
        found = [await self._consultation(campaign, item) for item in items]
        now = self._clock.now()
        changed = [
            (item, settled(campaign, item, None, now) if consultation is None else replace(item, placed=True))
            for item, consultation in zip(items, found, strict=True)
        ]
        return await self._write(campaign, changed)

    async def _open(self, campaign: Campaign) -> Campaign:
        """Has the next people called, as many as pace, room and hours allow."""
        if not self._calls_now(campaign):
            return campaign
        now = self._clock.now()
        limit = _allowed(campaign, now)
        ready = await self._store.ready(campaign.campaign_id, now, limit=limit) if limit else ()
        if not ready:
            return campaign
        next_start_at = max(campaign.next_start_at, now) + _interval(campaign) * len(ready)
        paced = replace(campaign, next_start_at=next_start_at)
        intents = [opened(campaign, item) for item in ready]
        after = await self._write(paced, list(zip(ready, intents, strict=True)))
        return await self._start(after, intents)

    async def _start(self, campaign: Campaign, items: Sequence[Item]) -> Campaign:
        for item in items:
            order = await self._store.order(campaign.campaign_id, item.person_id)
            if order is not None:
                await self._consultations.start(
                    brief_of(campaign, order),
                    masked_phone=order.masked_phone,
                    request_id=request_id(campaign, item),
                    fingerprint=order.fingerprint,
                )
        return await self._write(campaign, [(item, replace(item, placed=True)) for item in items])

    async def _rest(self, campaign: Campaign) -> None:
        """Writes when the campaign is due again, or that it is over."""
        tally = campaign.tally
        over = not tally.open and (campaign.state.final or not tally.waiting)
        if over and campaign.state is not CampaignState.PAUSED:
            await self._end(campaign)
            return
        await self._commit(CampaignChange(_next(campaign), due=await self._due(campaign)))

    async def _end(self, campaign: Campaign) -> None:
        if campaign.ended_at is not None:
            return
        state = campaign.state if campaign.state.final else CampaignState.COMPLETED
        ended = replace(_next(campaign), state=state, ended_at=self._clock.now())
        expire_after = int(self._retention.total_seconds())
        await self._commit(CampaignChange(ended, occurrences=(CampaignChanged(ended),), expire_after=expire_after))

    async def _due(self, campaign: Campaign) -> datetime | None:
        now = self._clock.now()
        times = [now + LOOK] if campaign.tally.open else []
        room = campaign.plan.pacing.most_calls - campaign.tally.open
        if campaign.state is CampaignState.RUNNING and room > 0:
            ready_at = await self._store.next_ready(campaign.campaign_id)
            if ready_at is not None:
                start = max(ready_at, campaign.next_start_at, now + BEAT)
                times.append(next_open(campaign.plan.hours, start, self._holidays))
        return min(times, default=None)

    async def _write(self, campaign: Campaign, changed: list[tuple[Item, Item]]) -> Campaign:
        if not changed:
            return campaign
        return await self._commit(written(campaign, changed, due=self._clock.now() + RECOVERY))

    async def _commit(self, change: CampaignChange) -> Campaign:
        if not await self._store.commit(change):
            raise Overtaken
        return change.campaign

    def _calls_now(self, campaign: Campaign) -> bool:
        running = campaign.state is CampaignState.RUNNING
        return running and is_open(campaign.plan.hours, self._clock.now(), self._holidays)


def _allowed(campaign: Campaign, now: datetime) -> int:
    """Returns how many calls room and pace allow in the beat that begins now."""
    room = campaign.plan.pacing.most_calls - campaign.tally.open
    left = now + BEAT - max(campaign.next_start_at, now)
    return max(0, min(room, ceil(left / _interval(campaign))))


def _interval(campaign: Campaign) -> timedelta:
    return timedelta(seconds=1 / campaign.plan.pacing.calls_per_second)


def _next(campaign: Campaign) -> Campaign:
    return replace(campaign, version=campaign.version + 1)
