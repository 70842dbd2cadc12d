"""What is counted of live streams, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from orchestrator.dialogue.call.voice import FirstPiece

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.0, 5.0)


class StreamMetrics:
    """Counts, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._open = Gauge("calling_streams_open", "Live streams of audio.", registry=registry)
        self._first_piece = Histogram(
            "calling_speech_first_piece_seconds",
            "From the wish to say a sentence to its first piece, by where it came from.",
            ["source"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._cache_failures = Counter(
            "calling_speech_cache_failures", "Uses of the shared speech cache that failed.", registry=registry
        )

    def watch(self, open_streams: Callable[[], int]) -> None:
        """Shows how many streams are open whenever somebody looks."""
        self._open.set_function(open_streams)

    def first_piece(self, piece: FirstPiece) -> None:
        """Counts a sentence that began to sound."""
        self._first_piece.labels(source=piece.source.value).observe(piece.milliseconds / 1000)

    def cache_failed(self) -> None:
        """Counts a use of the speech cache that failed."""
        self._cache_failures.inc()
