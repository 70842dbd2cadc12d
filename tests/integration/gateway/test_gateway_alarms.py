"""Alarms over HTTP: seen, and taken over."""

import json

import grpc
import pytest

from calling.v1 import consultation_pb2, outcome_pb2
from calling.v1 import consultation_service_pb2 as pb
from tests.fakes.orchestrator_servicers import Failure
from tests.integration.gateway.gateway_client import CONSULTATION, Client
from tests.integration.gateway.test_gateway_api import BASE, NOON, NOON_TEXT, VIEW, consultation

ALARM = consultation_pb2.Alarm(
    number=2, danger_kind=outcome_pb2.DANGER_KIND_SELF_HARM, turn_number=8, create_time=NOON, notification_count=3,
    noticed_by=[consultation_pb2.Alarm.OBSERVER_RULES, consultation_pb2.Alarm.OBSERVER_LANGUAGE_MODEL, 99],
)  # fmt: skip
ALARM_VIEW = {
    "number": 2, "danger_kind": "self_harm", "turn": 8, "noticed_by": ["rules", "language_model", "unknown"],
    "create_time": NOON_TEXT, "notification_count": 3, "escalate_time": None, "acknowledge_time": None,
    "acknowledged_by": None,
}  # fmt: skip


async def test_alarms_of_a_consultation(client: Client, orchestrator):
    orchestrator.on("GetConsultation", pb.GetConsultationResponse(consultation=consultation(alarms=[ALARM])))
    assert json.loads((await client.get(BASE)).body) == VIEW | {"alarms": [ALARM_VIEW]}


async def test_acknowledging(client: Client, orchestrator):
    taken = consultation_pb2.Alarm()
    taken.CopyFrom(ALARM)
    taken.acknowledged_by = "operator-7"
    taken.acknowledge_time.CopyFrom(ALARM.create_time)
    unavailable = Failure(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
    orchestrator.on("AcknowledgeAlarm", unavailable, pb.AcknowledgeAlarmResponse(alarm=taken))
    answer = await client.post(f"{BASE}/alarms/2/acknowledge", json={"acknowledged_by": "operator-7"})
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "consultation_id": CONSULTATION,
        "alarm": ALARM_VIEW | {"acknowledged_by": "operator-7", "acknowledge_time": NOON_TEXT},
    }
    asked = pb.AcknowledgeAlarmRequest(consultation_id=CONSULTATION, alarm_number=2, acknowledged_by="operator-7")
    assert orchestrator.requests("AcknowledgeAlarm") == [asked, asked]  # it may be repeated, so it is


@pytest.mark.parametrize(
    ("path", "body", "answered"),
    [
        ("alarms/2/acknowledge", {}, (400, "INVALID_FIELD")),
        ("alarms/2/acknowledge", {"acknowledged_by": 7}, (400, "INVALID_FIELD")),
        ("alarms/x/acknowledge", {"acknowledged_by": "a"}, (404, "NOT_FOUND")),
        ("alarms/-1/acknowledge", {"acknowledged_by": "a"}, (404, "NOT_FOUND")),
        ("alarms/9999999999/acknowledge", {"acknowledged_by": "a"}, (404, "NOT_FOUND")),
    ],
)
async def test_acknowledgements_that_are_none(client: Client, orchestrator, path, body, answered):
    answer = await client.post(f"{BASE}/{path}", json=body)
    assert (answer.status, json.loads(answer.body)["error"]["reason"]) == answered
    assert not orchestrator.received


async def test_alarm_that_is_not_there(client: Client, orchestrator):
    orchestrator.on("AcknowledgeAlarm", Failure(grpc.StatusCode.NOT_FOUND, "ALARM_NOT_FOUND", "No such alarm."))
    answer = await client.post(f"{BASE}/alarms/2/acknowledge", json={"acknowledged_by": "operator-7"})
    assert (answer.status, json.loads(answer.body)["error"]["reason"]) == (404, "ALARM_NOT_FOUND")
