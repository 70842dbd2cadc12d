"""How streams end. Whatever the reason, the WebSocket is closed, and the call goes on by the `<Redirect>` behind it."""

from collections.abc import Coroutine
from enum import StrEnum

from gateway.errors import (
    DeadlineExceededError,
    GatewayError,
    OrchestratorFaultError,
    OverloadedError,
    UnavailableError,
)


class StreamEnd(StrEnum):
    """Why a stream ended; also the label in metrics and logs."""

    HANG_UP = "hang_up"
    """The agent has said goodbye."""
    FALL_BACK = "fall_back"
    """The agent goes on turn by turn."""
    STOPPED = "stopped"
    """Twilio ended it: the callee hung up, or the call was redirected."""
    PEER_GONE = "peer_gone"
    """The WebSocket broke off without a word."""
    PEER_SLOW = "peer_slow"
    """Twilio does not read."""
    PROTOCOL = "protocol"
    """What came over the WebSocket is not what Twilio documents."""
    NOT_STARTED = "not_started"
    """No `start` came in time."""
    CLOSED = "closed"
    """The orchestrator ended the RPC without saying why."""
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    """The orchestrator did not take the stream in time, or it lasted longer than any call."""
    REFUSED = "refused"
    """The orchestrator does not expect this stream, or serves none."""
    ORCHESTRATOR_SLOW = "orchestrator_slow"
    """The orchestrator does not take audio as fast as it comes."""
    FAULT = "fault"
    """A bug, here or there."""
    GATEWAY_LATE = "gateway_late"
    """This gateway is too late for one more stream, which is not begun."""
    SHUTDOWN = "shutdown"
    """This gateway stops."""


class StreamEnded(Exception):
    """Ends a stream from within whatever notices that it is over."""

    def __init__(self, end: StreamEnd, detail: str = "") -> None:
        """Makes it.

        Args:
            end: Why.
            detail: More for the log: an error's reason, a field's name; nothing personal.
        """
        super().__init__(end.value)
        self.end = end
        self.detail = detail


_ENDS: tuple[tuple[type[GatewayError], StreamEnd], ...] = (
    (OverloadedError, StreamEnd.OVERLOADED),
    (UnavailableError, StreamEnd.UNAVAILABLE),
    (DeadlineExceededError, StreamEnd.TIMEOUT),
    (OrchestratorFaultError, StreamEnd.FAULT),
)


def end_by(error: GatewayError) -> StreamEnded:
    """Returns the end that an error of the orchestrator makes."""
    end = next((end for kind, end in _ENDS if isinstance(error, kind)), StreamEnd.REFUSED)
    return StreamEnded(end, error.reason)


async def end_of(part: Coroutine[None, None, StreamEnd]) -> StreamEnded:
    """Returns how a part of a stream ended, whether it says so or raises it."""
    try:
        return StreamEnded(await part)
    except StreamEnded as ended:
        return ended
    except GatewayError as error:
        return end_by(error)
