"""Answering machine detection: who answered a call, as Twilio hears it some seconds into it. Answered like a status.

The callback may come twice, or after the call (Twilio docs, AsyncAmdStatusCallback); the orchestrator sorts that out.
"""

from aiohttp import web

from gateway import twilio_reports
from gateway.call import AnsweredBy
from gateway.call_step import CallStep
from gateway.orchestrator_client import OrchestratorClient
from gateway.twilio_signature import WEBHOOK, Webhook
from observability import log

logger = log.get(__name__)

_ANSWERED_BY: dict[str, AnsweredBy] = {
    "human": "human",
    "machine_start": "machine",
    "machine_end_beep": "machine",
    "machine_end_silence": "machine",
    "machine_end_other": "machine",
    "fax": "machine",
    "unknown": "unknown",
}


class TwilioAmd:
    """Answers `/twilio/amd`."""

    def __init__(self, orchestrator: OrchestratorClient) -> None:
        self._orchestrator = orchestrator

    async def amd(self, request: web.Request) -> web.Response:
        """Passes on who answered."""
        return await twilio_reports.answer("amd", self._pass_on(request[WEBHOOK]))

    async def _pass_on(self, webhook: Webhook) -> None:
        step = CallStep.of(webhook)
        found = webhook.form.get("AnsweredBy", "")
        if found not in _ANSWERED_BY:
            logger.info("amd_unknown", answered_by=found[:40])
            return
        await self._orchestrator.report_answered_by(step.consultation_id, step.call_sid, _ANSWERED_BY[found])
