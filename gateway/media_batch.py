"""How much of a callee's audio is sent to the orchestrator together: the more streams there are, the more.

What a batch costs, it costs whatever its length. A gateway with few streams therefore sends short ones, which come
sooner, and a busy one longer ones, which leave time for everybody's: nobody hears 40 ms, but everybody a full core.
"""

from collections.abc import Iterator
from contextlib import contextmanager

FEW_STREAMS = 25
MANY_STREAMS = 75


class BatchLength:
    """The length of a batch at a gateway, which counts its streams."""

    def __init__(self, least: float, most: float) -> None:
        """Makes it, with no streams.

        Args:
            least: seconds of audio in a batch with `FEW_STREAMS` or less.
            most: the same with `MANY_STREAMS` or more; not below `least`. In between it grows with each stream.
        """
        self._least = least
        self._most = max(least, most)
        self._streams = 0

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Counts a stream while it is open."""
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    def seconds(self) -> float:
        """Returns how much is sent together now."""
        busy = (self._streams - FEW_STREAMS) / (MANY_STREAMS - FEW_STREAMS)
        return self._least + (self._most - self._least) * min(1.0, max(0.0, busy))
