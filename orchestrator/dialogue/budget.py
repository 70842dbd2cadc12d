"""Time: what is left of it for a piece of work, and how much a part of it took."""

from __future__ import annotations

import asyncio


class Budget:
    """The time left for a piece of work, handed down to its parts: gRPC does not hand deadlines on by itself."""

    def __init__(self, seconds: float) -> None:
        self._end = asyncio.get_running_loop().time() + seconds

    def left(self) -> float:
        """Returns the seconds left; never negative."""
        return max(0.0, self._end - asyncio.get_running_loop().time())

    def share(self, most: float) -> float:
        """Returns the seconds a part may take: what is left, but no more than `most`."""
        return min(self.left(), most)


class Stopwatch:
    """Measures on the event loop's clock, from its making on."""

    def __init__(self) -> None:
        self._start = asyncio.get_running_loop().time()

    def elapsed(self) -> float:
        """Returns the seconds since the start."""
        return asyncio.get_running_loop().time() - self._start

    def milliseconds(self) -> float:
        """Returns the milliseconds since the start, to a tenth."""
        return round(self.elapsed() * 1000, 1)
