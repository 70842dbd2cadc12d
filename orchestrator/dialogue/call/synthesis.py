"""A sentence that is being spoken, and comes piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from enum import StrEnum

from orchestrator.domain.errors import TextToSpeechUnavailable

# Bytes in which speech that is there as a whole is handed out: half a second.
_PIECE = 4000


class Source(StrEnum):
    """Where speech came from."""

    MEMORY = "memory"
    SHARED = "shared"
    SYNTHESISED = "synthesised"


class Synthesis:
    """A sentence that is being spoken; whoever comes, whenever, hears it from its beginning.

    Attributes:
        keep: it may go into the shared cache: all who asked for it said so.
        source: where it comes from.
        on_end: told once, with whether it failed, unless it has ended already.
    """

    def __init__(self, *, keep: bool, source: Source = Source.SYNTHESISED, speech: bytes = b"") -> None:
        """Makes it.

        Args:
            keep: as the attribute.
            source: as the attribute.
            speech: all of it, if it is there already.
        """
        self.keep = keep
        self.source = source
        self.on_end: Callable[[bool], None] = _nobody_asked
        self._pieces = pieces_of(speech)
        self._ended = bool(speech)
        self._failed = False
        self._news = asyncio.Event()

    def add(self, piece: bytes) -> None:
        """Takes the next piece."""
        self._pieces.append(piece)
        self._tell()

    def end(self, *, failed: bool) -> None:
        """Ends it; only the first end counts."""
        if self._ended:
            return
        self._ended, self._failed = True, failed
        self._tell()
        self.on_end(failed)

    def speech(self) -> bytes:
        """Returns all that is there."""
        return b"".join(self._pieces)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yields it from its beginning.

        Raises:
            TextToSpeechUnavailable: it failed; what there was of it came before.
        """
        given = 0
        while True:
            for piece in self._pieces[given:]:
                given += 1
                yield piece
            if given == len(self._pieces):
                if self._ended:
                    break
                await self._news.wait()
        if self._failed:
            raise TextToSpeechUnavailable

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _nobody_asked(failed: bool) -> None:
    del failed


def pieces_of(speech: bytes) -> list[bytes]:
    """Returns speech that is there as a whole, in the pieces in which it is handed out."""
    return [speech[start : start + _PIECE] for start in range(0, len(speech), _PIECE)]
