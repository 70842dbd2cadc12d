"""Campaigns: requests into the domain, and what became of them as messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from calling.v1 import campaign_service_pb2 as pb
from calling.v1.consultation_service_pb2 import StartConsultationRequest
from observability.log import masked_phone
from orchestrator.dialogue.consultations import fingerprint
from orchestrator.domain.campaign import (
    CallingHours,
    Campaign,
    CampaignChanged,
    CampaignEvent,
    CampaignPlan,
    Item,
    ItemChanged,
    Order,
    Pacing,
    RetryRules,
    Tally,
)
from orchestrator.rpc.campaign_validation import minutes
from orchestrator.rpc.conversion.orders import brief


def campaign_plan(request: pb.StartCampaignRequest) -> CampaignPlan:
    """Returns how a checked request wants its campaign led."""
    pacing, rules = Pacing(), RetryRules()
    return CampaignPlan(
        name=request.name.strip(),
        pacing=Pacing(
            request.pacing.most_calls or pacing.most_calls,
            request.pacing.calls_per_second or pacing.calls_per_second,
        ),
        hours=_hours(request.calling_hours),
        retry=RetryRules(
            busy=_waits(request.retry_rules.busy) or rules.busy,
            no_answer=_waits(request.retry_rules.no_answer) or rules.no_answer,
            voicemail=_waits(request.retry_rules.voicemail) or rules.voicemail,
            most_attempts=request.retry_rules.most_attempts or rules.most_attempts,
        ),
        priority=request.priority,
    )


def orders(requests: Iterable[StartConsultationRequest]) -> list[Order]:
    """Returns whom checked requests want called."""
    return [_order(request) for request in requests]


def campaign_message(campaign: Campaign) -> pb.Campaign:
    """Returns a campaign as a message."""
    plan = campaign.plan
    message = pb.Campaign(
        campaign_id=campaign.campaign_id,
        name=plan.name,
        state=pb.Campaign.State.Value(f"STATE_{campaign.state.upper()}"),
        pacing=pb.CampaignPacing(most_calls=plan.pacing.most_calls, calls_per_second=plan.pacing.calls_per_second),
        calling_hours=_hours_message(plan.hours),
        retry_rules=pb.RetryRules(
            busy=_durations(plan.retry.busy),
            no_answer=_durations(plan.retry.no_answer),
            voicemail=_durations(plan.retry.voicemail),
            most_attempts=plan.retry.most_attempts,
        ),
        priority=plan.priority,
        progress=progress_message(campaign.tally),
    )
    message.create_time.FromDatetime(campaign.created_at)
    if campaign.ended_at is not None:
        message.end_time.FromDatetime(campaign.ended_at)
    return message


def progress_message(tally: Tally) -> pb.CampaignProgress:
    """Returns how far a campaign has come as a message."""
    return pb.CampaignProgress(
        total_count=tally.total,
        waiting_count=tally.waiting,
        open_count=tally.open,
        reached_count=tally.reached,
        unreached_count=tally.unreached,
        cancelled_count=tally.cancelled,
        attempt_count=tally.attempts,
    )


def event_message(event: CampaignEvent) -> pb.WatchCampaignResponse:
    """Returns an event as a message."""
    message = pb.WatchCampaignResponse(cursor=event.cursor, progress=progress_message(event.tally))
    message.event_time.FromDatetime(event.happened_at)
    match event.occurrence:
        case CampaignChanged(campaign):
            message.campaign_changed.CopyFrom(campaign_message(campaign))
        case ItemChanged(item):
            message.item_changed.CopyFrom(_item_message(item))
    return message


def _order(request: StartConsultationRequest) -> Order:
    wanted = brief(request)
    content = request.SerializeToString(deterministic=True)
    return Order(wanted, masked_phone(wanted.person.phone), fingerprint(content))


def _hours(hours: pb.CallingHours) -> CallingHours:
    default = CallingHours()
    opens, closes = minutes(hours.opens), minutes(hours.closes)
    return CallingHours(
        opens=default.opens if opens is None else opens,
        closes=default.closes if closes is None else closes,
        weekdays=tuple(sorted({day - 1 for day in hours.weekdays})) or default.weekdays,
        holidays=hours.on_holidays,
    )


def _hours_message(hours: CallingHours) -> pb.CallingHours:
    return pb.CallingHours(
        opens=_time_of_day(hours.opens),
        closes=_time_of_day(hours.closes),
        weekdays=[pb.Weekday.ValueType(day + 1) for day in hours.weekdays],
        on_holidays=hours.holidays,
    )


def _time_of_day(after_midnight: int) -> str:
    return f"{after_midnight // 60:02}:{after_midnight % 60:02}"


def _waits(durations: Sequence[Duration]) -> tuple[timedelta, ...]:
    return tuple(duration.ToTimedelta() for duration in durations)


def _durations(waits: Sequence[timedelta]) -> list[Duration]:
    durations = [Duration() for _ in waits]
    for duration, wait in zip(durations, waits, strict=True):
        duration.FromTimedelta(wait)
    return durations


def _item_message(item: Item) -> pb.CampaignItem:
    result = item.results[-1].upper() if item.results else "UNSPECIFIED"
    message = pb.CampaignItem(
        person_id=item.person_id,
        state=pb.CampaignItem.State.Value(f"STATE_{item.state.upper()}"),
        attempt_count=item.attempts,
        consultation_id=item.consultation_id,
        last_result=pb.CampaignItem.Result.Value(f"RESULT_{result}"),
        wished=item.wished,
    )
    if item.next_attempt_at is not None:
        message.next_attempt_time.FromDatetime(item.next_attempt_at)
    return message
