"""The life of one person's item: opened, placed, settled. Pure; `pump` writes what is decided here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from orchestrator.dialogue.campaign.retry_rules import next_attempt, result_of, wish_of
from orchestrator.dialogue.consultations import id_of
from orchestrator.dialogue.ports.campaigns import CampaignChange
from orchestrator.dialogue.ports.dial_permits import Line
from orchestrator.domain.brief import Brief
from orchestrator.domain.campaign import AttemptResult, Campaign, Item, ItemChanged, ItemState, Order
from orchestrator.domain.consultation import Consultation

# Results of attempts in which no phone rang.
_NO_ATTEMPT = {AttemptResult.NOT_NOW, AttemptResult.CANCELLED}


def request_id(campaign: Campaign, item: Item) -> str:
    """Returns what names the item's latest consultation: started twice, it is one."""
    return f"campaign:{campaign.campaign_id}:{item.consultations}:{item.person_id}"


def opened(campaign: Campaign, item: Item) -> Item:
    """Returns an item for which the next consultation is about to be started: the intent."""
    intent = replace(item, state=ItemState.OPEN, consultations=item.consultations + 1, placed=False)
    return replace(intent, consultation_id=id_of(request_id(campaign, intent)), next_attempt_at=None)


def brief_of(campaign: Campaign, order: Order) -> Brief:
    """Returns what a consultation of the campaign is started with."""
    dialling = replace(order.brief.dialling, line=Line.LAST - campaign.plan.priority)
    return replace(order.brief, dialling=dialling, campaign_id=campaign.campaign_id)


def settled(campaign: Campaign, item: Item, consultation: Consultation | None, now: datetime) -> Item:
    """Returns an item whose consultation is over, or (None) was never started or is erased."""
    if consultation is not None:
        # The network says when it ended, by a clock of its own.
        result, ended_at = result_of(consultation), min(consultation.ended_at or now, now)
    else:
        result, ended_at = AttemptResult.CANCELLED if item.placed else AttemptResult.NOT_NOW, now
    rang = result not in _NO_ATTEMPT
    told = replace(item, placed=False, attempts=item.attempts + rang, results=(*item.results, result))
    wish = wish_of(consultation) if consultation is not None else None
    again = None if campaign.state.final else next_attempt(told, campaign.plan.retry, wish, ended_at)
    if again is None:
        return replace(told, state=_last_state(result), wished=False)
    wished = result is AttemptResult.CALL_BACK or (result is AttemptResult.NOT_NOW and item.wished)
    return replace(told, state=ItemState.WAITING, next_attempt_at=again, wished=wished)


def written(campaign: Campaign, changed: list[tuple[Item, Item]], *, due: datetime | None) -> CampaignChange:
    """Returns the change that writes items, given before and after; watchers are told."""
    tally = campaign.tally
    for before, after in changed:
        tally = tally.moved(before, after)
    return CampaignChange(
        replace(campaign, version=campaign.version + 1, tally=tally),
        items=tuple(after for _, after in changed),
        occurrences=tuple(ItemChanged(after) for before, after in changed if after.state is not before.state),
        due=due,
    )


def _last_state(result: AttemptResult) -> ItemState:
    match result:
        case AttemptResult.REACHED | AttemptResult.CALL_BACK:
            return ItemState.REACHED
        case AttemptResult.NOT_NOW | AttemptResult.CANCELLED:
            return ItemState.CANCELLED
        case _:
            return ItemState.UNREACHED
