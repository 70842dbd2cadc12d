"""What language models cost and how they fail, in figures and logs. Labels are models and kinds; never a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from observability import log
from orchestrator.adapters.openai.failures import ModelFailure
from orchestrator.domain.turn import LanguageModelUse

logger = log.get(__name__)

_BUCKETS = (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 20)


class LanguageModelMetrics:
    """The language models' metrics."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Makes it.

        Args:
            registry: where they are collected; None: in one of their own.
        """
        registry = registry or CollectorRegistry()
        self._duration = Histogram(
            "orchestrator_language_model_duration_seconds",
            "How long an answer took to its end, repetitions and other models included.",
            ["model"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._tokens = Counter(
            "orchestrator_language_model_tokens", "Tokens read and written.", ["model", "direction"], registry=registry
        )
        self._attempts = Counter(
            "orchestrator_language_model_attempts",
            "Requests until an answer, those to other models included.",
            ["model"],
            registry=registry,
        )
        self._failures = Counter(
            "orchestrator_language_model_failures",
            "Questions that a model did not answer; skipped: not asked, because it failed too often just before.",
            ["model", "kind"],
            registry=registry,
        )

    def used(self, use: LanguageModelUse, seconds: float) -> None:
        """Takes note of an answer."""
        self._duration.labels(use.model).observe(seconds)
        self._tokens.labels(use.model, "input").inc(use.input_tokens)
        self._tokens.labels(use.model, "output").inc(use.output_tokens)
        self._attempts.labels(use.model).inc(use.attempts)
        logger.info(
            "language_model_used",
            model=use.model,
            seconds=round(seconds, 3),
            input_tokens=use.input_tokens,
            output_tokens=use.output_tokens,
            attempts=use.attempts,
        )

    def failed(self, model: str, failure: ModelFailure) -> None:
        """Takes note of a failure."""
        self._failures.labels(model, failure.kind).inc()
        logger.warning("language_model_failed", model=model, error=failure.kind, http_status=failure.http_status)
