"""Tokens of streams in memory."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from orchestrator.dialogue.ports.streams import ExpectedStream
from tests.fakes.clock import ManualClock


class InMemoryStreamTokens:
    """Hands out tokens out of a dictionary.

    Attributes:
        expected: what is expected, by token, and until when.
        error: raised by every method.
    """

    def __init__(self, clock: ManualClock | None = None, *, ttl: timedelta = timedelta(minutes=2)) -> None:
        self._clock = clock or ManualClock()
        self._ttl = ttl
        self.expected: dict[str, tuple[datetime, ExpectedStream]] = {}
        self.error: Exception | None = None

    async def issue(self, expected: ExpectedStream) -> str:
        self._fail()
        token = secrets.token_urlsafe(32)
        self.expected[token] = (self._clock.now() + self._ttl, expected)
        return token

    async def redeem(self, token: str) -> ExpectedStream | None:
        self._fail()
        expires_at, expected = self.expected.pop(token, (self._clock.now(), None))
        return expected if expires_at > self._clock.now() else None

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
