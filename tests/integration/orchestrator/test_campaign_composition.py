"""A campaign over the program as it is put together: Redis, the telephone network's API and gRPC are real."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from calling.v1 import call_service_pb2, call_service_pb2_grpc, campaign_service_pb2_grpc, consultation_pb2
from calling.v1 import campaign_service_pb2 as pb
from calling.v1.consultation_service_pb2 import StartConsultationRequest
from orchestrator.bootstrap import Orchestrator
from orchestrator.config import Settings
from tests.fakes.twilio_rest import ACCOUNT, TOKEN, ScriptedTwilio

ALWAYS = pb.CallingHours(opens="00:00", closes="24:00", weekdays=range(1, 8), on_holidays=True)
OPEN, UNREACHED = pb.CampaignItem.STATE_OPEN, pb.CampaignItem.STATE_UNREACHED


@pytest.mark.slow
async def test_a_campaign_rings_and_ends(redis_url: str) -> None:
    people = [
        StartConsultationRequest(
            person=consultation_pb2.Person(person_id=f"v-{number}", name="홍길동", phone=f"010-1234-567{number}"),
            question_set_id="q-3",
        )
        for number in range(2)
    ]
    request = pb.StartCampaignRequest(
        name="봄 안부", consultations=people, calling_hours=ALWAYS, retry_rules=pb.RetryRules(most_attempts=1)
    )
    async with ScriptedTwilio() as twilio:
        settings = Settings(
            _env_file=None,
            grpc_port=0,
            redis_url=redis_url,
            drain_seconds=1,
            grpc_tts_url="127.0.0.1:9",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_from_phone="+15005550006",
            twilio_api_base_url=twilio.url,
        )
        async with (
            Orchestrator(settings) as orchestrator,
            grpc.aio.insecure_channel(f"127.0.0.1:{orchestrator.port}") as channel,
            asyncio.timeout(30),
        ):
            campaigns = campaign_service_pb2_grpc.CampaignServiceStub(channel)
            calls = call_service_pb2_grpc.CallServiceStub(channel)
            campaign_id = (await campaigns.StartCampaign(request, wait_for_ready=True)).campaign.campaign_id
            seen = []
            async for event in campaigns.WatchCampaign(pb.WatchCampaignRequest(campaign_id=campaign_id)):
                seen.append(event)
                if event.item_changed.state == OPEN:
                    await _is_busy(calls, twilio, event.item_changed)
    phones = [asked.field("To") for asked in twilio.asked if asked.method == "POST"]
    assert sorted(phones) == [["+821012345670"], ["+821012345671"]]
    states = [(event.item_changed.person_id, event.item_changed.state) for event in seen if event.item_changed.state]
    assert sorted(states) == [("v-0", OPEN), ("v-0", UNREACHED), ("v-1", OPEN), ("v-1", UNREACHED)]
    assert seen[-1].campaign_changed.state == pb.Campaign.STATE_COMPLETED
    assert seen[-1].progress == pb.CampaignProgress(total_count=2, unreached_count=2, attempt_count=2)


async def _is_busy(
    calls: call_service_pb2_grpc.CallServiceAsyncStub, twilio: ScriptedTwilio, item: pb.CampaignItem
) -> None:
    """Waits until the phone rings, and says that the line is busy."""
    phone = f"+82101234567{item.person_id[-1]}"
    while not (rung := [call for call in twilio.calls if call["to"] == phone]):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    report = call_service_pb2.ReportCallStatusRequest(
        consultation_id=item.consultation_id,
        call_sid=rung[0]["sid"],
        call_status=call_service_pb2.ReportCallStatusRequest.CALL_STATUS_BUSY,
    )
    await calls.ReportCallStatus(report)
