"""Whether a row of measurements grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

WARM_UP_SHARE: Final = 1 / 3
MOST_GROWTH: Final = 0.10


@dataclass(frozen=True)
class Slope:
    """Says how a measurement changed between the end of the warm-up and the end.

    Attributes:
        level: the median, without the warm-up.
        growth: how much the line that fits best rises over that time.
    """

    level: float
    growth: float

    def flat(self, tolerance: float) -> bool:
        """Whether it grew by no more than a tenth of its level, or by what is tolerated in any case."""
        return self.growth <= max(MOST_GROWTH * self.level, tolerance)


def slope(seconds: Sequence[float], values: Sequence[float]) -> Slope:
    """Fits a line through measurements, without the first third: caches fill then.

    The line is Theil and Sen's, the median of the slopes between all pairs: a single peak does not bend it.

    Args:
        seconds: when each was taken; at least six.
        values: what was measured.
    """
    warm = int(len(seconds) * WARM_UP_SHARE)
    times, measured = np.asarray(seconds[warm:]), np.asarray(values[warm:])
    one, other = np.triu_indices(len(times), k=1)
    slopes = (measured[other] - measured[one]) / (times[other] - times[one])
    return Slope(float(np.median(measured)), float(np.median(slopes) * (times[-1] - times[0])))
