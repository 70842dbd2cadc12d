"""Executes `<Connect><Stream>` (Twilio docs, "<Stream>", "Media Streams")."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.live_callee import LiveCallee
from sandbox.twilio.context import CallContext
from sandbox.twilio.media_stream import MediaStream
from sandbox.twilio.sid import new_sid
from sandbox.twilio.steps import Fetch, Step
from sandbox.twilio.stream_callbacks import StreamCallbacks
from sandbox.twilio.stream_failure import StreamFailure
from sandbox.twilio.stream_socket import open_socket
from sandbox.twilio.twiml import Document
from sandbox.twilio.verbs import Connect, Stream


async def connect(context: CallContext, verb: Connect, document: Document, outcome: dict[str, Any]) -> Step | None:
    """Executes the verb. However the stream ends, or if there is none, the call goes on.

    Returns:
        The request of its action; None if it has none: the next verb follows.

    Raises:
        TwimlError: the action's URL, or the callback's, is relative where it must not be.
        CalleeHungUp: as it says.
        TimeLimitReached: as it says.
    """
    action = document.resolve(verb.action) if verb.action is not None else None
    stream, sid = verb.stream, new_sid("MZ")
    callback = document.resolve(stream.status_callback) if stream.status_callback else ""
    callbacks = StreamCallbacks(context, stream, sid, callback)
    outcome["stream_sid"] = sid
    try:
        _check(stream)
        await _carry(context, stream, sid, callbacks, outcome)
    except StreamFailure as failure:
        outcome["failure"] = failure.code
        context.error(failure.code, f"<Stream>: {failure}", stream.url)
        callbacks.fire("stream-error", f"{failure.code} {failure}")
    return Fetch(purpose="action", url=action, method=verb.method) if action is not None else None


def _check(stream: Stream) -> None:
    """Checks what needs no connection.

    Raises:
        StreamFailure: there can be no such stream.
    """
    try:
        parts = urlsplit(stream.url)
        host = parts.hostname
    except ValueError:
        raise StreamFailure(31923, "the URL is malformed") from None
    if parts.scheme != "wss":
        raise StreamFailure(31922, f"the URL's scheme must be wss, not {parts.scheme or 'none'}")
    if not host:
        raise StreamFailure(31923, "the URL is malformed")
    if parts.query:
        raise StreamFailure(31920, "the URL must not have a query string")
    if stream.track != "inbound_track":
        raise StreamFailure(31941, f"invalid track {stream.track!r}: a bidirectional stream has the inbound track only")


async def _carry(
    context: CallContext, stream: Stream, sid: str, callbacks: StreamCallbacks, outcome: dict[str, Any]
) -> None:
    await LiveCallee.rehearse(context.line)
    async with open_socket(context, stream.url) as socket:
        callbacks.fire("stream-started")
        carrying = MediaStream(context, socket, sid, stream.url)
        failed = False
        try:
            await carrying.run(dict(stream.parameters))
        except StreamFailure:
            failed = True
            raise
        finally:
            outcome |= carrying.outcome()
            if not failed:
                callbacks.fire("stream-stopped")
