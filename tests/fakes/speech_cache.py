"""A cache of speech in memory."""

from __future__ import annotations

import asyncio


class InMemorySpeechCache:
    """Keeps speech in a dictionary.

    Attributes:
        kept: what is kept, by key.
        asked: every key that was looked up, in order.
        delay: seconds an answer takes.
        away: misses everything and keeps nothing.
    """

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.delay = 0.0
        self.away = False

    async def get(self, key: str) -> bytes | None:
        self.asked.append(key)
        await asyncio.sleep(self.delay)
        return None if self.away else self.kept.get(key)

    async def put(self, key: str, speech: bytes) -> None:
        await asyncio.sleep(self.delay)
        if not self.away:
            self.kept[key] = speech
