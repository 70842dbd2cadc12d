"""Campaigns through the whole system while orchestrators are killed: nobody is left out, nobody is called twice."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sandbox.script import Script, load_script, parse_script
from sandbox.twilio.subscriber import Subscriber
from tests.e2e.campaign_system import MOST_CALLS, SPLITS, CampaignSystem, Split, running_campaigns
from tests.e2e.test_trouble import CALLEES, SHORT

EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ALWAYS = {"opens": "00:00", "closes": "24:00", "weekdays": EVERY_DAY, "on_holidays": True}
AT_ONCE = {"busy_seconds": [1], "no_answer_seconds": [1, 2], "voicemail_seconds": [1], "most_attempts": 4}
SPEED = 8.0
FINAL = {"reached", "unreached"}


def _human(*reactions: dict[str, Any]) -> Script:
    when = [*reactions, {"heard": "녹음", "say": "네, 괜찮아요."}]
    return parse_script(json.dumps({"answers": "human", "when": when, "otherwise": "네."}))


TALKS = Subscriber(_human({"heard": "통화 괜찮|통화하셔도|통화가 괜찮", "hangup": True, "after": 0.5}), speed=SPEED)
LATER = Subscriber(
    _human({"heard": "통화 괜찮|통화하셔도|통화가 괜찮", "say": "지금 바빠요. 0분 뒤에 다시 전화해 주세요."}),
    speed=SPEED,
)
BUSY, NO_ANSWER, MACHINE = (
    Subscriber(load_script(CALLEES / f"{name}.json"), speed=speed)
    for name, speed in (("busy", 50.0), ("no_answer", 100.0), ("voicemail", SPEED))
)
OWNERS = [
    *[[TALKS]] * 7,
    *[[BUSY, TALKS]] * 4,
    *[[NO_ANSWER, TALKS]] * 3,
    *[[MACHINE, TALKS]] * 3,
    *[[LATER, TALKS]] * 2,
    [BUSY],
]
NEVER = len(OWNERS) - 1


def _phone(number: int) -> str:
    return f"+8210555500{number:02}"


def _body(people: int, **fields: Any) -> dict[str, Any]:
    consultations = [{**SHORT, "vulnerable_id": f"v-{each}", "phone": _phone(each)} for each in range(people)]
    pacing = {"most_calls": 10, "calls_per_second": 20}
    return {"name": "봄 안부", "consultations": consultations, "pacing": pacing, "calling_hours": ALWAYS, **fields}


@dataclass
class Observer:
    """Sees the telephone network, and notes what must not be."""

    system: CampaignSystem
    dialled: int = 0
    faults: list[str] = field(default_factory=list)

    async def watch(self) -> None:
        twilio = self.system.world.twilio
        with self.system.world.events() as events:
            async for event in events:
                if event.kind != "dialling" or event.call_sid is None:
                    continue
                self.dialled += 1
                live = Counter(call.request.to for call in twilio.newest_first() if not call.over)
                self.faults += [f"{number} is called twice at once" for number, calls in live.items() if calls > 1]
                if live.total() > MOST_CALLS:
                    self.faults.append(f"{live.total()} calls at once")

    async def until_dialled(self, calls: int) -> None:
        while self.dialled < calls:  # noqa: ASYNC110 - it is looked at
            await asyncio.sleep(0.005)


def _check_history(events: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Holds a campaign's history against itself; returns it by person."""
    cursors = [event["cursor"] for event in events]
    assert len(set(cursors)) == len(cursors)
    people: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        if "item" in event:
            people.setdefault(event["item"]["person_id"], []).append(event["item"])
    for items in people.values():
        states = [item["state"] for item in items]
        assert states[::2] == ["open"] * (len(states) // 2), "every attempt is begun, and ends before the next one"
        assert set(states[1:-1:2]) <= {"waiting"}
        assert states[-1] in FINAL
        opened = [item["consultation_id"] for item in items if item["state"] == "open"]
        assert len(set(opened)) == len(opened)
        assert all(after["attempts"] - before["attempts"] in {0, 1} for before, after in pairwise(items))
    return people


def _check_wishes(events: list[dict[str, Any]]) -> None:
    """Who wished to be called now was the next to be called, before all who waited for longer."""
    items = [event["item"] for event in events if "item" in event]
    wishes = [place for place, item in enumerate(items) if item["wished"] and item["last_result"] == "call_back"
              and item["state"] == "waiting"]  # fmt: skip
    assert wishes
    for place in wishes:
        wished_by_now = {item["person_id"] for item in items[: place + 1] if item["wished"]}
        following = next(item for item in items[place + 1 :] if item["state"] == "open")
        assert following["person_id"] in wished_by_now


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("split", SPLITS.values(), ids=SPLITS)
async def test_nobody_is_skipped_and_nobody_called_twice_though_two_orchestrators_are_killed(
    split: Split, tmp_path: Path
) -> None:
    async with running_campaigns(tmp_path, split) as system, asyncio.timeout(150):
        for number, owners in enumerate(OWNERS):
            system.phones.belongs(_phone(number), owners)
        observer, events = Observer(system), list[dict[str, Any]]()
        watching = asyncio.create_task(observer.watch())
        body = _body(len(OWNERS), retry_rules=AT_ONCE)
        campaign_id = (await system.post("/api/campaigns", body, **{"Idempotency-Key": "spring"}))["campaign_id"]
        following = asyncio.create_task(system.follow(campaign_id, events))
        await observer.until_dialled(3)
        system.kill_orchestrator(-1)
        again = await system.post("/api/campaigns", body, **{"Idempotency-Key": "spring"})
        assert again["campaign_id"] == campaign_id
        await observer.until_dialled(9)
        await system.post(f"/api/campaigns/{campaign_id}/pause")
        await asyncio.sleep(1)  # who is dialled at this moment
        dialled = observer.dialled
        await asyncio.sleep(3)
        assert observer.dialled == dialled
        await system.post(f"/api/campaigns/{campaign_id}/resume")
        await observer.until_dialled(dialled + 5)
        system.kill_orchestrator(-2)
        await following
        people = _check_history(events)
        rung = [len(system.calls_to(_phone(number))) for number in range(len(OWNERS))]
        attempts = {person: items[-1]["attempts"] for person, items in people.items()}
        await system.world.backend.delivered(sum(attempts.values()))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert observer.faults == []
    assert rung[:NEVER] == [len(owners) for owners in OWNERS[:NEVER]]
    assert rung[NEVER] <= attempts[f"v-{NEVER}"] == AT_ONCE["most_attempts"]
    assert {person: items[-1]["state"] for person, items in people.items()} == {
        f"v-{number}": "unreached" if number == NEVER else "reached" for number in range(len(OWNERS))
    }
    _check_wishes(events)
    progress, campaign = events[-1]["progress"], events[-1]["campaign"]
    assert campaign["state"] == "completed"
    assert progress == {
        "total": 20, "waiting": 0, "open": 0, "reached": 19, "unreached": 1, "cancelled": 0,
        "attempts": sum(attempts.values()),
    }  # fmt: skip
    results = {
        delivery.headers["Idempotency-Key"]: delivery.body["v_id"] for delivery in system.world.backend.deliveries
    }
    assert Counter(results.values()) == attempts, "each attempt has a result of its own"


@pytest.mark.slow
@pytest.mark.timeout(90)
async def test_who_talks_is_not_cut_off_when_the_campaign_is_cancelled_and_nobody_else_rings(tmp_path: Path) -> None:
    async with running_campaigns(tmp_path, SPLITS["api and worker"]) as system, asyncio.timeout(75):
        for number in range(4):
            system.phones.belongs(_phone(number), [TALKS])
        body = _body(4, pacing={"most_calls": 1})
        campaign_id = (await system.post("/api/campaigns", body))["campaign_id"]
        with system.world.events() as happening:
            async for event in happening:
                if event.kind == "callee_said":
                    break
        cancelled = await system.post(f"/api/campaigns/{campaign_id}/cancel")
        assert cancelled["progress"] | {"attempts": 0} == {
            "total": 4, "waiting": 0, "open": 1, "reached": 0, "unreached": 0, "cancelled": 3, "attempts": 0,
        }  # fmt: skip
        system.kill_orchestrator(-1)
        events = list[dict[str, Any]]()
        await system.follow(campaign_id, events)
        rung = [len(system.calls_to(_phone(number))) for number in range(4)]
    assert rung == [1, 0, 0, 0]
    assert (events[-1]["campaign"]["state"], events[-1]["progress"]["reached"]) == ("cancelled", 1)
