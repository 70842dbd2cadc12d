"""One call through the whole system: from the backend's request to the delivered result."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from sandbox.alarm_desk import AlarmPost
from sandbox.backend import Delivery
from sandbox.gateway_client import GatewayClient
from sandbox.report import Report, keep_audio, measured, talked_over, twilio_part
from sandbox.script import Script
from sandbox.twilio.call import Call
from sandbox.twilio.journal import Journal
from sandbox.world import World

_POLL_S: Final = 0.1
_FINAL_STATES: Final = frozenset({"completed", "failed", "cancelled"})
_FINAL_DELIVERIES: Final = frozenset({"delivered", "dead", "not_wanted"})


async def place_call(
    world: World,
    gateway_url: str,
    payload: bytes,
    callee: Script,
    *,
    real_timeout_s: float = 600.0,
    audio_folder: Path | None = None,
) -> Report:
    """Has one consultation and says what came of it. One at a time in a world.

    Args:
        world: running.
        gateway_url: where the gateway is.
        payload: the body of `POST /api/receive`.
        callee: who takes the call.
        real_timeout_s: real seconds until the report is made even though something has not ended.
        audio_folder: where to keep what both sides heard; None: it is not kept.

    Raises:
        ConsultationRefused: the gateway did not accept the payload.
    """
    since = _Since.now(world)
    world.next_callee(callee)
    world.backend.alarm_desk.manner = callee.alarms
    try:
        async with GatewayClient(gateway_url) as gateway:
            consultation_id = await gateway.start(payload)
            ended = await _run_to_end(gateway, consultation_id, since, real_timeout_s)
            consultation = await gateway.consultation(consultation_id) if consultation_id else None
            transcript = await gateway.transcript(consultation_id) if consultation_id else []
    finally:
        world.twilio.withdraw(callee)
    call, journal, deliveries = since.call(), since.journal(), since.deliveries()
    return Report(
        ended=ended,
        consultation=consultation,
        transcript=transcript,
        result=next((each.body for each in deliveries if each.status == 200), None),
        deliveries=deliveries,
        alarms=since.alarms(),
        twilio=twilio_part(call, journal, world.settings.twilio),
        latency=measured(call, journal),
        interruptions=talked_over(call, journal),
        audio=await asyncio.to_thread(keep_audio, call, audio_folder),
    )


@dataclass(frozen=True)
class _Since:
    """Remembers where a world stood, and tells what came since."""

    world: World
    calls: frozenset[str]
    exchanges: int
    posts: int
    alarm_posts: int

    @classmethod
    def now(cls, world: World) -> Self:
        calls = frozenset(call.sid for call in world.twilio.newest_first())
        backend, exchanges = world.backend, len(world.twilio.journal.exchanges)
        return cls(world, calls, exchanges, len(backend.deliveries), len(backend.alarm_desk.posts))

    def call(self) -> Call | None:
        """Returns the call that was made; None if there is none yet."""
        return next((call for call in self.world.twilio.newest_first() if call.sid not in self.calls), None)

    def journal(self) -> Journal:
        """Returns what belongs to the call, and the REST requests since that belong to none."""
        journal, call = self.world.twilio.journal, self.call()
        part = journal.of_call(call.sid) if call else Journal()
        loose = [each for each in journal.exchanges[self.exchanges :] if each.call_sid is None]
        part.exchanges = sorted([*part.exchanges, *loose], key=lambda each: each.at)
        return part

    def deliveries(self) -> list[Delivery]:
        """Returns what the backend was sent."""
        return self.world.backend.deliveries[self.posts :]

    def alarms(self) -> list[AlarmPost]:
        """Returns the alarms that the backend was sent."""
        return self.world.backend.alarm_desk.posts[self.alarm_posts :]


async def _run_to_end(gateway: GatewayClient, consultation_id: str | None, since: _Since, timeout_s: float) -> bool:
    """Waits until nothing more will happen. Returns whether that came in time."""
    try:
        async with asyncio.timeout(timeout_s):
            await _until_over(gateway, consultation_id)
            if call := since.call():
                await call.settled.wait()
    except TimeoutError:
        return False
    return True


async def _until_over(gateway: GatewayClient, consultation_id: str | None) -> None:
    """Waits until a consultation is over and delivered; for ever if the gateway did not name it."""
    while True:
        consultation: dict[str, Any] = (await gateway.consultation(consultation_id) or {}) if consultation_id else {}
        state, delivery = consultation.get("state"), consultation.get("delivery")
        if state == "cancelled" or (state in _FINAL_STATES and delivery in _FINAL_DELIVERIES):
            return
        await asyncio.sleep(_POLL_S)
