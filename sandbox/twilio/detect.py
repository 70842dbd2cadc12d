"""Detects answering machines in a live call (Twilio docs, "Answering Machine Detection")."""

import asyncio

from sandbox.script import Script
from sandbox.twilio.call import Call
from sandbox.twilio.context import CallContext
from sandbox.twilio.http_client import Request
from sandbox.twilio.http_failure import HttpFailure
from sandbox.twilio.machine_detection import AnsweredBy, MachineDetection


async def detect_machine(context: CallContext, script: Script, greeted_s: float) -> None:
    """Finds out who answered, if the application asked for it: before the call goes on, or beside it.

    Args:
        context: of the call.
        script: who did, and what they are taken for.
        greeted_s: when a machine's greeting, or a carrier's notice, is over, in seconds since the answer.

    Raises:
        CalleeHungUp: as it says.
        TimeLimitReached: as it says.
    """
    detection = context.call.request.machine_detection
    if detection is None:
        return
    found, seconds = (detection.of_machine if script.answers == "voicemail" else detection.of_human)(greeted_s)
    found = script.detected_as or found
    seconds = seconds if script.detected_after is None else script.detected_after
    if detection.asynchronous:
        context.background.create_task(_report(context, detection, found, seconds))
    else:
        await context.line.wait(context.line.now + seconds)
        context.call.answered_by = found


async def _report(context: CallContext, detection: MachineDetection, found: AnsweredBy, seconds: float) -> None:
    if not await _lasts(context.call, seconds):
        return
    context.call.answered_by = found
    parameters = {
        "AccountSid": context.switch.settings.account.sid,
        "CallSid": context.call.sid,
        "AnsweredBy": found,
        "MachineDetectionDuration": str(round(seconds * 1000)),
    }
    request = Request(
        purpose="machine_detection", url=detection.callback, method=detection.callback_method, parameters=parameters,
        line_s=context.call.line_s,
    )  # fmt: skip
    if not detection.callback:
        return
    try:
        await context.webhooks.request(request)
    except HttpFailure as failure:
        context.warn(15003, f"machine detection callback failed: {failure.code}: {failure}", detection.callback)


async def _lasts(call: Call, seconds: float) -> bool:
    """Waits for the call's time to pass. Returns whether the call has not ended before."""
    moment = call.timeline.now() + seconds
    async with asyncio.TaskGroup() as group:
        passed = group.create_task(call.timeline.reach(moment))
        ended = group.create_task(call.ended.wait())
        await asyncio.wait({passed, ended}, return_when=asyncio.FIRST_COMPLETED)
        passed.cancel()
        ended.cancel()
    return not call.over
