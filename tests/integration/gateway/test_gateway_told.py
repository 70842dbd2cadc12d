"""What the person told and what was made of it, from gRPC messages to JSON."""

import json

from calling.v1 import consultation_service_pb2 as pb
from calling.v1 import outcome_pb2, transcript_pb2
from tests.integration.gateway.gateway_client import Client
from tests.integration.gateway.test_gateway_api import BASE, NOON, NOON_TEXT, response

HEALTH = response(2, "desire", 2, "health")


async def test_what_is_told_of_some_turns_only(client: Client, orchestrator):
    types = transcript_pb2.Turn
    said = types(
        number=2, speaker=types.SPEAKER_CALLEE, understanding=transcript_pb2.Understanding(
            intent="danger", layer=transcript_pb2.Understanding.LAYER_RULES, confidence=0.98765, number=0,
            danger_kind=outcome_pb2.DANGER_KIND_FIRE,
        ),
    )  # fmt: skip
    meant = types(number=4, understanding=transcript_pb2.Understanding(intent="yes", layer=99))
    cost = transcript_pb2.LanguageModelUse(
        model="m", prompt_version="3", input_tokens=800, output_tokens=40, attempts=2
    )
    answered = types(number=5, language_model_use=cost, wording_version="2026-11")
    orchestrator.on("GetTranscript", pb.GetTranscriptResponse(turns=[said, meant, answered]))
    first, second, third = json.loads((await client.get(f"{BASE}/transcript")).body)["turns"]
    assert first["understanding"] == {
        "intent": "danger", "layer": "rules", "confidence": 0.988, "expected_answer": None, "danger_kind": "fire",
        "number": 0,
    }  # fmt: skip
    assert second["understanding"] == {
        "intent": "yes", "layer": "unknown", "confidence": None, "expected_answer": None, "danger_kind": None,
        "number": None,
    }  # fmt: skip
    assert third["language_model_use"] == {
        "model": "m", "prompt_version": "3", "input_tokens": 800, "output_tokens": 40, "attempts": 2,
    }  # fmt: skip
    assert third["wording_version"] == "2026-11"
    assert "understanding" not in third
    assert "language_model_use" not in first


async def test_summary_with_all_that_the_person_told(client: Client, orchestrator):
    outcome = outcome_pb2.Outcome(
        findings=[outcome_pb2.Finding(subject="new_problems[0].urgency", level=0, unasked=True)],
        call_back=outcome_pb2.CallBackWish(
            quote="내일 오전에요", turn_number=4, not_before=NOON,
            part_of_day=outcome_pb2.CallBackWish.PART_OF_DAY_MORNING,
        ),
        new_problems=[
            outcome_pb2.NewProblem(
                content="무릎이 아파요", codes=[{"desire": 2}, {}], since_and_why="지난달부터요", urgency=3,
                daily_life=0, grave=True, turn_numbers=[8, 10],
            )
        ],
        recording_consent=outcome_pb2.RECORDING_CONSENT_REFUSED,
        identified=True,
    )  # fmt: skip
    claims = [outcome_pb2.Claim(text="무릎이 아프다고 함", turn_numbers=[8]), outcome_pb2.Claim(text="끝까지 받음")]
    orchestrator.on("Summary", pb.SummaryResponse(outcome=outcome, claims=claims))
    view = json.loads((await client.get(f"{BASE}/summary")).body)
    assert view["claims"] == [{"text": "무릎이 아프다고 함", "turns": [8]}, {"text": "끝까지 받음", "turns": []}]
    told = view["outcome"]
    assert (told["findings"][0]["level"], told["findings"][0]["unasked"]) == (0, True)
    assert told["call_back"] == {
        "quote": "내일 오전에요", "turn": 4, "not_before": NOON_TEXT, "not_after": None, "part_of_day": "morning",
    }  # fmt: skip
    assert told["new_problems"] == [
        {
            "content": "무릎이 아파요", "codes": [HEALTH], "since_and_why": "지난달부터요",
            "urgency": 3, "daily_life": 0, "help": None, "grave": True, "turns": [8, 10],
        }
    ]  # fmt: skip
    assert (told["recording_consent"], told["identified"]) == ("refused", True)
