"""What is counted of the store, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class StoreMetrics:
    """Counts, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._shortfalls = Counter(
            "calling_store_wait_shortfalls", "Commits that too few replicas had in time.", registry=registry
        )

    def too_few_replicas(self) -> None:
        """Counts a commit that too few replicas had in time."""
        self._shortfalls.inc()
