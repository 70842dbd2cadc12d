"""Whether there is speech in a frame of telephone audio."""

from __future__ import annotations

from typing import Protocol

FRAME_SECONDS = 0.02
FRAME_BYTES = 160  # mu-law at 8000 Hz


class SpeechDetector(Protocol):
    """Listens to one call, frame by frame; what it heard before counts."""

    def feed(self, frame: bytes) -> bool:
        """Returns whether there is speech in the next 20 ms: 160 bytes of mu-law at 8000 Hz."""
        ...
