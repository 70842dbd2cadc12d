"""A campaign through the whole system: over HTTP, through Redis and the telephone network, to the delivered results."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.script import load_script
from tests.e2e.test_trouble import CALLEES, COOPERATIVE, FAST, SHORT, running

EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ALWAYS = {"opens": "00:00", "closes": "24:00", "weekdays": EVERY_DAY, "on_holidays": True}


@pytest.mark.slow
async def test_two_people_one_of_them_busy(tmp_path: Path) -> None:
    people = [{**SHORT, "vulnerable_id": f"v-{number}", "phone": f"010-1234-000{number}"} for number in (1, 2)]
    body = {
        "name": "봄 안부",
        "consultations": people,
        "pacing": {"most_calls": 1},
        "calling_hours": ALWAYS,
        "retry_rules": {"most_attempts": 1},
    }
    async with running(tmp_path, FAST) as (world, gateway_url), aiohttp.ClientSession(gateway_url) as session:
        world.next_callee(load_script(CALLEES / "busy.json"))
        world.next_callee(COOPERATIVE)
        async with session.post("/api/campaigns", json=body) as answer:
            assert answer.status == 202
            campaign_id = (await answer.json())["campaign_id"]
        async with asyncio.timeout(45):
            events = await _events(session, f"/api/campaigns/{campaign_id}/events")
        await world.backend.delivered(2)
        results = {each.body["v_id"]: each.body["fail_code"] for each in world.backend.deliveries}
    changes = [(event["item"]["person_id"], event["item"]["state"]) for event in events if "item" in event]
    assert changes == [("v-1", "open"), ("v-1", "unreached"), ("v-2", "open"), ("v-2", "reached")]
    assert events[-1]["campaign"]["state"] == "completed"
    assert events[-1]["progress"] == {
        "total": 2, "waiting": 0, "open": 0, "reached": 1, "unreached": 1, "cancelled": 0, "attempts": 2
    }  # fmt: skip
    assert results == {"v-1": 6, "v-2": 0}


async def _events(session: aiohttp.ClientSession, path: str) -> list[dict[str, Any]]:
    events = []
    async with session.get(path) as stream:
        async for line in stream.content:
            if line.startswith(b"event: end"):
                break
            if line.startswith(b"data: "):
                events.append(json.loads(line.removeprefix(b"data: ")))
    return events
