"""The status callbacks of a call: initiated, ringing, answered, over.

Callbacks may come late, twice and out of order (Twilio docs, StatusCallback); the orchestrator sorts that out.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast, get_args

from aiohttp import web

from gateway import twilio_reports
from gateway.call import CallStatus, StatusReport
from gateway.call_step import CallStep, natural
from gateway.orchestrator_client import OrchestratorClient
from gateway.twilio_signature import WEBHOOK, Webhook
from observability import log

logger = log.get(__name__)


class TwilioStatus:
    """Answers `/twilio/status`."""

    def __init__(self, orchestrator: OrchestratorClient) -> None:
        self._orchestrator = orchestrator

    async def status(self, request: web.Request) -> web.Response:
        """Passes a report on."""
        return await twilio_reports.answer("status", self._pass_on(request[WEBHOOK]))

    async def _pass_on(self, webhook: Webhook) -> None:
        report = status_report(webhook)
        if report is not None:
            await self._orchestrator.report_call_status(report)


def status_report(webhook: Webhook) -> StatusReport | None:
    """Reads a status callback; None if its status is not one that Twilio has documented.

    Raises:
        InvalidRequestError: It does not name a consultation or a call.
    """
    step = CallStep.of(webhook)
    status = webhook.form.get("CallStatus", "")
    if status not in get_args(CallStatus):
        logger.info("status_unknown", status=status[:40])
        return None
    return StatusReport(
        consultation_id=step.consultation_id,
        call_sid=step.call_sid,
        status=cast("CallStatus", status),
        sequence_number=natural(webhook.form.get("SequenceNumber")),
        event_time=_moment(webhook.form.get("Timestamp", "")),
        duration_seconds=natural(webhook.form.get("CallDuration")),
        sip_response_code=natural(webhook.form.get("SipResponseCode")),
    )


def _moment(timestamp: str) -> datetime | None:
    """Reads `Sun, 25 Mar 2018 09:53:19 +0000` (RFC 2822); None if it is not that."""
    try:
        moment = parsedate_to_datetime(timestamp)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
