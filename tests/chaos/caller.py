"""Has one planned call, as the backend would order it, and records what came of it."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp

from sandbox.payloads import example_payload
from sandbox.script import Script, load_script, parse_script
from sandbox.twilio.call import Call
from sandbox.twilio.settings import Quirks, Streams
from sandbox.twilio.subscriber import Subscriber
from tests.chaos.plan import DANGER, PlannedCall
from tests.chaos.record import CallRecord, DeliveredResult, PhoneCall
from tests.chaos.system import ChaosSystem

_CALLEES: Final = Path(__file__).parents[1] / "e2e" / "callees"
_ANSWER_SECONDS: Final = 10.0
_BETWEEN_TRIES: Final = 0.5
_POLL_SECONDS: Final = 1.0
_TRIES: Final = 5
_STATES: Final = frozenset({"completed", "failed", "cancelled"})
_DELIVERIES: Final = frozenset({"delivered", "dead", "not_wanted"})

QUIRKS: Final[dict[str, Quirks]] = {
    "webhooks_twice": Quirks(webhook_copies=2),
    "status_twice": Quirks(status_copies=2),
    "status_swapped": Quirks(status_order="swapped"),
    "status_late": Quirks(status_delay_s=20.0),
}
STREAMS: Final[dict[str, Streams]] = {
    "stream_breaks": Streams(ends_after_s=25.0),
    "handshake_lost": Streams(handshakes_lost=1),
    "stream_stalls": Streams(stall_s=1.5),
}


def callees() -> dict[str, Script]:
    """Returns who may answer, by name."""
    cooperative = json.loads((_CALLEES / "cooperative.json").read_text(encoding="utf-8"))

    def reacting(*reactions: Mapping[str, Any]) -> Script:
        when = [*reactions, *cooperative["when"]]
        return parse_script(json.dumps({**cooperative, "voice": {"speed": 250}, "when": when}))

    return {
        "cooperative": reacting(),
        "asks": reacting({"heard": "녹음", "say": "누구세요?", "times": 1}),
        "in_danger": reacting({"heard": "식사", "say": DANGER, "times": 1}),
        "refuses": load_script(_CALLEES / "refuses.json"),
        "silent": load_script(_CALLEES / "silent.json"),
        "hangs_up": reacting({"heard": "식사", "hangup": True, "after": 0.8}),
        "busy": load_script(_CALLEES / "busy.json"),
        "no_answer": load_script(_CALLEES / "no_answer.json"),
    }


class Caller:
    """Has calls; makes no difference between them but what is planned."""

    def __init__(self, system: ChaosSystem, session: aiohttp.ClientSession, speed: float) -> None:
        """Needs a session of its own for the backend's requests.

        Args:
            system: running.
            session: for requests.
            speed: phone seconds a real second in calls that go turn by turn; streams go in real time.
        """
        self._system = system
        self._session = session
        self._speed = speed
        self._callees = callees()
        self.settled: set[int] = set()
        self._ids: dict[int, str] = {}

    async def have(self, planned: PlannedCall) -> None:
        """Orders a consultation and waits until nothing more will happen in it."""
        self._system.world.twilio.subscribers[planned.phone] = Subscriber(
            self._callees[planned.callee],
            speed=1.0 if planned.mode == "stream" else self._speed,
            quirks=QUIRKS.get(planned.mishap),
            streams=STREAMS.get(planned.mishap),
        )
        consultation_id = self._ids[planned.number] = await self._started(planned)
        while not _settled(await self._get(f"/api/consultations/{consultation_id}")):  # noqa: ASYNC110 - it is asked
            await asyncio.sleep(_POLL_SECONDS)
        for call in self._calls(planned):
            await call.settled.wait()
        self.settled.add(planned.number)

    async def record(self, planned: PlannedCall) -> CallRecord:
        """Returns what is known of a call by now."""
        consultation_id = self._ids.get(planned.number)
        if consultation_id is None:
            return CallRecord(planned=planned, consultation_id=None)
        path = f"/api/consultations/{consultation_id}"
        return CallRecord(
            planned=planned,
            consultation_id=consultation_id,
            consultation=await self._persistently(path),
            transcript=tuple((await self._persistently(f"{path}/transcript?page_size=1000")).get("turns", ())),
            phone_calls=tuple(map(self._phone_call, self._calls(planned))),
            results=tuple(self._results(planned)),
            alarms_taken=sum(
                post.status == 200 and post.body["v_id"] == planned.person_id
                for post in self._system.world.backend.alarm_desk.posts
            ),
        )

    def _phone_call(self, call: Call) -> PhoneCall:
        part = self._system.world.twilio.journal.of_call(call.sid)
        return PhoneCall(
            sid=call.sid,
            status=call.status,
            callee_hung_up=call.line is not None and not math.isinf(call.line.hangs_up_at),
            verbs=tuple(part.verbs),
            exchanges=tuple(part.exchanges),
            breaches=tuple(part.breaches),
        )

    def _results(self, planned: PlannedCall) -> Iterator[DeliveredResult]:
        for delivery in self._system.world.backend.deliveries:
            if isinstance(delivery.body, dict) and delivery.body.get("v_id") == planned.person_id:
                key = delivery.headers.get("Idempotency-Key", "")
                yield DeliveredResult(key=key, body=delivery.body, status=delivery.status)

    def _calls(self, planned: PlannedCall) -> list[Call]:
        placed = self._system.world.twilio.newest_first()
        return [call for call in reversed(placed) if call.request.to == planned.phone]

    async def _started(self, planned: PlannedCall) -> str:
        """Orders a consultation, again with the same key until the order is accepted."""
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": planned.person_id}
        url, timeout = f"{self._system.gateway_url}/api/receive", aiohttp.ClientTimeout(_ANSWER_SECONDS)
        while True:
            try:
                async with self._session.post(url, json=_order(planned), headers=headers, timeout=timeout) as response:
                    if response.status < 300:
                        return str((await response.json())["consultation_id"])
                    if response.status < 500 and response.status != 429:
                        raise RuntimeError(f"the order was refused: {await response.text()}")
            except (aiohttp.ClientError, TimeoutError, ValueError):
                pass  # and again
            await asyncio.sleep(_BETWEEN_TRIES)

    async def _persistently(self, path: str) -> Mapping[str, Any]:
        """Asks until there is an answer; nothing if there is none in the end."""
        for _ in range(_TRIES):
            if (found := await self._get(path)) is not None:
                return found
            await asyncio.sleep(_POLL_SECONDS)
        return {}

    async def _get(self, path: str) -> dict[str, Any] | None:
        timeout = aiohttp.ClientTimeout(_ANSWER_SECONDS)
        try:
            async with self._session.get(f"{self._system.gateway_url}{path}", timeout=timeout) as response:
                found = await response.json(content_type=None) if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None
        return found if isinstance(found, dict) else None


def _order(planned: PlannedCall) -> dict[str, Any]:
    """Returns a short consultation: the whole course with one question."""
    example = json.loads(example_payload())
    return {
        **example,
        "vulnerable_id": planned.person_id,
        "q_id": planned.person_id,
        "phone": planned.phone,
        "question_list": example["question_list"][:1],
        "vulnerabilities": {"risk_list": [], "desire_list": []},
        "conversation_mode": planned.mode,
    }


def _settled(consultation: Mapping[str, Any] | None) -> bool:
    if consultation is None:
        return False
    state = consultation["state"]
    return state == "cancelled" or (state in _STATES and consultation["delivery"] in _DELIVERIES)
