"""Which streams of audio are expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ExpectedStream:
    """A stream that a call was told to open.

    Attributes:
        talker: the fencing token of whoever carries it.
    """

    consultation_id: str
    call_sid: str
    talker: int = 0


class StreamTokens(Protocol):
    """Hands out tokens for streams, each good for one stream of one call, and not for long."""

    async def issue(self, expected: ExpectedStream) -> str:
        """Returns an unguessable token.

        Raises:
            StoreUnavailable
        """
        ...

    async def redeem(self, token: str) -> ExpectedStream | None:
        """Returns what a token stands for, once; None: unknown, used, or expired.

        Raises:
            StoreUnavailable
        """
        ...
