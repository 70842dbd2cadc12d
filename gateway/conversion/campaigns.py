"""Campaigns: bodies as requests, messages as the shapes of `gateway.campaign_views`."""

from collections.abc import Iterable, Sequence

from google.protobuf.duration_pb2 import Duration

from calling.v1 import campaign_service_pb2 as pb
from calling.v1 import consultation_service_pb2
from gateway import campaign_views as views
from gateway.campaign_body import CampaignBody
from gateway.conversion import consultations
from gateway.conversion.views import enum_name, moment, optional_name
from gateway.receive import ReceivePayload


def start_request(body: CampaignBody, request_id: str) -> pb.StartCampaignRequest:
    """Returns the request; `request_id` makes it repeatable."""
    hours, rules = body.calling_hours, body.retry_rules
    return pb.StartCampaignRequest(
        request_id=request_id,
        name=body.name,
        consultations=orders(body.consultations),
        pacing=pb.CampaignPacing(most_calls=body.pacing.most_calls, calls_per_second=body.pacing.calls_per_second),
        calling_hours=pb.CallingHours(
            opens=hours.opens,
            closes=hours.closes,
            weekdays=[pb.Weekday.Value(f"WEEKDAY_{day.upper()}") for day in hours.weekdays],
            on_holidays=hours.on_holidays,
        ),
        retry_rules=pb.RetryRules(
            busy=_durations(rules.busy_seconds),
            no_answer=_durations(rules.no_answer_seconds),
            voicemail=_durations(rules.voicemail_seconds),
            most_attempts=rules.most_attempts,
        ),
        priority=body.priority,
        start_paused=body.start_paused,
    )


def orders(payloads: Iterable[ReceivePayload]) -> list[consultation_service_pb2.StartConsultationRequest]:
    """Returns what each person's consultation is started with; the campaign names it."""
    return [consultations.start_request(payload, "") for payload in payloads]


def campaign(message: pb.Campaign) -> views.CampaignView:
    """Returns a campaign."""
    hours, rules = message.calling_hours, message.retry_rules
    return views.CampaignView(
        campaign_id=message.campaign_id,
        name=message.name,
        state=enum_name(pb.Campaign.State, message.state, "STATE_"),
        pacing=views.PacingView(most_calls=message.pacing.most_calls, calls_per_second=message.pacing.calls_per_second),
        calling_hours=views.CallingHoursView(
            opens=hours.opens,
            closes=hours.closes,
            weekdays=[enum_name(pb.Weekday, day, "WEEKDAY_") for day in hours.weekdays],
            on_holidays=hours.on_holidays,
        ),
        retry_rules=views.RetryRulesView(
            busy_seconds=_seconds(rules.busy),
            no_answer_seconds=_seconds(rules.no_answer),
            voicemail_seconds=_seconds(rules.voicemail),
            most_attempts=rules.most_attempts,
        ),
        priority=message.priority,
        progress=progress(message.progress),
        create_time=moment(message, "create_time"),
        end_time=moment(message, "end_time"),
    )


def progress(message: pb.CampaignProgress) -> views.ProgressView:
    """Returns how far a campaign has come."""
    return views.ProgressView(
        total=message.total_count,
        waiting=message.waiting_count,
        open=message.open_count,
        reached=message.reached_count,
        unreached=message.unreached_count,
        cancelled=message.cancelled_count,
        attempts=message.attempt_count,
    )


def event(message: pb.WatchCampaignResponse) -> views.CampaignEventView:
    """Returns an event; one of a kind newer than this gateway keeps its cursor, so that a watch goes on after it."""
    view = views.CampaignEventView(
        cursor=message.cursor,
        time=moment(message, "event_time"),
        type="unknown",
        progress=progress(message.progress),
    )
    match message.WhichOneof("event"):
        case "campaign_changed":
            view["type"] = "campaign_changed"
            view["campaign"] = campaign(message.campaign_changed)
        case "item_changed":
            view["type"] = "item_changed"
            view["item"] = _item(message.item_changed)
    return view


def _item(message: pb.CampaignItem) -> views.ItemView:
    return views.ItemView(
        person_id=message.person_id,
        state=enum_name(pb.CampaignItem.State, message.state, "STATE_"),
        attempts=message.attempt_count,
        consultation_id=message.consultation_id or None,
        last_result=optional_name(pb.CampaignItem.Result, message.last_result, "RESULT_"),
        next_attempt_time=moment(message, "next_attempt_time"),
        wished=message.wished,
    )


def _durations(waits: Sequence[int]) -> list[Duration]:
    return [Duration(seconds=wait) for wait in waits]


def _seconds(waits: Iterable[Duration]) -> list[int]:
    return [wait.seconds for wait in waits]
