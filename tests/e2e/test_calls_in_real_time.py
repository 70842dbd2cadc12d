"""Whole calls in real time, with real audio through all programs."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from sandbox.payloads.mode import in_mode
from sandbox.phone_call import place_call
from sandbox.report import Report
from sandbox.script import parse_script
from sandbox.world import World
from tests.e2e.test_trouble import COOPERATIVE, SHORT, assert_complete, running
from tests.running_programs import programs_in

PAYLOAD = in_mode(json.dumps(SHORT).encode(), "stream")
# Silence is waited through in real time, so that phone time goes by faster than answers come.
SPEED = 4.0


async def call(world: World, gateway_url: str, script: object = None) -> Report:
    callee = COOPERATIVE if script is None else parse_script(json.dumps(script))
    return await place_call(world, gateway_url, PAYLOAD, callee, real_timeout_s=50)


def verbs(report: Report) -> set[str]:
    return {verb.verb for verb in report.twilio["verbs"]}


def assert_heard(report: Report) -> None:
    assert all(turn["heard"] == turn["text"] for turn in report.transcript if turn["speaker"] == "agent")


@pytest.mark.slow
async def test_a_whole_consultation(tmp_path: Path) -> None:
    async with running(tmp_path, SPEED) as (world, gateway_url):
        report = await call(world, gateway_url)
    assert_complete(report)
    assert_heard(report)
    assert report.twilio["errors"] == []
    assert "Record" not in verbs(report)


@pytest.mark.slow
async def test_who_interrupts_is_heard_and_what_was_cut_was_not(tmp_path: Path) -> None:
    interrupts = {"heard": "녹음해도", "interrupt_after": 0.6, "say": "네 녹음해도 괜찮아요", "times": 1}
    script = {"when": [interrupts], "otherwise": "네."}
    async with running(tmp_path, SPEED) as (world, gateway_url):
        report = await call(world, gateway_url, script)
    cut = next(turn for turn in report.transcript if "녹음" in turn["text"])
    assert cut["text"].startswith(cut["heard"])
    assert report.twilio["errors"] == []


@pytest.mark.slow
@pytest.mark.parametrize("program", ["redis", "speech"])
async def test_a_program_that_is_killed_in_mid_stream_does_not_end_the_call(program: str, tmp_path: Path) -> None:
    async with running(tmp_path, SPEED) as (world, gateway_url):
        with world.events() as events:
            calling = asyncio.create_task(call(world, gateway_url))
            said = 0
            async for event in events:
                said += event.kind == "callee_said"
                if said == 1:
                    break
            os.killpg(os.getpgid(programs_in(tmp_path)[program]), signal.SIGKILL)
            report = await calling
    assert_complete(report)
