"""Requests at once: what is too much is refused, told when to come again, and never at the cost of live calls."""

import asyncio

from calling.v1 import call_service_pb2 as pb
from gateway.lanes import LaneWidths
from tests.fakes.orchestrator_servicers import Delay
from tests.fakes.waiting import until
from tests.integration.gateway.conftest import served
from tests.integration.gateway.gateway_client import CONSULTATION, DEADLINES

READ = f"/api/consultations/{CONSULTATION}"
VOICE = f"/twilio/voice?consultation={CONSULTATION}"


async def test_reads_are_refused_and_live_calls_go_on(orchestrator):
    orchestrator.on("GetConsultation", Delay())
    orchestrator.on("AnswerCall", pb.AnswerCallResponse(reply=pb.Reply(hang_up=pb.HangUp())))
    async with served(orchestrator, DEADLINES, LaneWidths(api=2)) as client:
        slow = [asyncio.create_task(client.get(READ)) for _ in range(2)]
        await until(lambda: len(orchestrator.requests("GetConsultation")) == 2)
        refused = await client.get(READ)
        assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
        assert "OVERLOADED" in refused.text
        assert (await client.webhook(VOICE)).verbs == ["Hangup"]
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def test_a_webhook_without_a_place_keeps_its_call(orchestrator):
    async with served(orchestrator, DEADLINES, LaneWidths(calls=0)) as client:
        answer = await client.webhook(VOICE)
        assert answer.verbs == ["Say", "Pause", "Redirect"]
        assert orchestrator.requests("AnswerCall") == []


async def test_more_watches_than_may_be_are_told_to_come_later(orchestrator):
    async with served(orchestrator, DEADLINES, LaneWidths(watches=0)) as client:
        answer = await client.get(f"{READ}/events")
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
