"""Tells the application that a recording can be had (Twilio docs, "recordingStatusCallback")."""

import asyncio
import time

from sandbox.twilio.context import CallContext
from sandbox.twilio.http_client import Request
from sandbox.twilio.http_failure import HttpFailure
from sandbox.twilio.recordings import Recording
from sandbox.twilio.verbs import Method


async def report_recording(context: CallContext, recording: Recording, url: str, method: Method) -> None:
    """Sends a recording's status callback once its media can be had.

    Args:
        context: of the call.
        recording: which.
        url: of the callback.
        method: GET or POST.
    """
    parameters = {
        "AccountSid": context.switch.settings.account.sid,
        "CallSid": context.call.sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": context.recording_url(recording.sid),
        "RecordingStatus": "completed",
        "RecordingDuration": str(recording.duration_s),
        "RecordingChannels": str(len(recording.channels)),
        "RecordingSource": recording.source,
        "RecordingTrack": "inbound" if recording.source == "RecordVerb" else "both",
    }
    await asyncio.sleep(max(0.0, recording.ready_at - time.monotonic()))
    try:
        await context.webhooks.request(
            Request(purpose="recording_status", url=url, method=method, parameters=parameters)
        )
    except HttpFailure as failure:
        context.warn(15003, f"recording status callback failed: {failure.code}: {failure}", url)
