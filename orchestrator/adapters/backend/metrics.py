"""What is counted of results on their way to the backend, for Prometheus."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge

from orchestrator.domain.codes import DeliveryFailure


class DeliveryMetrics:
    """Counts what this process does, and shows what all of them have before them, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "calling_result_delivery_attempts",
            "Results posted to the backend, by what came of it: delivered, or why not.",
            ["outcome"],
            registry=registry,
        )
        self._redeliveries = Counter(
            "calling_result_redeliveries",
            "Results posted again under the same key, by why the attempt before was not acknowledged (none: it was). "
            "After unknown, timeout, broken_off and backend_failed the backend may have had it already.",
            ["after"],
            registry=registry,
        )
        self._pending = Gauge("calling_results_pending", "Results that wait for the backend.", registry=registry)
        self._dead = Gauge("calling_results_dead", "Results that were given up.", registry=registry)
        self._oldest = Gauge(
            "calling_result_oldest_pending_seconds",
            "How long the oldest result that waits has waited; 0 if none does.",
            registry=registry,
        )
        self._since: float | None = None
        self._oldest.set_function(lambda: 0.0 if self._since is None else max(0.0, time.time() - self._since))

    def attempted(self, failure: DeliveryFailure, before: DeliveryFailure | None) -> None:
        """Counts an attempt.

        Args:
            failure: why it failed.
            before: why the one before it did; None: it was the first.
        """
        self._attempts.labels(outcome="delivered" if failure is DeliveryFailure.NONE else failure.value).inc()
        if before is not None:
            self._redeliveries.labels(after=before.value).inc()

    def waiting(self, pending: int, since: float | None, dead: int) -> None:
        """Shows what is before all processes.

        Args:
            pending: results that wait.
            since: Unix time in seconds since when the oldest does; None: none waits.
            dead: results that were given up.
        """
        self._pending.set(pending)
        self._dead.set(dead)
        self._since = since
