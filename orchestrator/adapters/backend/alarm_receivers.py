"""Those who are told of a danger, over HTTP: the port `AlarmReceivers`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import aiohttp

from observability import log
from orchestrator.adapters.backend.signature import WebhookSigner
from orchestrator.dialogue.ports.alarms import AlarmNotice, AlarmReceipt
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.korean_time import local_time

logger = log.get(__name__)

LABELS: Final = {
    DangerKind.SELF_HARM: "자살·자해 위험",
    DangerKind.VIOLENCE: "폭력·학대",
    DangerKind.COLLAPSE: "쓰러짐·응급 증상",
    DangerKind.BREATHING: "호흡 곤란",
    DangerKind.STARVATION_COLD: "굶주림·추위",
    DangerKind.FIRE: "화재·가스 누출",
}
LONGEST_NAME: Final = 100
_LARGEST_ANSWER: Final = 4096


class HttpAlarmReceivers:
    """Posts alarms as JSON.

    Any 2xx says that the message has arrived. A body `{"acknowledged_by": "operator-7"}` says besides that this person
    takes the alarm over; otherwise the path in `acknowledge_path`, at the gateway, does.
    """

    def __init__(
        self, urls: Sequence[str], signer: WebhookSigner | None = None, *, connect_timeout: float = 2.0
    ) -> None:
        """Makes it; where the event loop runs.

        Args:
            urls: whom to tell (`ALARM_URLS`), the first in line first.
            signer: signs what is posted; None: nobody does.
            connect_timeout: seconds until there is a connection.
        """
        self._urls = tuple(urls)
        self._signer = signer or WebhookSigner()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=connect_timeout))

    async def close(self) -> None:
        """Closes all connections."""
        await self._session.close()

    @property
    def line(self) -> int:
        """How many are in line."""
        return len(self._urls)

    async def tell(self, place: int, notice: AlarmNotice, *, timeout: float) -> AlarmReceipt:
        """Posts an alarm; a repetition of the same message has the same `Idempotency-Key`.

        A redirect is not followed: what a callee said may not change its host.
        """
        identity = {"consultation_id": notice.consultation_id, "alarm": notice.alarm.number, "place": place + 1}
        body = json.dumps(self._body(place, notice), ensure_ascii=False).encode()
        signature = self._signer.headers(_key(place, notice), body)
        headers = {"Content-Type": "application/json; charset=utf-8", **signature}
        try:
            async with (
                asyncio.timeout(timeout),
                self._session.post(self._urls[place], data=body, headers=headers, allow_redirects=False) as response,
            ):
                if 200 <= response.status < 300:
                    return AlarmReceipt(True, await _acknowledged_by(response))
                logger.warning("alarm_refused", http_status=response.status, **identity)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            logger.warning("alarm_not_taken", error=type(error).__name__, **identity)
        return AlarmReceipt(False)

    def _body(self, place: int, notice: AlarmNotice) -> dict[str, object]:
        alarm, consultation_id = notice.alarm, notice.consultation_id
        return {
            "consultation_id": consultation_id,
            "v_id": notice.person_id,
            "account_id": notice.account_id,
            "alarm_number": alarm.number,
            "danger_kind": alarm.danger.value,
            "danger_label": LABELS[alarm.danger],
            "turn_number": alarm.turn_number,
            "quote": notice.quote,
            "noticed_by": [observer.value for observer in alarm.noticed_by],
            "raised_time": local_time(alarm.raised_at),
            "place_in_line": place + 1,
            "line_length": self.line,
            "notification_count": alarm.notification_count,
            "acknowledge_path": f"/api/consultations/{quote(consultation_id)}/alarms/{alarm.number}/acknowledge",
        }


def _key(place: int, notice: AlarmNotice) -> str:
    alarm = notice.alarm
    return f"alarm:{notice.consultation_id}:{alarm.number}:{alarm.notification_count + 1}:{place + 1}"


async def _acknowledged_by(response: aiohttp.ClientResponse) -> str:
    """Returns who takes the alarm over by the answer; empty if it does not say so."""
    content = bytearray()
    try:
        async for chunk in response.content.iter_chunked(_LARGEST_ANSWER):
            content += chunk
            if len(content) > _LARGEST_ANSWER:
                return ""
        answer = json.loads(content)
    except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError):
        return ""  # it has arrived all the same
    name = answer.get("acknowledged_by") if isinstance(answer, dict) else None
    return name.strip()[:LONGEST_NAME] if isinstance(name, str) else ""
