"""An audio store in memory."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.dialogue.ports.audio import Audio
from orchestrator.domain.errors import AudioNotFound
from tests.fakes.clock import ManualClock


class InMemoryAudioStore:
    """Keeps audio in a dictionary.

    Attributes:
        error: raised by every method.
    """

    def __init__(self, clock: ManualClock | None = None, *, ttl: float = 3600.0) -> None:
        self._clock = clock or ManualClock()
        self._ttl = timedelta(seconds=ttl)
        self._audio: dict[str, tuple[datetime, bytes]] = {}
        self.error: Exception | None = None

    async def put(self, content: bytes) -> str:
        self._fail()
        token = secrets.token_urlsafe(24)
        self._audio[token] = (self._clock.now() + self._ttl, content)
        return token

    async def get(self, token: str) -> Audio:
        self._fail()
        expires_at, content = self._audio.get(token, (self._clock.now(), b""))
        if expires_at <= self._clock.now():
            raise AudioNotFound
        return Audio(content, hashlib.sha256(content).hexdigest()[:32])

    async def delete(self, tokens: Sequence[str]) -> None:
        self._fail()
        for token in tokens:
            self._audio.pop(token, None)

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
