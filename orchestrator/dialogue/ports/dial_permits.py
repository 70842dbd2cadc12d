"""Permits to dial: how fast, how many at once, and to which numbers all replicas together may make calls."""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol


class Line(IntEnum):
    """Where in the line a call waits for its permit: lower goes first.

    Between the two named here lie the campaigns, by their priority.
    """

    SINGLE = 0
    LAST = 10


class DialPermits(Protocol):
    """Gives out permits. Every method may raise StoreUnavailable."""

    async def ask(self, consultation_id: str, *, hold: float, line: int, phone: str = "") -> float:
        """Asks for the permit of a consultation's call; the same consultation asking again has the same permit.

        No number is called twice at a time: whoever asks for one that is being called waits, and keeps nobody waiting.
        One that asks again later than the next permit could be given died before the dialling: it keeps its permit, but
        waits for the pace once more.

        Args:
            consultation_id: whose call.
            hold: seconds after which the permit is free again, should nobody return it: the longest call.
            line: see `Line`; nobody gets a permit while somebody of a lower one waits.
            phone: the number; empty: it is nobody else's.

        Returns:
            0 if it may be dialled now; else after how many seconds to ask again.
        """
        ...

    async def release(self, consultation_id: str) -> None:
        """Returns a permit, or leaves the line; one that is not held is no error."""
        ...

    async def hold_off(self, seconds: float) -> None:
        """Gives out none for a while: the telephone network has too much to do."""
        ...
