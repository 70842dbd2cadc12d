"""The port `BeepDetector`: a steady tone of a voicemail's length (`audio.beep`)."""

from __future__ import annotations

from audio import beep, mulaw


class LineBeeps:
    """Listens to one call."""

    def __init__(self) -> None:
        self._detector = beep.BeepDetector()

    def feed(self, frames: bytes) -> bool:
        """Returns whether a beep has ended in some frames of 20 ms: mu-law at 8000 Hz."""
        return self._detector.feed(mulaw.decode(frames))
