"""Runs one call from the queue to its end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from sandbox import line_audio
from sandbox.callee import Callee
from sandbox.events import Event
from sandbox.line import CalleeHungUp, Line, TimeLimitReached
from sandbox.script import Script
from sandbox.twilio.call import UNANSWERED, Call, CallStatus
from sandbox.twilio.context import CallContext
from sandbox.twilio.detect import detect_machine
from sandbox.twilio.dialling import reach
from sandbox.twilio.http_client import HttpClient
from sandbox.twilio.interpreter import Interpreter
from sandbox.twilio.prompts import TWILIO_VOICE
from sandbox.twilio.recording_callbacks import report_recording
from sandbox.twilio.status_callbacks import StatusCallbacks
from sandbox.twilio.steps import Fetch, Inline, Step
from sandbox.twilio.switch import Switch
from sandbox.twilio.webhooks import Webhooks

Result = TypeVar("Result")

_MACHINE_BEEP_S: Final = 0.8
_TERMINATED: Final = 487


class LiveCall:
    """Carries one call: dials, lets TwiML be executed, obeys the REST API, reports."""

    def __init__(self, call: Call, script: Script, switch: Switch) -> None:
        self._call = call
        self._script = script
        self._switch = switch
        self._greeted_s = 0.0

    async def run(self) -> None:
        """Runs the call, and what follows from its end, to the last callback."""
        call, switch = self._call, self._switch
        try:
            async with HttpClient(switch.settings, switch.journal, call.sid) as client, asyncio.TaskGroup() as group:
                webhooks = Webhooks(client, switch.journal, call.sid)
                callbacks = StatusCallbacks(call, switch.settings, switch.clock, switch.journal, webhooks)
                group.create_task(callbacks.run())
                status = await self._unless_commanded(
                    reach(call, self._script.answers, switch.settings.network, callbacks, switch.events)
                )
                if status == "in-progress":
                    await self._talk(webhooks, callbacks, group)
                else:
                    self._end(status if status in UNANSWERED else "canceled", callbacks)
                callbacks.finish()
        finally:
            call.settled.set()

    async def _talk(self, webhooks: Webhooks, callbacks: StatusCallbacks, group: asyncio.TaskGroup) -> None:
        """Executes TwiML from the answer to the end."""
        call = self._call
        call.enter("in-progress")
        callbacks.fire("answered")
        line = call.line = await self._open_line()
        context = CallContext(
            switch=self._switch, call=call, line=line, webhooks=webhooks, background=group,
            operator=self._script.operator,
        )  # fmt: skip
        context.publish("answered", answers=self._script.answers)
        step = _first_step(call)
        detecting = True
        while step is not None:
            outcome = await self._unless_commanded(self._converse(context, step, detecting))
            step = outcome if isinstance(outcome, Fetch | Inline) else None
            detecting = False
        self._end("completed", callbacks, self._recording_of_call(context))

    async def _converse(self, context: CallContext, step: Step, detecting: bool) -> None:
        try:
            if detecting:
                await detect_machine(context, self._script, self._greeted_s)
            await Interpreter(context).run(step)
        except (CalleeHungUp, TimeLimitReached):
            return

    async def _open_line(self) -> Line:
        """Opens the line, on which the carrier or a machine may speak first."""
        call, network, answers = self._call, self._switch.settings.network, self._script.answers
        callee = None if answers == "voicemail" else Callee(self._script)
        usual = {"voicemail": network.voicemail_greeting, "carrier-notice": network.carrier_notice}.get(answers)
        announcement = usual and (self._script.announcement or usual)
        with call.timeline.stopped():
            spoken = await asyncio.to_thread(line_audio.spoken, announcement or "", TWILIO_VOICE)
        line = Line(call.timeline, callee, self._switch.events, call.sid, call.request.time_limit)
        if announcement:
            self._greeted_s = line.announce(spoken, announcement)
        if answers == "voicemail":
            self._greeted_s = line.announce(line_audio.tone(1000, _MACHINE_BEEP_S), "", self._greeted_s)
        return line

    def _recording_of_call(self, context: CallContext) -> dict[str, str]:
        """Keeps the recording of the whole call, if the application asked for it. Returns what its end reports."""
        request, line = self._call.request, context.line
        if not request.record or not self._call.answered_at:
            return {}
        sides = (line.from_callee.between(0, line.now), line.to_callee.between(0, line.now))
        channels = sides if request.record_dual else (line_audio.mixed(*sides),)
        recording = self._switch.recordings.add(
            self._call.sid, "OutboundAPI", self._call.answered_at, self._call.timeline.wall_clock(), channels
        )
        if request.recording_status_callback:
            report = report_recording(
                context, recording, request.recording_status_callback, request.recording_status_callback_method
            )
            context.background.create_task(report)
        return {
            "RecordingSid": recording.sid,
            "RecordingUrl": context.recording_url(recording.sid),
            "RecordingDuration": str(recording.duration_s),
        }

    def _end(self, status: CallStatus, callbacks: StatusCallbacks, extra: dict[str, str] | None = None) -> None:
        call = self._call
        was_queued = call.status == "queued"
        if call.line:
            call.line.close()
        if status == "canceled":
            call.sip_code = _TERMINATED
        line_s = call.line_s
        call.enter(status)
        if not was_queued:  # Twilio docs: a call canceled while queued has no callback
            callbacks.fire("completed", extra)
        self._switch.events.publish(Event("ended", call.sid, line_s, "", {"status": status, "sip": call.sip_code}))

    async def _unless_commanded(self, work: Coroutine[Any, Any, Result]) -> Result | CallStatus | Step:
        """Does work; a command of the REST API ends it. Returns the work's result or the command."""
        working = asyncio.ensure_future(work)
        commanded = asyncio.ensure_future(self._call.commands.get())
        try:
            await asyncio.wait({working, commanded}, return_when=asyncio.FIRST_COMPLETED)
            return commanded.result() if commanded.done() and not _failed(working) else working.result()
        finally:
            working.cancel()
            commanded.cancel()
            await asyncio.gather(working, commanded, return_exceptions=True)


def _failed(task: "asyncio.Future[Any]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


def _first_step(call: Call) -> Step | None:
    request = call.request
    if request.twiml:
        return Inline(request.twiml)
    return Fetch(purpose="voice", url=request.url, method=request.method)
