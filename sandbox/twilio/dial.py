"""Executes `<Dial>` to a number (Twilio docs, "<Dial>"): a person answers and talks for a while, or nobody does."""

import re
from typing import Any, Final

from sandbox.twilio.context import CallContext
from sandbox.twilio.sid import new_sid
from sandbox.twilio.steps import Fetch, Step
from sandbox.twilio.twiml import Document
from sandbox.twilio.verbs import Dial

_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
_GEO_PERMISSION: Final = 21215


async def dial(context: CallContext, verb: Dial, document: Document, outcome: dict[str, Any]) -> Step | None:
    """Executes the verb.

    Returns:
        The request of its action; None if it has none: the next verb follows.

    Raises:
        TwimlError: the action's URL is relative where it must not be.
        CalleeHungUp: as it says.
        TimeLimitReached: as it says.
    """
    action = document.resolve(verb.action) if verb.action is not None else None
    status, talked_s = "failed", 0.0
    if _may_dial(context, verb, document):
        status, talked_s = await _connect(context, verb)
    outcome |= {"dial_status": status}
    if action is None:
        return None
    parameters = {"DialCallStatus": status, "DialCallSid": new_sid("CA"), "DialBridged": str(talked_s > 0).lower()}
    if talked_s:
        parameters["DialCallDuration"] = str(round(talked_s))
    return Fetch(purpose="action", url=action, method=verb.method, parameters=parameters)


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


async def _connect(context: CallContext, verb: Dial) -> tuple[str, float]:
    """Rings and talks. Returns how it ended and how many phone seconds were talked."""
    network, line = context.switch.settings.network, context.line
    if not network.human_transfer_answers or network.ring_s > verb.timeout:
        await line.wait(line.now + verb.timeout)
        return "no-answer", 0.0
    talked_s = min(network.human_transfer_s, verb.time_limit)
    await line.wait(line.now + network.ring_s + talked_s)
    return "completed", talked_s
