"""What the execution of TwiML works with, in one call."""

import asyncio
from dataclasses import dataclass

from sandbox.events import Event, EventKind
from sandbox.line import Line
from sandbox.script import Operator
from sandbox.twilio.call import Call
from sandbox.twilio.http_client import Answer, Request
from sandbox.twilio.http_failure import HttpFailure
from sandbox.twilio.parameters import call_parameters
from sandbox.twilio.resources import account_uri
from sandbox.twilio.steps import Fetch
from sandbox.twilio.switch import Switch
from sandbox.twilio.webhooks import Webhooks


@dataclass(frozen=True, kw_only=True)
class CallContext:
    """Holds the parts.

    Attributes:
        switch: what all calls share.
        call: the call.
        line: its line.
        webhooks: makes the call's requests.
        background: owns what goes on beside the call.
        operator: what happens at the phone of the person whom the callee is put through to.
    """

    switch: Switch
    call: Call
    line: Line
    webhooks: Webhooks
    background: asyncio.TaskGroup
    operator: Operator = "answers"

    async def fetch(self, step: Fetch) -> Answer:
        """Requests a document of the application.

        Raises:
            HttpFailure: there is none.
        """
        settings = self.switch.settings
        request = Request(
            purpose=step.purpose,
            url=step.url,
            method=step.method,
            parameters=call_parameters(self.call, settings) | step.parameters,
            line_s=self.call.line_s,
        )
        return await self.webhooks.request(request, copies=settings.quirks.webhook_copies)

    async def tell_of_hang_up(self, step: Fetch) -> None:
        """Requests the action of a verb that ended with the call; the answer does not matter any more."""
        parameters = {**step.parameters, "CallStatus": "completed"}
        try:
            await self.fetch(Fetch(purpose="action", url=step.url, method=step.method, parameters=parameters))
        except HttpFailure as failure:
            self.warn(failure.code, f"the action after hang-up failed: {failure}", step.url)

    def warn(self, code: int | None, message: str, url: str | None = None) -> None:
        """Notes a breach without consequence."""
        self.switch.journal.warn(code, message, self.call.sid, url)

    def error(self, code: int | None, message: str, url: str | None = None) -> None:
        """Notes a breach that ends or diverts the call."""
        self.switch.journal.error(code, message, self.call.sid, url)

    def publish(self, kind: EventKind, text: str = "", **details: object) -> None:
        """Tells displays what happens now."""
        self.switch.events.publish(Event(kind, self.call.sid, self.call.line_s, text, details))

    def recording_url(self, sid: str) -> str:
        """Returns the URL of a recording's media, as webhooks give it."""
        return f"{self.switch.base_url}{account_uri(self.switch.settings.account)}/Recordings/{sid}"
