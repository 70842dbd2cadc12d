"""A circuit breaker: who keeps failing is left alone for a short while."""

from __future__ import annotations

import asyncio


class Circuit:
    """Opens after some failures in a row; then lets one through every `pause` seconds, until one succeeds."""

    def __init__(self, *, failures: int = 3, pause: float = 20.0) -> None:
        """Makes it.

        Args:
            failures: in a row, after which it opens.
            pause: seconds.
        """
        self._most = failures
        self._pause = pause
        self._failures = 0
        self._next_trial = 0.0

    def admits(self) -> bool:
        """Whether to ask now. Whoever is told so while it is open is the trial of this pause."""
        if self._failures < self._most:
            return True
        now = asyncio.get_running_loop().time()
        if now < self._next_trial:
            return False
        self._next_trial = now + self._pause
        return True

    def succeeded(self) -> None:
        """Closes it."""
        self._failures = 0

    def failed(self) -> None:
        """Counts a failure."""
        self._failures += 1
        self._next_trial = asyncio.get_running_loop().time() + self._pause
