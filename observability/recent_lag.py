"""How late an event loop was in its last seconds, but for rare moments: what tells whether it carries its work."""

from collections import deque

SAMPLE_SECONDS = 0.05
WINDOW_SECONDS = 3.0
_SAMPLES = round(WINDOW_SECONDS / SAMPLE_SECONDS)
_RARE = _SAMPLES // 20


class RecentLag:
    """The samples of a window, taken with `LoopLag(..., every=SAMPLE_SECONDS)`."""

    def __init__(self) -> None:
        """Begins with a loop that was never late."""
        self._latest: deque[float] = deque(maxlen=_SAMPLES)

    def add(self, lag: float) -> None:
        """Takes a sample, in seconds; the oldest one of a full window is forgotten."""
        self._latest.append(lag)

    @property
    def p95(self) -> float:
        """Seconds that all but 5 % of the window's samples are at most; what was before the first one was not late."""
        return sorted(self._latest, reverse=True)[_RARE] if len(self._latest) > _RARE else 0.0
