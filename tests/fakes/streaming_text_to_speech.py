"""A synthesiser that speaks piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from orchestrator.domain.errors import TextToSpeechUnavailable

PIECE = 800


def spoken(text: str, pieces: int = 3) -> list[bytes]:
    """Returns what a text sounds like: pieces of 100 ms, other ones for every text and every piece."""
    return [bytes([sum(text.encode()) % 200 + number]) * PIECE for number in range(pieces)]


class ScriptedStreamingTextToSpeech:
    """Speaks bytes.

    Attributes:
        voice: its name.
        pieces: how many a text has.
        delay: seconds to each piece.
        error: raised instead of the piece with the number `fails_at`.
        fails_at: from 0; as many as there are pieces: in place of the end.
        spoken: every text that was asked for, in order.
        under_way: how many syntheses run now.
        most_under_way: how many ran at once at most.
        left: how many syntheses were closed before their end.
    """

    def __init__(self, *, delay: float = 0.0, pieces: int = 3, error: Exception | None = None) -> None:
        self.voice = "scripted"
        self.pieces = pieces
        self.delay = delay
        self.error = error
        self.fails_at = 0
        self.spoken: list[str] = []
        self.under_way = 0
        self.most_under_way = 0
        self.left = 0

    async def synthesize(self, text: str, *, timeout: float) -> AsyncGenerator[bytes, None]:
        self.spoken.append(text)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        ended = False
        try:
            for number, piece in enumerate(spoken(text, self.pieces)):
                await self._wait(number, timeout)
                yield piece
            await self._wait(self.pieces, 0.0, delayed=False)
            ended = True
        except (TextToSpeechUnavailable, TimeoutError):
            ended = True
            raise
        finally:
            self.under_way -= 1
            self.left += not ended

    async def _wait(self, number: int, timeout: float, *, delayed: bool = True) -> None:
        if delayed:
            await asyncio.sleep(min(self.delay, timeout))
            if self.delay >= timeout:
                raise TextToSpeechUnavailable
        if self.error is not None and number == self.fails_at:
            raise self.error
