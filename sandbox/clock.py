"""Phone time, which may run faster than real time."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Clock:
    """Says how fast the phone's time runs.

    Attributes:
        speed: phone seconds a real second; 1 is real time, and there is no upper bound.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("the clock's speed must be above 0")
        self.speed = speed

    async def sleep(self, seconds: float) -> None:
        """Sleeps for a number of phone seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    def timeline(self) -> "Timeline":
        """Returns the time of something that happens in order, for instance a call. It starts now."""
        return Timeline(self)


class Timeline:
    """The phone time of one call.

    A sleep passes exactly the seconds asked for, however fast the clock runs. Everything else, above all waiting for
    a webhook's answer, passes at the real rate: so a pause that the callee hears is as long as it would be at speed 1.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = time.monotonic()
        self._began_at = datetime.now(UTC)
        self._skipped = 0.0  # phone seconds that passed without real time

    def now(self) -> float:
        """Returns the phone seconds since the start."""
        return time.monotonic() - self._began + self._skipped

    def wall_clock(self) -> datetime:
        """Returns the date and time (UTC) that the phone shows: the start's, and the phone seconds since."""
        return self._began_at + timedelta(seconds=self.now())

    async def sleep(self, seconds: float) -> None:
        """Sleeps for a number of phone seconds; a cancelled sleep passes what was slept."""
        asleep_since = time.monotonic()
        passed = 0.0
        try:
            await self._clock.sleep(seconds)
            passed = max(0.0, seconds)
        except asyncio.CancelledError:
            passed = min(max(0.0, seconds), (time.monotonic() - asleep_since) * self._clock.speed)
            raise
        finally:
            self._skipped += passed - (time.monotonic() - asleep_since)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stops the time: for the sandbox's own work, such as making a callee's voice."""
        stopped_at = time.monotonic()
        try:
            yield
        finally:
            self._skipped -= time.monotonic() - stopped_at
