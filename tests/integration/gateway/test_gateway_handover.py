"""Putting the callee through, as the sandbox's Twilio carries it out: a peer that somebody else wrote."""

import json

import pytest

from calling.v1 import call_service_pb2 as pb
from gateway.app import start
from sandbox.script import parse_script
from sandbox.twilio.call_request import CallRequest
from sandbox.twilio.settings import AUTH_TOKEN, FROM_NUMBER, TwilioSettings
from sandbox.world import World, WorldSettings
from tests.integration.gateway.gateway_client import CONSULTATION, DEADLINES, PUBLIC, settings

THROUGH = pb.Reply(
    prompts=[pb.Prompt(text="연결해 드릴게요.", uninterruptible=True)],
    hand_over=pb.HandOver(phone="+8221234567", ring_timeout={"seconds": 20}, turn_number=3),
)
GOODBYE = pb.Reply(prompts=[pb.Prompt(text="안녕히 계세요.")], hang_up=pb.HangUp())


@pytest.mark.parametrize(
    ("callee", "ended"),
    [
        ({"operator": "answers"}, [True]),
        ({"operator": "busy"}, [False]),
        ({"operator": "no-answer"}, [False]),
        ({"when": [{"heard": "연결", "hangup": True, "after": 1.0}]}, []),
        ({"when": [{"heard": "연결", "hangup": True, "after": 9.0}]}, [True]),
    ],
)
async def test_the_orchestrator_is_told_how_it_ended(orchestrator, callee, ended):
    orchestrator.on("AnswerCall", pb.AnswerCallResponse(reply=THROUGH))
    orchestrator.on("TakeTurn", pb.TakeTurnResponse(reply=GOODBYE))
    gateway = await start(settings(orchestrator.address, twilio_auth_token=AUTH_TOKEN), DEADLINES)
    twilio = TwilioSettings(public_urls={PUBLIC: f"http://127.0.0.1:{gateway.port}"})
    async with World(WorldSettings(speed=5000, twilio=twilio)) as world:
        world.next_callee(parse_script(json.dumps(callee)))
        url = f"{PUBLIC}/twilio/voice?consultation={CONSULTATION}"
        call = world.twilio.place(CallRequest(to="+821012345678", sender=FROM_NUMBER, url=url))
        await call.settled.wait()
        journal = world.twilio.journal
    await gateway.stop()
    assert journal.breaches == []
    assert [verb.verb for verb in journal.verbs][:2] == ["Say", "Dial"]
    told = orchestrator.requests("TakeTurn")
    assert [request.hand_over_end.answered for request in told] == ended
    assert all((request.turn_number, request.call_sid) == (3, call.sid) for request in told)
