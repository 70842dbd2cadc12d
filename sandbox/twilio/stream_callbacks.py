"""Tells the application how a stream fares (Twilio docs, "<Stream>", statusCallback)."""

from typing import Literal

from sandbox.twilio.context import CallContext
from sandbox.twilio.http_client import Request
from sandbox.twilio.http_failure import HttpFailure
from sandbox.twilio.verbs import Stream

StreamEvent = Literal["stream-started", "stream-stopped", "stream-error"]


class StreamCallbacks:
    """Sends the status callbacks of one stream beside the call, if the application asked for them."""

    def __init__(self, context: CallContext, stream: Stream, stream_sid: str, url: str) -> None:
        """Makes it.

        Args:
            context: of the call.
            stream: which; without a name it goes by its identifier.
            stream_sid: its identifier.
            url: where to send them, absolute; empty: nowhere.
        """
        self._context = context
        self._method = stream.status_callback_method
        self._names = {"StreamSid": stream_sid, "StreamName": stream.name or stream_sid}
        self._url = url

    def fire(self, event: StreamEvent, error: str = "") -> None:
        """Sends one."""
        if self._url:
            self._context.background.create_task(self._send(event, error))

    async def _send(self, event: StreamEvent, error: str) -> None:
        context = self._context
        parameters = {
            "AccountSid": context.switch.settings.account.sid,
            "CallSid": context.call.sid,
            **self._names,
            "StreamEvent": event,
            "Timestamp": context.call.timeline.wall_clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if error:
            parameters["StreamError"] = error
        request = Request(
            purpose="stream_status", url=self._url, method=self._method, parameters=parameters,
            line_s=context.call.line_s,
        )  # fmt: skip
        try:
            await context.webhooks.request(request)
        except HttpFailure as failure:
            context.warn(15003, f"stream status callback failed: {failure.code}: {failure}", self._url)
