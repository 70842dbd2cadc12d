"""A campaign over fakes: phones ring, people do as they are told, days pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from orchestrator.dialogue.ports.telephone import CallReport, CallStatus
from orchestrator.domain.campaign import CallingHours, Campaign, CampaignPlan, Item, Pacing
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.korean_time import KOREA
from orchestrator.domain.outcome import CallBackWish
from tests.fakes.campaigns import order
from tests.unit.orchestrator.dialogue.scene import Scene

ALWAYS = CallingHours(0, 24 * 60, tuple(range(7)), holidays=True)
MONDAY = datetime(2026, 11, 23, 10, tzinfo=KOREA).astimezone(UTC)


def plan(*, calls: int = 10, pace: float = 100, hours: CallingHours = ALWAYS, **fields: Any) -> CampaignPlan:
    return CampaignPlan("봄 안부", Pacing(calls, pace), hours, **fields)


class CampaignWorld(Scene):
    """A scene with one campaign. It is Monday, ten o'clock."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.clock.advance((MONDAY - self.clock.now()).total_seconds())
        self.permits._free_at = MONDAY
        self.campaign_id = ""

    async def begin(self, *people: str, wanted: CampaignPlan | None = None, paused: bool = False) -> Campaign:
        orders = [order(person, phone=f"+8210{number:08}") for number, person in enumerate(people)]
        campaign = await self.campaigns.start(
            wanted or plan(), orders, request_id="spring", fingerprint="one", paused=paused
        )
        self.campaign_id = campaign.campaign_id
        return campaign

    async def pass_time(self, seconds: float, *, step: float = 1.0) -> None:
        """Does what is due, second by second."""
        for _ in range(round(seconds / step)):
            await self.work(step)

    async def campaign(self) -> Campaign:
        return await self.campaigns.get(self.campaign_id)

    async def item(self, person: str) -> Item:
        return (await self.campaign_store.items(self.campaign_id, [person]))[person]

    def rung(self) -> Counter[str]:
        """How often each phone rang."""
        return Counter(order.phone for order in self.telephone.orders)

    def ringing(self) -> list[str]:
        """The calls that are not over."""
        return [sid for sid, call in self.telephone.calls.items() if not call.status.final]

    async def happens(self, call_sid: str, status: CallStatus) -> None:
        """The network reports how a call ended."""
        position = list(self.telephone.calls).index(call_sid)
        consultation_id = self.telephone.orders[position].consultation_id
        self.telephone.calls[call_sid] = CallReport(call_sid, status)
        await self.reports.report(consultation_id, CallReport(call_sid, status))

    async def talks(self, call_sid: str, wish: CallBackWish | None = None) -> None:
        """Somebody answers, talks, perhaps wishes to be called again, and hangs up."""
        await self.happens(call_sid, CallStatus.IN_PROGRESS)
        position = list(self.telephone.calls).index(call_sid)
        current = await self.store.get(self.telephone.orders[position].consultation_id)
        progress = replace(current.progress, call_back=wish, over=True, exception=ExceptionCode.NONE)
        stored = self.store._stored[current.consultation_id]
        stored.consultation = replace(current, progress=progress)
        await self.happens(call_sid, CallStatus.COMPLETED)
