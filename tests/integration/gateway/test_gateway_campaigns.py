"""Campaigns over HTTP: bodies, shapes, events and errors."""

from __future__ import annotations

import io
import json

import grpc
import pytest

from calling.v1 import campaign_service_pb2 as pb
from tests.fakes.orchestrator_servicers import Failure
from tests.fakes.receive_payloads import full_payload
from tests.integration.gateway.gateway_client import Client
from tests.integration.gateway.test_gateway_events import frames


def full(**fields: object) -> dict[str, object]:
    return full_payload() | fields


CAMPAIGN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"
BASE = f"/api/campaigns/{CAMPAIGN}"
NOON = {"seconds": 1795233600}
MESSAGE = pb.Campaign(
    campaign_id=CAMPAIGN, name="봄 안부", state=pb.Campaign.STATE_RUNNING, priority=3, create_time=NOON,
    pacing=pb.CampaignPacing(most_calls=10, calls_per_second=0.5),
    calling_hours=pb.CallingHours(opens="09:00", closes="18:00", weekdays=[1, 7]),
    retry_rules=pb.RetryRules(busy=[{"seconds": 600}], no_answer=[{"seconds": 1800}, {"seconds": 86400}]),
    progress=pb.CampaignProgress(total_count=3, waiting_count=1, open_count=1, reached_count=1, attempt_count=2),
)  # fmt: skip
PROGRESS = {"total": 3, "waiting": 1, "open": 1, "reached": 1, "unreached": 0, "cancelled": 0, "attempts": 2}
VIEW = {
    "campaign_id": CAMPAIGN, "name": "봄 안부", "state": "running",
    "pacing": {"most_calls": 10, "calls_per_second": 0.5},
    "calling_hours": {"opens": "09:00", "closes": "18:00", "weekdays": ["monday", "sunday"], "on_holidays": False},
    "retry_rules": {
        "busy_seconds": [600], "no_answer_seconds": [1800, 86400], "voicemail_seconds": [], "most_attempts": 0
    },
    "priority": 3, "progress": PROGRESS, "create_time": "2026-11-21T04:00:00.000+00:00", "end_time": None,
}  # fmt: skip
BODY = {
    "name": "봄 안부",
    "consultations": [],
    "pacing": {"most_calls": 10, "calls_per_second": 0.5},
    "calling_hours": {"opens": "10:00", "closes": "17:30", "weekdays": ["monday", "saturday"], "on_holidays": True},
    "retry_rules": {"busy_seconds": [300], "no_answer_seconds": [60, 120], "most_attempts": 3},
    "priority": 3,
    "start_paused": True,
}


async def test_starting_a_campaign(client: Client, orchestrator):
    orchestrator.on("StartCampaign", pb.StartCampaignResponse(campaign=MESSAGE))
    body = BODY | {"consultations": [full(), full(vulnerable_id="v-2")]}
    answer = await client.post("/api/campaigns", json=body, headers={"Idempotency-Key": "spring"})
    assert answer.status == 202
    view = json.loads(answer.body)
    assert view | {"create_time": None} == VIEW | {"create_time": None}
    (asked,) = orchestrator.requests("StartCampaign")
    assert asked.request_id == "spring"
    assert [each.person.person_id for each in asked.consultations] == ["v-1029", "v-2"]
    assert [each.request_id for each in asked.consultations] == ["", ""]
    asked.ClearField("consultations")
    assert asked == pb.StartCampaignRequest(
        request_id="spring",
        name="봄 안부",
        pacing=pb.CampaignPacing(most_calls=10, calls_per_second=0.5),
        calling_hours=pb.CallingHours(opens="10:00", closes="17:30", weekdays=[1, 6], on_holidays=True),
        retry_rules=pb.RetryRules(
            busy=[{"seconds": 300}], no_answer=[{"seconds": 60}, {"seconds": 120}], most_attempts=3
        ),
        priority=3,
        start_paused=True,
    )


async def test_a_start_without_a_key_is_repeatable_on_the_way(client: Client, orchestrator):
    unavailable = Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
    orchestrator.on("StartCampaign", unavailable, pb.StartCampaignResponse(campaign=MESSAGE))
    assert (await client.post("/api/campaigns", json={"name": "봄"})).status == 202
    first, second = orchestrator.requests("StartCampaign")
    assert first == second
    assert first.request_id


async def test_a_campaign_may_be_large(client: Client, orchestrator):
    orchestrator.on("StartCampaign", pb.StartCampaignResponse(campaign=MESSAGE))
    body = BODY | {"consultations": [full(vulnerable_id=f"v-{number}") for number in range(1000)]}
    content = json.dumps(body, ensure_ascii=False).encode()
    assert len(content) > 1024 * 1024
    headers = {"Content-Type": "application/json"}
    assert (await client.post("/api/campaigns", data=io.BytesIO(content), headers=headers)).status == 202


