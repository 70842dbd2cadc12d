"""Public holidays."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class Holidays(Protocol):
    """Knows the public holidays of the callees' country."""

    def is_holiday(self, day: date) -> bool:
        """Whether a day is one, substitute holidays included."""
        ...
