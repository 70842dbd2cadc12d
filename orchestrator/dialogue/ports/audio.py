"""Audio that the telephone network can fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Audio:
    """A complete audio file, as served to the telephone network."""

    content: bytes
    etag: str


class AudioStore(Protocol):
    """Keeps the agent's spoken words until they were played."""

    async def put(self, content: bytes) -> str:
        """Keeps a WAV file and returns its unguessable token.

        Raises:
            StoreUnavailable
        """
        ...

    async def get(self, token: str) -> Audio:
        """Returns what a token stands for.

        Raises:
            AudioNotFound, StoreUnavailable
        """
        ...

    async def delete(self, tokens: Sequence[str]) -> None:
        """Erases audio.

        Raises:
            StoreUnavailable
        """
        ...
