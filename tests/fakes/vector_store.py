"""A vector store in memory."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.fakes.clock import ManualClock


class InMemoryVectorStore:
    """Keeps bytes in a dictionary.

    Attributes:
        kept: what is kept, by key, and until when.
        error: raised by every method.
    """

    def __init__(self, clock: ManualClock | None = None, *, ttl: timedelta = timedelta(days=30)) -> None:
        self._clock = clock or ManualClock()
        self._ttl = ttl
        self.kept: dict[str, tuple[datetime, bytes]] = {}
        self.error: Exception | None = None

    async def get(self, key: str) -> bytes | None:
        self._fail()
        expires_at, content = self.kept.get(key, (self._clock.now(), b""))
        if expires_at <= self._clock.now():
            return None
        await self.put(key, content)  # to read is to use
        return content

    async def put(self, key: str, content: bytes) -> None:
        self._fail()
        self.kept[key] = (self._clock.now() + self._ttl, content)

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
