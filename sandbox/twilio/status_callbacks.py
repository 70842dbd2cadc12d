"""Status callbacks of one call: which, in what order, with which fields (Twilio docs, "StatusCallbackEvent")."""

import asyncio
import math
from typing import Final

from sandbox.clock import Clock
from sandbox.twilio.call import Call
from sandbox.twilio.call_request import CallEvent
from sandbox.twilio.http_client import Request
from sandbox.twilio.http_failure import HttpFailure
from sandbox.twilio.journal import Journal
from sandbox.twilio.parameters import call_parameters
from sandbox.twilio.resources import rfc_2822
from sandbox.twilio.settings import TwilioSettings
from sandbox.twilio.webhooks import Webhooks

_GOOD_TYPES: Final = frozenset({"", "text/xml", "application/xml", "text/html", "text/plain", "application/json"})


class StatusCallbacks:
    """Sends the status callbacks of one call, one after the other, beside the call."""

    def __init__(
        self, call: Call, settings: TwilioSettings, clock: Clock, journal: Journal, webhooks: Webhooks
    ) -> None:
        self._call = call
        self._settings = settings
        self._clock = clock
        self._journal = journal
        self._webhooks = webhooks
        self._fired = 0
        self._waiting: asyncio.Queue[tuple[CallEvent, dict[str, str]] | None] = asyncio.Queue()

    def fire(self, event: CallEvent, extra: dict[str, str] | None = None) -> None:
        """Queues the callback of an event, as the call stands now, if the application asked for it.

        Args:
            event: what happened.
            extra: fields besides the usual ones.
        """
        request = self._call.request
        if not request.status_callback or event not in request.status_callback_events:
            return
        parameters = call_parameters(self._call, self._settings)
        parameters["Timestamp"] = rfc_2822(self._call.timeline.wall_clock()) or ""
        parameters["CallbackSource"] = "call-progress-events"
        parameters["SequenceNumber"] = str(self._fired)
        if event == "completed":
            parameters["CallDuration"] = str(self._call.duration_s)
            parameters["Duration"] = str(math.ceil(self._call.duration_s / 60))
            parameters["SipResponseCode"] = str(self._call.sip_code)
        self._fired += 1
        self._waiting.put_nowait((event, parameters | (extra or {})))

    def finish(self) -> None:
        """Says that no more will be fired; `run` ends after the last."""
        self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Sends what is fired until `finish`."""
        held: list[dict[str, str]] = []
        while (waiting := await self._waiting.get()) is not None:
            event, parameters = waiting
            if event in self._settings.quirks.status_dropped:
                continue
            if self._settings.quirks.status_order == "swapped" and not held:
                held.append(parameters)
                continue
            await self._send(parameters)
            if held:
                await self._send(held.pop())
        for parameters in held:
            await self._send(parameters)

    async def _send(self, parameters: dict[str, str]) -> None:
        await self._clock.sleep(self._settings.quirks.status_delay_s)
        call = self._call.request
        for _ in range(self._settings.quirks.status_copies):
            request = Request(
                purpose="status", url=call.status_callback, method=call.status_callback_method, parameters=parameters,
                line_s=self._call.line_s,
            )  # fmt: skip
            try:
                answer = await self._webhooks.request(request)
            except HttpFailure as failure:
                self._warn(f"status callback failed: {failure.code}: {failure}")
            else:
                if answer.body and answer.content_type not in _GOOD_TYPES:
                    self._warn(f"status callback answered with Content-Type {answer.content_type!r}")

    def _warn(self, message: str) -> None:
        self._journal.warn(15003, message, self._call.sid, self._call.request.status_callback)
