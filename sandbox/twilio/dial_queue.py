"""The queue of calls: the account's calls a second (Twilio docs, "CPS")."""

import time
from typing import Final

from sandbox.clock import Clock
from sandbox.twilio.api_error import ApiError

_LONGEST_QUEUE_S: Final = 24 * 3600


class DialQueue:
    """Gives each call its moment to be dialled."""

    def __init__(self, clock: Clock, calls_per_second: float) -> None:
        self._clock = clock
        self._interval_s = 1 / calls_per_second
        self._free_at = time.monotonic()

    def take_place(self) -> float:
        """Queues a call.

        Returns:
            Phone seconds until it is dialled.

        Raises:
            ApiError: 22005: more than 24 hours of calls wait.
        """
        now = time.monotonic()
        wait_s = max(0.0, self._free_at - now) * self._clock.speed
        if wait_s > _LONGEST_QUEUE_S:
            raise ApiError(22005)
        self._free_at = max(now, self._free_at) + self._interval_s / self._clock.speed
        return wait_s
