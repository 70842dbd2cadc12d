"""From the queue to the answer, or to the end of a call that nobody answers."""

from typing import Final

from sandbox.events import Event, Events
from sandbox.script import Answers
from sandbox.twilio.call import Call, CallStatus
from sandbox.twilio.settings import Network
from sandbox.twilio.status_callbacks import StatusCallbacks

_NOT_FOUND: Final = 404
_BUSY: Final = 486
_TERMINATED: Final = 487
_DECLINED: Final = 603


async def reach(
    call: Call, answers: Answers, network: Network, callbacks: StatusCallbacks, events: Events
) -> CallStatus:
    """Waits in the queue, dials, and lets the phone ring.

    Args:
        call: which; its status changes as it goes.
        answers: who or what takes it.
        network: how long things take.
        callbacks: told of each change.
        events: likewise.

    Returns:
        `in-progress` if someone or something answered, else why not.
    """
    time = call.timeline
    await time.sleep(call.queue_s)
    call.enter("initiated")
    callbacks.fire("initiated")
    events.publish(Event("dialling", call.sid))
    await time.sleep(network.dial_s)
    if answers == "fail":
        return _ended(call, "failed", _NOT_FOUND)
    if answers == "busy":
        return _ended(call, "busy", _BUSY)
    call.enter("ringing")
    callbacks.fire("ringing")
    events.publish(Event("ringing", call.sid))
    if answers == "no-answer" or network.ring_s > call.request.timeout:
        await time.sleep(call.request.timeout)
        return _ended(call, "no-answer", _TERMINATED)
    await time.sleep(network.ring_s)
    return _ended(call, "busy", _DECLINED) if answers == "reject" else "in-progress"


def _ended(call: Call, status: CallStatus, sip_code: int) -> CallStatus:
    call.sip_code = sip_code
    return status
