"""Whether the line beeps, as it does where a message is to be left."""

from __future__ import annotations

from typing import Protocol

# A machine beeps within so many seconds, or not at all; what beeps later stands in somebody's kitchen.
FIRST_SECONDS = 60.0


class BeepDetector(Protocol):
    """Listens to one call; what it heard before counts."""

    def feed(self, frames: bytes) -> bool:
        """Returns whether a beep has ended in some frames of 20 ms: mu-law at 8000 Hz."""
        ...
