"""Recordings: what was recorded, and when it can be had."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from audio.samples import Samples
from sandbox.line_audio import mixed, wav_file
from sandbox.twilio.settings import Quirks
from sandbox.twilio.sid import new_sid

RecordingSource = Literal["RecordVerb", "OutboundAPI"]


@dataclass(eq=False)
class Recording:
    """Holds a recording.

    Attributes:
        call_sid: of the call.
        source: what made it.
        started_at: phone time.
        ended_at: phone time.
        channels: one array of int16 samples at 8 kHz each: one (all mixed) or two (callee, agent).
        sid: `RE...`.
        ready_at: `time.monotonic()` at which the media can be had.
        deleted: whether it was deleted: the metadata stay for 40 days, as at Twilio.
    """

    call_sid: str
    source: RecordingSource
    started_at: datetime
    ended_at: datetime
    channels: tuple[Samples, ...]
    ready_at: float
    sid: str = field(default_factory=lambda: new_sid("RE"))
    deleted: bool = False

    def delete(self) -> None:
        """Drops the sound."""
        self.deleted = True
        self.channels = tuple(channel[:0] for channel in self.channels)

    @property
    def duration_s(self) -> int:
        """Whole seconds."""
        return round((self.ended_at - self.started_at).total_seconds())

    @property
    def status(self) -> Literal["processing", "completed", "deleted"]:
        """Whether the media can be had."""
        if self.deleted:
            return "deleted"
        return "completed" if time.monotonic() >= self.ready_at else "processing"


class Recordings:
    """Keeps the account's recordings."""

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self._recordings: dict[str, Recording] = {}

    def add(
        self,
        call_sid: str,
        source: RecordingSource,
        started_at: datetime,
        ended_at: datetime,
        channels: tuple[Samples, ...],
    ) -> Recording:
        """Keeps a new recording; its media can be had a little later."""
        ready_at = time.monotonic() + self._quirks.recording_ready_s
        recording = Recording(call_sid, source, started_at, ended_at, channels, ready_at)
        self._recordings[recording.sid] = recording
        return recording

    def find(self, sid: str, call_sid: str | None = None) -> Recording | None:
        """Returns a recording that was not deleted.

        Args:
            sid: of the recording.
            call_sid: of the call that it must belong to.
        """
        recording = self._recordings.get(sid)
        if recording is None or recording.deleted or (call_sid and recording.call_sid != call_sid):
            return None
        return recording

    def newest_first(self, call_sid: str | None = None, with_deleted: bool = False) -> list[Recording]:
        """Returns all recordings, or those of a call."""
        found = [each for each in self._recordings.values() if call_sid in {None, each.call_sid}]
        return [each for each in reversed(found) if with_deleted or not each.deleted]

    def forget(self, call_sid: str) -> None:
        """Deletes what was recorded of a call."""
        for recording in self.newest_first(call_sid):
            recording.delete()

    def media(self, recording: Recording, channels: int = 1) -> bytes:
        """Returns a recording's WAV file.

        Args:
            recording: one whose status is `completed`.
            channels: 1 or 2; 2 only of a recording that has two.
        """
        match self._quirks.recording_media:
            case "empty":
                return b""
            case "not-audio":
                return b"<html><body>Bad gateway</body></html>"
            case "sound":
                return wav_file(*recording.channels) if channels == 2 else wav_file(mixed(*recording.channels))
