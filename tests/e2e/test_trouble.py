"""Whole calls in which something is broken or dies: the call goes on, and its result is complete."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.embedded_redis import EmbeddedRedis
from cli.ports import free_ports
from cli.system import Ports, System
from sandbox.payloads import example_payload
from sandbox.phone_call import place_call
from sandbox.report import Report
from sandbox.script import load_script, parse_script
from sandbox.twilio.settings import Streams, TwilioSettings
from sandbox.world import World, WorldSettings
from tests.fakes.openai_server import ScriptedOpenAi, ScriptedReply, structured

CALLEES = Path(__file__).parent / "callees"
COOPERATIVE = load_script(CALLEES / "cooperative.json")
FAST = 100.0
# Twilio opens streams to wss URLs only.
PUBLIC_URL = "https://gateway.example"
SHORT = {**json.loads(example_payload()), "vulnerabilities": {"risk_list": [], "desire_list": []}, "question_list": []}


@asynccontextmanager
async def running(
    folder: Path, speed: float, *, streams: Streams | None = None, **environment: str
) -> AsyncIterator[tuple[World, str]]:
    gateway, orchestrator, speech = free_ports(3)
    twilio = TwilioSettings(public_urls={PUBLIC_URL: f"http://127.0.0.1:{gateway}"}, streams=streams or Streams())
    async with World(WorldSettings(speed=speed, twilio=twilio)) as world:
        account = world.settings.twilio.account
        system = System(
            Ports(gateway, orchestrator, speech),
            {
                "PATH": os.environ["PATH"],
                "TWILIO_ACCOUNT_SID": account.sid,
                "TWILIO_AUTH_TOKEN": account.auth_token,
                "TWILIO_FROM_PHONE": min(account.numbers),
                "TWILIO_API_BASE_URL": world.twilio_url,
                "SPRING_BOOT_URL": world.result_url,
                "PUBLIC_BASE_URL": PUBLIC_URL,
                "LAST_WORDS_SECONDS": "1",
                "DRAIN_SECONDS": "1",
                "SPEECH_DRAIN_SECONDS": "1",
                **environment,
            },
            redis=None if "REDIS_URL" in environment else EmbeddedRedis(folder / "redis"),
            working_dir=folder,
            write_log=lambda _name, _line: None,
            on_ready=lambda _name, _seconds: None,
            restarts_per_minute=5,
        )
        async with system:
            yield world, system.gateway_url


def _cooperative() -> dict[str, Any]:
    return json.loads((CALLEES / "cooperative.json").read_text(encoding="utf-8"))


async def call_cooperative(world: World, gateway_url: str, *, real_timeout_s: float = 45) -> Report:
    payload = json.dumps(SHORT).encode()
    return await place_call(world, gateway_url, payload, COOPERATIVE, real_timeout_s=real_timeout_s)


def assert_complete(report: Report) -> None:
    assert report.ended
    assert report.result is not None
    assert report.result["fail_code"] == 0
    assert [turn["turn"] for turn in report.transcript] == list(range(1, len(report.transcript) + 1))


@pytest.mark.slow
async def test_without_synthesis_the_network_reads_the_words(tmp_path: Path) -> None:
    async with running(tmp_path, FAST, GRPC_TTS_URL="127.0.0.1:9") as (world, gateway_url):
        report = await call_cooperative(world, gateway_url)
    assert_complete(report)
    assert report.twilio["errors"] == []
    verbs = {verb.verb for verb in report.twilio["verbs"]}
    assert "Say" in verbs
    assert "Play" not in verbs


@pytest.mark.slow
async def test_a_language_model_answers_what_is_not_stored_and_writes_the_summary(tmp_path: Path) -> None:
    asks = {"heard": "생년월일", "say": "강아지한테 초콜릿을 먹여도 돼요?", "times": 1}
    curious = parse_script(json.dumps({"when": [asks, *_cooperative()["when"]]}))
    answer = ScriptedReply(pieces=("그건 ", "제가 알지 못해요."))
    claims = [{"text": "본인이 김순자라고 했습니다.", "turns": [7]}, {"text": "집을 팔았다고 했습니다.", "turns": [7]}]
    async with (
        ScriptedOpenAi(answer, by_schema={"summary": structured({"claims": claims})}) as model,
        running(tmp_path, FAST, OPENAI_API_KEY="key", OPENAI_BASE_URL=model.base_url) as (world, gateway_url),
    ):
        payload = json.dumps(SHORT).encode()
        report = await place_call(world, gateway_url, payload, curious, real_timeout_s=45)
    assert_complete(report)
    assert {"language_model": "그건 제가 알지 못해요."}.items() <= {
        turn["source"]: turn["text"] for turn in report.transcript
    }.items()
    assert report.result is not None
    assert "본인이 김순자라고 했습니다. [7]" in report.result["summary"]
    assert "집을 팔았다" not in report.result["summary"]
