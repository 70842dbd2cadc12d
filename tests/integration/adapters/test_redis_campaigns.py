"""Many replicas attend to one campaign in a real Redis at once: each person is started once, no more than wanted."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from orchestrator.adapters.korean_holidays import KoreanHolidays
from orchestrator.adapters.redis.campaign_store import RedisCampaignStore
from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.dialogue.alarms import Alarms
from orchestrator.dialogue.campaign.campaigns import Campaigns
from orchestrator.dialogue.campaign.pump import Pump
from orchestrator.dialogue.consultations import Consultations
from orchestrator.dialogue.ports.store import Due, DueKind
from orchestrator.domain.campaign import CallingHours, CampaignPlan, Pacing
from orchestrator.domain.errors import StoreUnavailable
from tests.fakes.alarm_receivers import ScriptedAlarmReceivers
from tests.fakes.audio_store import InMemoryAudioStore
from tests.fakes.campaigns import order
from tests.fakes.clock import ManualClock
from tests.fakes.institution import short_institution
from tests.fakes.pause_memory import InMemoryPauseMemory
from tests.fakes.telephone import ScriptedTelephone

PEOPLE = [f"v-{number}" for number in range(30)]
MOST_CALLS = 12


async def test_many_replicas_at_once(redis_url: str) -> None:
    client, clock = open_client(redis_url), ManualClock()
    consultation_store, campaign_store = RedisConsultationStore(client, clock), RedisCampaignStore(client, clock)
    consultations = Consultations(
        store=consultation_store,
        audio=InMemoryAudioStore(),
        telephone=ScriptedTelephone(),
        clock=clock,
        institution=short_institution(),
        pauses=InMemoryPauseMemory(),
        alarms=Alarms(consultation_store, ScriptedAlarmReceivers(), clock),
    )
    stores = [RedisCampaignStore(client, clock) for _ in range(6)]
    replicas = [Pump(store, consultations, clock, KoreanHolidays()) for store in stores]
    hours = CallingHours(0, 24 * 60, tuple(range(7)), holidays=True)
    plan = CampaignPlan("봄 안부", Pacing(MOST_CALLS, 100), hours, priority=4)
    campaign = await Campaigns(campaign_store, clock).start(
        plan, [order(person) for person in PEOPLE], request_id="", fingerprint="", paused=False
    )
    assert await consultation_store.overdue(limit=10) == (Due(DueKind.CAMPAIGN, campaign.campaign_id),)
    for ended in range(4):
        clock.advance(5)
        answers = await asyncio.gather(
            *(replica.attend(campaign.campaign_id) for replica in replicas), return_exceptions=True
        )
        assert all(answer is None or isinstance(answer, StoreUnavailable) for answer in answers)  # all but one lost
        assert None in answers
        page = await consultation_store.newest(limit=100, token="")
        people = [each.person_id for each in page.items]
        assert len(people) == len(set(people)) == min(MOST_CALLS * (ended + 1), len(PEOPLE))
        open_items = await campaign_store.open_items(campaign.campaign_id)
        assert len(open_items) <= MOST_CALLS
        for item in open_items:
            brief, _ = await consultation_store.load(item.consultation_id)
            assert (brief.person.person_id, brief.campaign_id, brief.dialling.line) == (
                item.person_id,
                campaign.campaign_id,
                6,
            )
            assert await replicas[0].may_dial(brief, item.consultation_id)
            assert not await replicas[0].may_dial(replace(brief, campaign_id=item.consultation_id), "")
            await consultations.end(item.consultation_id)
    assert (await campaign_store.get(campaign.campaign_id)).tally.cancelled == len(PEOPLE)
    for store in (consultation_store, campaign_store, *stores):
        await store.close()
    await client.aclose()
