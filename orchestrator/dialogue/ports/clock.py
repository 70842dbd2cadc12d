"""The time of day."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time of day. Durations are measured on the event loop's own clock."""

    def now(self) -> datetime:
        """Returns the time, with zone UTC."""
        ...
