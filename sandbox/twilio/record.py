"""Executes `<Record>` (Twilio docs, "<Record>")."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from audio.samples import Samples
from sandbox import line_audio
from sandbox.line import CalleeHungUp, KeyPress, Line
from sandbox.track import Sound
from sandbox.twilio.context import CallContext
from sandbox.twilio.recording_callbacks import report_recording
from sandbox.twilio.recordings import Recording
from sandbox.twilio.steps import Fetch, Step
from sandbox.twilio.twiml import Document
from sandbox.twilio.verbs import Record

HUNG_UP: Final = "hangup"


@dataclass(frozen=True, slots=True)
class Span:
    """Says what is recorded.

    Attributes:
        start: seconds since the answer.
        end: likewise.
        digits: the key that ended it, `hangup`, or empty.
    """

    start: float
    end: float
    digits: str = ""


def span_of(verb: Record, start: float, sounds: Sequence[Sound], keys: Sequence[KeyPress], hangs_up_at: float) -> Span:
    """Finds out when a recording ends: upon silence, a key, hang-up, or when it is too long, whichever is first.

    Args:
        verb: the rules.
        start: when it starts, in seconds since the answer; all times here are.
        sounds: what comes from the callee, planned or past, in order.
        keys: what the callee presses, in order.
        hangs_up_at: when the callee hangs up.
    """
    longest = start + verb.max_length
    quiet_since = start
    for sound in sounds:
        if not verb.timeout or sound.start < quiet_since + verb.timeout:
            quiet_since = max(quiet_since, sound.end)
    end = min(longest, quiet_since + verb.timeout) if verb.timeout else longest
    digits = ""
    for press in keys:
        if start <= press.at < end and press.key in verb.finish_on_key:
            end, digits = press.at, press.key
    if hangs_up_at <= end:
        return Span(start, max(start, hangs_up_at), HUNG_UP)
    return Span(start, end, digits)


async def record(context: CallContext, verb: Record, document: Document, outcome: dict[str, Any]) -> Step | None:
    """Executes the verb.

    Returns:
        The request of its action; None if the call goes on with the next verb.

    Raises:
        TwimlError: the action's URL is relative where it must not be.
        CalleeHungUp: the callee hung up; the action was told.
        TimeLimitReached: the call became too long.
    """
    document.resolve(verb.action)  # fails before anything is recorded
    line = context.line
    if verb.play_beep:
        await line.beep()
    start = line.now
    await line.listen(start + (verb.timeout or verb.max_length))
    span = span_of(verb, start, line.from_callee.sounds, line.keys, line.hangs_up_at)
    try:
        await line.wait(span.end)
    except CalleeHungUp:
        step = await _finish(context, verb, document, span, outcome)
        await context.tell_of_hang_up(step)
        raise
    silent = not span.digits and not _within(line, span)
    if silent and context.switch.settings.quirks.record_falls_through_on_silence:
        return None
    return await _finish(context, verb, document, span, outcome)


async def _finish(context: CallContext, verb: Record, document: Document, span: Span, outcome: dict[str, Any]) -> Fetch:
    """Keeps the recording and returns the request of the action."""
    sounds = _within(context.line, span)
    if verb.trim and sounds:
        span = Span(max(span.start, sounds[0].start), min(span.end, max(each.end for each in sounds)), span.digits)
    with context.line.stopped():
        samples, words = await asyncio.to_thread(_sound_of, context, span)
    recording = _keep(context, span, samples)
    outcome |= {
        "recording_sid": recording.sid,
        "recording_s": [round(span.start, 3), round(span.end, 3)],
        "speech_s": [round(sounds[0].start, 3), round(max(each.end for each in sounds), 3)] if sounds else None,
        "words": words,
        "digits": span.digits,
    }
    context.publish("recorded", words, seconds=round(span.end - span.start, 2), digits=span.digits)
    if verb.status_callback and "completed" in verb.status_callback_events:
        callback = document.resolve(verb.status_callback)
        report = report_recording(context, recording, callback, verb.status_callback_method)
        context.background.create_task(report)
    parameters = {"RecordingUrl": context.recording_url(recording.sid), "RecordingDuration": str(recording.duration_s)}
    if context.switch.settings.quirks.recording_sid_in_action:
        parameters["RecordingSid"] = recording.sid
    if span.digits:
        parameters["Digits"] = span.digits
    return Fetch(purpose="action", url=document.resolve(verb.action), method=verb.method, parameters=parameters)


def _within(line: Line, span: Span) -> list[Sound]:
    return [sound for sound in line.from_callee.sounds if sound.start < span.end and sound.end > span.start]


def _sound_of(context: CallContext, span: Span) -> tuple[Samples, str]:
    """Returns what was recorded, and the words that can be read in it."""
    clean = context.line.from_callee.between(span.start, span.end)
    noisy = context.line.with_background(clean, span.start)
    return line_audio.over_the_line(noisy), line_audio.words_in(clean) if clean.any() else ""


def _keep(context: CallContext, span: Span, samples: Samples) -> Recording:
    answered_at = context.call.answered_at or context.call.created_at
    return context.switch.recordings.add(
        context.call.sid,
        "RecordVerb",
        answered_at + timedelta(seconds=span.start),
        answered_at + timedelta(seconds=span.end),
        (samples,),
    )
