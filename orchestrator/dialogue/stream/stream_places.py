"""The places that a process has for streams: promised to a call when it is answered, taken when its stream begins."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.dialogue.call.admission import RETRY_AFTER, Admission, Newcomer
from orchestrator.domain.errors import Overloaded

# A promise is kept for so many seconds: the network takes some to open a stream, or opens it at another process.
PROMISE = 10.0
# A callee who has just answered hears nothing for so many seconds at most, while others before them begin.
PATIENCE = 1.5


class StreamPlaces:
    """Counts streams, those that are expected included."""

    def __init__(self, most: int, admission: Admission) -> None:
        """Makes it.

        Args:
            most: places at the most, however calm the process is.
            admission: says whether one more is taken.
        """
        self._most = most
        self._admission = admission
        self._promises: deque[float] = deque()  # when they run out; never more than places

    @property
    def taken(self) -> int:
        """How many streams are open."""
        return self._admission.streams

    async def promise(self) -> bool:
        """Promises a place; False: there is none."""
        if not self._free or not await self._admission.takes_within(Newcomer.STREAM, PATIENCE):
            return False
        if not self._free:  # they were given away meanwhile
            return False
        self._promises.append(_now() + PROMISE)
        return True

    @contextmanager
    def take(self) -> Iterator[None]:
        """Takes a place, a promised one if there is any, as long as the context lasts.

        Raises:
            Overloaded
        """
        self._forget_old_promises()
        if self._promises:
            self._promises.popleft()
        elif not self._free or not self._admission.takes(Newcomer.STREAM):
            raise Overloaded(RETRY_AFTER)
        self._admission.streams += 1
        try:
            yield
        finally:
            self._admission.streams -= 1

    @property
    def _free(self) -> bool:
        self._forget_old_promises()
        return self.taken + len(self._promises) < self._most

    def _forget_old_promises(self) -> None:
        while self._promises and self._promises[0] <= _now():
            self._promises.popleft()


def _now() -> float:
    return asyncio.get_running_loop().time()
