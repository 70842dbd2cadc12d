"""How the time of a run is shared out: starting, calls and faults, settling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_SETTLING: Final = 190.0
"""What the product takes to find out by itself that a call is over of whose end nobody told it: three minutes."""

_STARTING: Final = 25.0
_ENDING: Final = 5.0
"""For the verdict, and for the programs to stop."""
_SETTLING_SHARE: Final = 0.35
_SHORTEST: Final = 115.0
"""A run takes so long even if it was given less: a call on a stream that begins late lasts a minute."""


@dataclass(frozen=True)
class Schedule:
    """Says how long everything may take, in seconds.

    Attributes:
        plan: calls begin and things break.
        limit: from the start of the first program until settling is given up.
    """

    plan: float
    limit: float


def schedule(seconds: float) -> Schedule:
    """Shares out the seconds that a run may take in all."""
    whole = max(seconds, _SHORTEST)
    settling = min(LONGEST_SETTLING, whole * _SETTLING_SHARE)
    plan = min(seconds / 2, whole - settling) if seconds < whole else whole - settling - _STARTING - _ENDING
    return Schedule(plan=max(1.0, plan), limit=whole - _ENDING)
