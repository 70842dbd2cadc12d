"""The backend, and a sentence encoder over the network, behind circuit breakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.adapters.circuit import Guard
from orchestrator.dialogue.ports.results import Receipt, Report, ResultReceiver
from orchestrator.dialogue.ports.sentences import SentenceEncoder, Vectors
from orchestrator.domain.errors import EncoderUnavailable


@dataclass(frozen=True, slots=True)
class GuardedResultReceiver:
    """The port `ResultReceiver`. A backend that does not answer takes no other result's time, nor its worker."""

    receiver: ResultReceiver
    guard: Guard

    @property
    def wanted(self) -> bool:
        """Whether a backend is configured."""
        return self.receiver.wanted

    def admits(self) -> bool:
        """Whether it is worth a try: others did not find the backend down just before."""
        return self.guard.admits()

    def encode(self, report: Report) -> bytes:
        """Returns the result as the backend reads it."""
        return self.receiver.encode(report)

    async def deliver(self, body: bytes, *, key: str) -> Receipt:
        """Sends a result; any answer shows that the backend is there."""
        receipt = await self.receiver.deliver(body, key=key)
        self.guard.answered(receipt.http_status is not None)
        return receipt


@dataclass(frozen=True, slots=True)
class GuardedSentenceEncoder:
    """The port `SentenceEncoder`."""

    encoder: SentenceEncoder
    guard: Guard

    @property
    def name(self) -> str:
        """Names model and form."""
        return self.encoder.name

    async def encode(self, sentences: Sequence[str], *, timeout: float) -> Vectors:
        """Returns a unit vector a sentence."""
        with self.guard.use(EncoderUnavailable, timeout=timeout):
            return await self.encoder.encode(sentences, timeout=timeout)
