"""What a process measures of itself: how late its event loop is, and how much of the processor it wants."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from observability.loop_lag import LoopLag
from observability.processor_time import wanted_by_thread
from observability.recent_lag import SAMPLE_SECONDS, RecentLag
from orchestrator.dialogue.call.admission import PERIOD, Load, Newcomer

_LAG_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1)


class ProcessLoad:
    """Measures the running loop, and its thread, while its context is entered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Makes it.

        Args:
            registry: where it is shown.
        """
        self._lag = Histogram(
            "calling_loop_lag_seconds",
            "How late the event loop is: audio stutters from 0.02 on.",
            buckets=_LAG_BUCKETS,
            registry=registry,
        )
        self._busy = Gauge(
            "calling_loop_busy_ratio", "The share of the time that the loop computes, or waits to.", registry=registry
        )
        self._full = Gauge("calling_full", "1 while nothing new is taken.", registry=registry)
        self._newcomers = Counter(
            "calling_newcomers",
            "Streams and calls that asked to be taken: taken, refused (went turn by turn), or put off (dialled later).",
            ["kind", "outcome"],
            registry=registry,
        )
        self._sampling = LoopLag(self._sampled, every=SAMPLE_SECONDS)
        self._recent = RecentLag()
        self._tell: Callable[[Load], None] = lambda _: None
        self._wanted = self._since = 0.0
        self._next = 0.0

    def watch(self, full: Callable[[], bool], tell: Callable[[Load], None]) -> None:
        """Shows whether the process is full whenever somebody looks, and tells each measurement from now on."""
        self._full.set_function(full)
        self._tell = tell

    def decided(self, newcomer: Newcomer, taken: bool) -> None:
        """Counts a newcomer."""
        refused = "put_off" if newcomer is Newcomer.CALL else "refused"
        self._newcomers.labels(newcomer.value, "taken" if taken else refused).inc()

    async def __aenter__(self) -> Self:
        """Begins to measure."""
        self._since, self._wanted = time.monotonic(), wanted_by_thread()
        self._next = self._since + PERIOD
        self._sampling.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it."""
        await self._sampling.stop()

    def _sampled(self, lag: float) -> None:
        self._lag.observe(lag)
        self._recent.add(lag)
        if (now := time.monotonic()) >= self._next:
            wanted = wanted_by_thread()
            load = Load(self._recent.p95, min(1.0, (wanted - self._wanted) / (now - self._since)))
            self._since, self._wanted, self._next = now, wanted, now + PERIOD
            self._busy.set(load.busy)
            self._tell(load)
