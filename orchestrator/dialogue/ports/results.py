"""Who receives results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import DeliveryFailure
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.outcome import Outcome
from orchestrator.domain.turn import Turn


@dataclass(frozen=True, slots=True)
class Report:
    """All that a result is made of."""

    brief: Brief
    consultation: Consultation
    outcome: Outcome
    summary: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the backend answered to a result.

    Attributes:
        http_status: None if it did not answer.
        accepted: it is stored.
        final: trying again changes nothing.
        retry_after: seconds it asks to be left alone, if it does.
        failure: why it is not stored.
    """

    http_status: int | None
    accepted: bool
    final: bool = False
    retry_after: float | None = None
    failure: DeliveryFailure = DeliveryFailure.NONE


class ResultReceiver(Protocol):
    """The backend that takes results."""

    @property
    def wanted(self) -> bool:
        """Whether a backend is configured."""
        ...

    def admits(self) -> bool:
        """Whether it is worth a try now. Whoever is told so is to try: it may be the only one who is."""
        ...

    def encode(self, report: Report) -> bytes:
        """Returns the result as the backend reads it."""
        ...

    async def deliver(self, body: bytes, *, key: str) -> Receipt:
        """Sends a result under an idempotency key. Never raises for the backend's sake."""
        ...
