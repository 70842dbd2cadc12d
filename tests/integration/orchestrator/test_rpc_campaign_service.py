"""CampaignService over a real gRPC server: what clients of the API see."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from calling.v1 import campaign_service_pb2 as pb
from calling.v1 import consultation_pb2
from calling.v1.consultation_service_pb2 import StartConsultationRequest
from orchestrator.dialogue.ports.telephone import CallStatus
from tests.integration.orchestrator.served import Served, refused, serving
from tests.unit.orchestrator.dialogue.campaign.campaign_world import CampaignWorld

UNKNOWN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
ALWAYS = pb.CallingHours(opens="00:00", closes="24:00", weekdays=range(1, 8), on_holidays=True)


def consultation(number: int, **fields: Any) -> StartConsultationRequest:
    person = consultation_pb2.Person(person_id=f"v-{number}", name="홍길동", phone=f"010-1234-{number:04}")
    questions = [consultation_pb2.Question(text=f"요즘 {each}번째 걱정이 있으세요?" * 3) for each in range(20)]
    return StartConsultationRequest(person=person, question_set_id="q-3", questions=questions, **fields)


def campaign(people: int = 2, **fields: Any) -> pb.StartCampaignRequest:
    request = pb.StartCampaignRequest(
        request_id="spring", name="봄 안부", consultations=[consultation(number) for number in range(people)]
    )
    request.calling_hours.CopyFrom(ALWAYS)
    request.MergeFrom(pb.StartCampaignRequest(**fields))
    return request


def _abroad() -> StartConsultationRequest:
    request = consultation(7)
    request.person.phone = "+12025550123"
    return request


async def test_a_campaign_of_nobody_is_refused_unless_it_starts_paused() -> None:
    async with serving(CampaignWorld()) as served:
        refusal = await refused(served.campaigns.StartCampaign(campaign(people=0)))
        assert (refusal.reason, refusal.fields) == ("INVALID_FIELD", ["consultations"])
        assert await started(served, people=0, start_paused=True)


async def started(served: Served, **fields: Any) -> str:
    return (await served.campaigns.StartCampaign(campaign(**fields))).campaign.campaign_id


async def test_a_campaign_from_start_to_end() -> None:
    world = CampaignWorld()
    async with serving(world) as served:
        campaign_id = await started(served, people=2)
        watch = served.campaigns.WatchCampaign(pb.WatchCampaignRequest(campaign_id=campaign_id))
        await world.pass_time(3)
        first, second = world.ringing()
        await world.talks(first)
        await world.happens(second, CallStatus.BUSY)
        await world.pass_time(700, step=10)
        world.campaign_id = campaign_id
        await world.talks(world.ringing()[0])
        await world.pass_time(30)
        async with asyncio.timeout(10):
            events = [event async for event in watch]
        kinds = [event.WhichOneof("event") for event in events]
        assert kinds == ["campaign_changed", *["item_changed"] * 6, "campaign_changed"]
        results = [event.item_changed.last_result for event in events[1:-1]]
        assert sorted(results) == [0, 0, 1, 1, 3, 3]
        resumed = served.campaigns.WatchCampaign(
            pb.WatchCampaignRequest(campaign_id=campaign_id, cursor=events[3].cursor)
        )
        assert [event async for event in resumed] == events[4:]
        shown = (await served.campaigns.GetCampaign(pb.GetCampaignRequest(campaign_id=campaign_id))).campaign
        assert shown.state == pb.Campaign.STATE_COMPLETED
        expected = pb.CampaignProgress(total_count=2, reached_count=2, attempt_count=3)
        assert shown.progress == events[-1].progress == expected
        assert shown.HasField("end_time")
        consultation_id = events[1].item_changed.consultation_id
        assert (await world.store.get(consultation_id)).person_id == events[1].item_changed.person_id


async def test_what_was_left_out_is_filled_in() -> None:
    async with serving(CampaignWorld()) as served:
        request = campaign()
        request.ClearField("calling_hours")
        shown = (await served.campaigns.StartCampaign(request)).campaign
        assert shown.calling_hours == pb.CallingHours(opens="09:00", closes="18:00", weekdays=range(1, 6))
        assert (shown.pacing.most_calls, shown.pacing.calls_per_second) == (10, 1)
        rules = shown.retry_rules
        assert [wait.seconds for wait in (*rules.busy, *rules.no_answer, *rules.voicemail)] == [
            600, 1800, 86400, 10800, 86400,
        ]  # fmt: skip
        assert rules.most_attempts == 5


async def test_the_same_request_is_the_same_campaign() -> None:
    async with serving(CampaignWorld()) as served:
        assert await started(served) == await started(served)
        refusal = await refused(served.campaigns.StartCampaign(campaign(people=3)))
        assert (refusal.code, refusal.reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED")
        assert list(refusal.metadata) == ["campaignId"]


async def test_pausing_resuming_and_cancelling() -> None:
    async with serving(CampaignWorld()) as served:
        campaign_id = await started(served, start_paused=True)
        shown = (await served.campaigns.GetCampaign(pb.GetCampaignRequest(campaign_id=campaign_id))).campaign
        assert shown.state == pb.Campaign.STATE_PAUSED
        resumed = await served.campaigns.ResumeCampaign(pb.ResumeCampaignRequest(campaign_id=campaign_id))
        assert resumed.campaign.state == pb.Campaign.STATE_RUNNING
        paused = await served.campaigns.PauseCampaign(pb.PauseCampaignRequest(campaign_id=campaign_id))
        assert paused.campaign.state == pb.Campaign.STATE_PAUSED
        cancelled = await served.campaigns.CancelCampaign(pb.CancelCampaignRequest(campaign_id=campaign_id))
        assert cancelled.campaign.state == pb.Campaign.STATE_CANCELLED
        assert cancelled.campaign.progress.cancelled_count == 2
        refusal = await refused(served.campaigns.ResumeCampaign(pb.ResumeCampaignRequest(campaign_id=campaign_id)))
        assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "WRONG_STATE")
        assert refusal.metadata == {"campaignId": campaign_id, "state": "cancelled"}


async def test_a_thousand_people_fit_into_a_request_and_more_are_added() -> None:
    """Each is asked twenty questions: about a kilobyte and a half of Korean text a person."""
    async with serving(CampaignWorld()) as served:
        request = campaign(people=1000, start_paused=True)
        assert 1_500_000 < request.ByteSize() < 4 * 1024 * 1024
        campaign_id = (await served.campaigns.StartCampaign(request)).campaign.campaign_id
        more = pb.AddConsultationsRequest(
            campaign_id=campaign_id, consultations=[consultation(number) for number in range(900, 1900)]
        )
        for _ in range(2):
            added = await served.campaigns.AddConsultations(more)
            assert added.campaign.progress.total_count == 1900


@pytest.mark.parametrize("method", ["GetCampaign", "PauseCampaign", "ResumeCampaign", "CancelCampaign"])
async def test_campaigns_that_are_not_there(method: str) -> None:
    async with serving(CampaignWorld()) as served:
        request = getattr(pb, f"{method}Request")
        refusal = await refused(getattr(served.campaigns, method)(request(campaign_id=UNKNOWN)))
        assert (refusal.code, refusal.reason) == ("NOT_FOUND", "CAMPAIGN_NOT_FOUND")
        assert refusal.metadata == {"campaignId": UNKNOWN}
        refusal = await refused(getattr(served.campaigns, method)(request(campaign_id="spring")))
        assert (refusal.reason, refusal.fields) == ("INVALID_FIELD", ["campaign_id"])


async def test_a_cursor_that_is_none() -> None:
    async with serving(CampaignWorld()) as served:
        campaign_id = await started(served, start_paused=True)
        request = pb.WatchCampaignRequest(campaign_id=campaign_id, cursor="nonsense")
        refusal = await refused(_first(served.campaigns.WatchCampaign(request)))
        assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_CURSOR")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"priority": 10}, "priority"),
        ({"pacing": pb.CampaignPacing(most_calls=-1)}, "pacing.most_calls"),
        ({"pacing": pb.CampaignPacing(calls_per_second=float("nan"))}, "pacing.calls_per_second"),
        ({"calling_hours": pb.CallingHours(opens="9:00")}, "calling_hours.opens"),
        ({"calling_hours": pb.CallingHours(closes="24:01")}, "calling_hours.closes"),
        ({"calling_hours": pb.CallingHours(opens="18:00", closes="18:00")}, "calling_hours.closes"),
        ({"calling_hours": pb.CallingHours(weekdays=[0])}, "calling_hours.weekdays"),
        ({"retry_rules": pb.RetryRules(most_attempts=21)}, "retry_rules.most_attempts"),
        ({"retry_rules": pb.RetryRules(busy=[Duration(seconds=59)])}, "retry_rules.busy[0]"),
        ({"consultations": [consultation(7, request_id="x")]}, "consultations[2].request_id"),
        ({"consultations": [consultation(0)]}, "consultations[2].person.person_id"),
        ({"consultations": [_abroad()]}, "consultations[2].person.phone"),
        ({"consultations": [consultation(7, session_index=-1)]}, "consultations[2].session_index"),
        ({"consultations": [consultation(number) for number in range(2, 1001)]}, "consultations"),
    ],
)
async def test_every_wrong_field_is_named(fields: dict[str, Any], wrong: str) -> None:
    async with serving(CampaignWorld()) as served:
        refusal = await refused(served.campaigns.StartCampaign(campaign(**fields)))
        assert (refusal.code, refusal.reason, refusal.fields) == ("INVALID_ARGUMENT", "INVALID_FIELD", [wrong])


async def _first(stream: Any) -> Any:
    async for event in stream:
        return event
    raise AssertionError
