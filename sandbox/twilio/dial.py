"""Executes `<Dial>` of a number (Twilio docs, "<Dial>"): a person answers and talks for a while, or nobody does.

That person's phone is a call of its own at Twilio; here nothing of it is seen but what the action is told.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from sandbox.line import CalleeHungUp
from sandbox.twilio.context import CallContext
from sandbox.twilio.sid import new_sid
from sandbox.twilio.steps import Fetch, Step
from sandbox.twilio.twiml import Document
from sandbox.twilio.verbs import Dial

DialStatus = Literal["completed", "busy", "no-answer", "failed", "canceled"]

_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
_GEO_PERMISSION: Final = 21215


@dataclass(frozen=True, slots=True)
class _Ended:
    """Says how it ended, how many phone seconds were talked, and whether it was the callee who hung up."""

    status: DialStatus
    talked_s: float = 0.0
    hung_up: bool = False

    def parameters(self) -> dict[str, str]:
        """Returns what the action is told."""
        bridged = self.status == "completed"
        told = {"DialCallStatus": self.status, "DialCallSid": new_sid("CA"), "DialBridged": str(bridged).lower()}
        return told | ({"DialCallDuration": str(round(self.talked_s))} if bridged else {})


async def dial(context: CallContext, verb: Dial, document: Document, outcome: dict[str, Any]) -> Step | None:
    """Executes the verb.

    Returns:
        The request of its action; None if it has none: the next verb follows.

    Raises:
        TwimlError: the action's URL is relative where it must not be.
        CalleeHungUp: the callee hung up; the action was told.
        TimeLimitReached: the call became too long.
    """
    action = document.resolve(verb.action) if verb.action is not None else None
    ended = _Ended("failed")
    if _may_dial(context, verb, document):
        ended = await _connect(context, verb)
    outcome |= {"dial_status": ended.status, "talked_s": round(ended.talked_s, 3)}
    context.publish("put_through", verb.number, status=ended.status, seconds=round(ended.talked_s, 2))
    step = None
    if action is not None:
        step = Fetch(purpose="action", url=action, method=verb.method, parameters=ended.parameters())
    if ended.hung_up:
        if step is not None:
            await context.tell_of_hang_up(step)
        raise CalleeHungUp
    return step


def _may_dial(context: CallContext, verb: Dial, document: Document) -> bool:
    account = context.switch.settings.account
    if verb.caller_id is not None and verb.caller_id not in {*account.numbers, context.call.request.to}:
        context.error(13214, f"<Dial>: invalid callerId {verb.caller_id!r}", document.url)
        return False
    if not _NUMBER.fullmatch(verb.number):
        context.warn(13223, f"<Dial>: invalid phone number format {verb.number!r}", document.url)
        return False
    refusal = account.refusals.get(verb.number)
    if refusal:
        code = 13227 if refusal.code == _GEO_PERMISSION else 13224
        context.error(code, "<Dial>: the number may not be called", document.url)
        return False
    return True


async def _connect(context: CallContext, verb: Dial) -> _Ended:
    """Rings and talks. The callee may do something meanwhile; nobody but the person whom they talk to hears it."""
    network, line = context.switch.settings.network, context.line
    began = line.now
    await line.listen(began + verb.timeout)
    try:
        if context.operator == "busy":
            await line.wait(began + network.dial_s)
            return _Ended("busy")
        if context.operator == "no-answer" or network.ring_s > verb.timeout:
            await line.wait(began + verb.timeout)
            return _Ended("no-answer")
        await line.wait(began + network.ring_s)
    except CalleeHungUp:
        return _Ended("canceled", hung_up=True)
    answered, talked_s = line.now, min(network.human_transfer_s, verb.time_limit)
    try:
        await line.wait(answered + talked_s)
    except CalleeHungUp:
        return _Ended("completed", line.now - answered, hung_up=True)
    return _Ended("completed", talked_s)