@pytest.mark.parametrize(
    ("method", "path", "rpc"),
    [
        ("get", "", "GetCampaign"),
        ("post", "/pause", "PauseCampaign"),
        ("post", "/resume", "ResumeCampaign"),
        ("post", "/cancel", "CancelCampaign"),
    ],
)
async def test_looking_and_holding_up(client: Client, orchestrator, method, path, rpc):
    orchestrator.on(rpc, getattr(pb, f"{rpc}Response")(campaign=MESSAGE))
    answer = await getattr(client, method)(f"{BASE}{path}")
    assert (answer.status, json.loads(answer.body)["campaign_id"]) == (200, CAMPAIGN)
    assert orchestrator.requests(rpc) == [getattr(pb, f"{rpc}Request")(campaign_id=CAMPAIGN)]


async def test_adding_people(client: Client, orchestrator):
    orchestrator.on("AddConsultations", pb.AddConsultationsResponse(campaign=MESSAGE))
    answer = await client.post(f"{BASE}/consultations", json={"consultations": [full()]})
    assert answer.status == 200
    (asked,) = orchestrator.requests("AddConsultations")
    assert (asked.campaign_id, len(asked.consultations)) == (CAMPAIGN, 1)


async def test_events(client: Client, orchestrator):
    item = pb.CampaignItem(
        person_id="v-2", state=pb.CampaignItem.STATE_WAITING, attempt_count=1, consultation_id="c-1",
        last_result=pb.CampaignItem.RESULT_NO_ANSWER, next_attempt_time=NOON,
    )  # fmt: skip
    shown = [
        pb.WatchCampaignResponse(cursor="1-1", event_time=NOON, progress=MESSAGE.progress, campaign_changed=MESSAGE),
        pb.WatchCampaignResponse(cursor="2-1", event_time=NOON, progress=MESSAGE.progress, item_changed=item),
        pb.WatchCampaignResponse(cursor="3-1"),
    ]
    orchestrator.on("WatchCampaign", shown)
    answer = await client.get(f"{BASE}/events", headers={"Last-Event-ID": "0-9"})
    events = frames(answer.text)
    assert [event["event"] for event in events] == ["campaign_changed", "item_changed", "unknown", "end"]
    assert [event.get("id") for event in events] == ["1-1", "2-1", "3-1", None]
    told = json.loads(events[1]["data"])
    assert told["progress"] == PROGRESS
    assert told["item"] | {"next_attempt_time": None} == {
        "person_id": "v-2", "state": "waiting", "attempts": 1, "consultation_id": "c-1", "last_result": "no_answer",
        "next_attempt_time": None, "wished": False,
    }  # fmt: skip
    assert orchestrator.requests("WatchCampaign") == [pb.WatchCampaignRequest(campaign_id=CAMPAIGN, cursor="0-9")]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("consultations[3].person.phone", "consultations[3].phone"),
        ("consultations[0].person.person_id", "consultations[0].vulnerable_id"),
        ("consultations[0].questions[1].text", "consultations[0].question_list[1].text"),
        ("retry_rules.no_answer[1]", "retry_rules.no_answer_seconds[1]"),
        ("calling_hours.opens", "calling_hours.opens"),
        ("request_id", "Idempotency-Key"),
    ],
)
async def test_wrong_fields_are_named_in_the_bodys_words(client: Client, orchestrator, theirs, ours):
    wrong = Failure(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", violations=((theirs, "is wrong"),))
    orchestrator.on("StartCampaign", wrong)
    answer = await client.post("/api/campaigns", json=BODY)
    assert (answer.status, json.loads(answer.body)["error"]["field"]) == (400, ours)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "봄", "consultations": [{}]}, "consultations[0].vulnerable_id"),
        ({"name": "봄", "calling_hours": {"weekdays": ["mon"]}}, "calling_hours.weekdays[0]"),
        ({"name": "봄", "retry_rules": {"busy_seconds": [-1]}}, "retry_rules.busy_seconds[0]"),
        ({"name": "봄", "pacing": {"calls_per_second": "1"}}, "pacing.calls_per_second"),
        ({"name": "봄", "start_pause": True}, "start_pause"),
        ({"name": "봄", "retry_rules": {"busy": [600]}}, "retry_rules.busy"),
        ({"name": "봄", "consultations": {}}, "consultations"),
        ({"name": "봄", "consultations": [{}] * 1001}, "consultations"),
    ],
)
async def test_bodies_that_are_none(client: Client, orchestrator, body, field):
    answer = await client.post("/api/campaigns", json=body)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["reason"], error["field"]) == (400, "INVALID_FIELD", field)
    assert not orchestrator.received


async def test_a_campaign_that_is_not_there(client: Client, orchestrator):
    orchestrator.on("GetCampaign", Failure(grpc.StatusCode.NOT_FOUND, "CAMPAIGN_NOT_FOUND"))
    answer = await client.get(BASE)
    assert (answer.status, json.loads(answer.body)["error"]["reason"]) == (404, "CAMPAIGN_NOT_FOUND")
