"""Whole calls that a machine answers, a carrier announces, or Twilio errs about: real audio, in both modes."""

import json
from pathlib import Path

import pytest

from sandbox.payloads.mode import in_mode
from sandbox.phone_call import place_call
from sandbox.report import Report
from sandbox.script import Script, load_script
from sandbox.twilio.settings import Streams
from sandbox.world import World
from tests.e2e.test_trouble import CALLEES, COOPERATIVE, FAST, SHORT, assert_complete, running

pytestmark = pytest.mark.slow
# Silence on a stream is waited through in real time.
SPEED = {"turn_by_turn": FAST, "stream": 4.0}
MODES = pytest.mark.parametrize("mode", ["turn_by_turn", "stream"])


async def call(world: World, gateway_url: str, mode: str, callee: Script) -> Report:
    payload = in_mode(json.dumps(SHORT).encode(), mode)
    return await place_call(world, gateway_url, payload, callee, real_timeout_s=60)


def heard_by_the_callee(report: Report) -> str:
    heard = (verb.outcome.get("heard", ()) for verb in report.twilio["verbs"])
    return " ".join(" ".join([words] if isinstance(words, str) else words) for words in heard)


def plain(words: str) -> str:
    return "".join(filter(str.isalnum, words))


@MODES
async def test_a_person_whom_twilio_takes_for_a_machine(mode: str, tmp_path: Path) -> None:
    async with running(tmp_path, SPEED[mode]) as (world, gateway_url):
        report = await call(world, gateway_url, mode, load_script(CALLEES / "taken_for_machine.json"))
    assert "machine_detection" in {each.purpose for each in report.twilio["requests"]}
    assert report.twilio["call"]["answered_by"] == "machine_start"
    assert_complete(report)


@MODES
async def test_voicemail_that_twilio_takes_for_a_person(mode: str, tmp_path: Path) -> None:
    async with running(tmp_path, SPEED[mode]) as (world, gateway_url):
        report = await call(world, gateway_url, mode, load_script(CALLEES / "voicemail_undetected.json"))
    assert report.result is not None
    assert report.result["fail_code"] == 6
    assert sum(turn["speaker"] == "callee" for turn in report.transcript) <= 2
    assert not any("김순자" in turn["text"] for turn in report.transcript)


@MODES
async def test_the_greeting_is_heard_whole_after_the_carriers_notice(mode: str, tmp_path: Path) -> None:
    callee = COOPERATIVE.model_copy(update={"answers": "carrier-notice"})
    async with running(tmp_path, SPEED[mode], CARRIER_NOTICE_SECONDS="7") as (world, gateway_url):
        report = await call(world, gateway_url, mode, callee)
    assert_complete(report)
    assert plain(report.transcript[0]["text"]) in plain(heard_by_the_callee(report))


async def test_the_greeting_is_said_again_where_nobody_knew_of_the_notice(tmp_path: Path) -> None:
    callee = COOPERATIVE.model_copy(update={"answers": "carrier-notice"})
    async with running(tmp_path, SPEED["stream"]) as (world, gateway_url):
        report = await call(world, gateway_url, "stream", callee)
    assert_complete(report)
    assert plain(report.transcript[0]["text"]) in plain(heard_by_the_callee(report))


async def test_a_call_whose_marks_are_lost_ends_all_the_same(tmp_path: Path) -> None:
    leaves = Script.model_validate({"otherwise": "그만 끊을게요."})
    async with running(tmp_path, SPEED["stream"], streams=Streams(marks_lost=True)) as (world, gateway_url):
        report = await call(world, gateway_url, "stream", leaves)
    assert report.ended
    assert report.result is not None
    assert report.result["fail_code"] == 2
