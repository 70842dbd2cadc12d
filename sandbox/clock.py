"""Phone time, which may run faster than real time."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

_TICK: Final = 0.001
"""How often, in real seconds, a time is looked at that others let pass."""

_LONGEST_MADE_UP_FOR: Final = 1.0
"""So many real seconds that were lost are made up for; what is more, nobody has lived through."""


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
        self._sleep: tuple[float, float] | None = None  # since when, and for how many phone seconds
        self._late = 0.0  # real seconds by which steady sleeps took longer than they should

    def now(self) -> float:
        """Returns the phone seconds since the start."""
        now = time.monotonic()
        return now - self._began + self._skipped + self._skipping(now)

    def wall_clock(self) -> datetime:
        """Returns the date and time (UTC) that the phone shows: the start's, and the phone seconds since."""
        return self._began_at + timedelta(seconds=self.now())

    async def sleep(self, seconds: float, *, steadily: bool = False) -> None:
        """Sleeps for a number of phone seconds; a cancelled sleep passes what was slept.

        Args:
            seconds: of the phone.
            steadily: whether what earlier such sleeps took too long is made up for, so that many of them in a row take
                as long as they should.
        """
        asleep_since = time.monotonic()
        passed = 0.0
        self._sleep = asleep_since, max(0.0, seconds)
        late = self._late if steadily else 0.0
        try:
            await self._clock.sleep(seconds - late * self._clock.speed)
            passed = max(0.0, seconds)
            if steadily:
                slept = time.monotonic() - asleep_since
                self._late = min(max(0.0, late + slept - passed / self._clock.speed), _LONGEST_MADE_UP_FOR)
        except asyncio.CancelledError:
            passed = min(max(0.0, seconds), (time.monotonic() - asleep_since) * self._clock.speed)
            raise
        finally:
            self._sleep = None
            self._skipped += passed - (time.monotonic() - asleep_since)

    async def reach(self, moment: float) -> None:
        """Waits, beside what happens in this time, until it has come to a moment: phone seconds since the start."""
        while (left := moment - self.now()) > 0:  # noqa: ASYNC110 - nobody tells of time
            await asyncio.sleep(max(left / self._clock.speed, _TICK))

    def _skipping(self, now: float) -> float:
        """Returns the phone seconds that the present sleep has passed without real time."""
        if self._sleep is None:
            return 0.0
        since, seconds = self._sleep
        return min(seconds, (now - since) * self._clock.speed) - (now - since)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stops the time: for the sandbox's own work, such as making a callee's voice."""
        stopped_at = time.monotonic()
        try:
            yield
        finally:
            self._skipped -= time.monotonic() - stopped_at
