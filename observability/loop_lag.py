"""How late an event loop is: the time that something which was due had to wait for its turn.

A loop that is late by more than a frame of audio makes every call on it stutter, long before its CPU is used up.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

SAMPLE_SECONDS = 0.25


class LoopLag:
    """Measures the running loop while its context is entered.

    async with LoopLag(histogram.observe):
        ...
    """

    def __init__(self, observe: Callable[[float], None], *, every: float = SAMPLE_SECONDS) -> None:
        """Makes it.

        Args:
            observe: Told each lag, in seconds, 0 or more.
            every: Seconds between two samples.
        """
        self._observe = observe
        self._every = every
        self._sampling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Starts to sample."""
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the sampling."""
        await self.stop()

    def start(self) -> None:
        """Starts to sample the running loop."""
        self._sampling = asyncio.create_task(self._sample(), name="loop lag")

    async def stop(self) -> None:
        """Ends the sampling; again, it does nothing."""
        sampling, self._sampling = self._sampling, None
        if sampling is not None:
            sampling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sampling

    async def _sample(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._every
            await asyncio.sleep(self._every)
            self._observe(max(0.0, loop.time() - due))
