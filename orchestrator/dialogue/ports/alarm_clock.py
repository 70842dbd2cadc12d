"""Who says when something is to be done at once."""

from __future__ import annotations

from typing import Protocol

from orchestrator.dialogue.ports.store import Due


class AlarmClock(Protocol):
    """Has work attended to that is due now, by any worker.

    It keeps no times: the records say what is due when. A wake that is lost costs the seconds until the next sweep.
    """

    async def wake(self, due: Due) -> None:
        """Has somebody attend to a piece of work; the same one twice at a time is one. Never raises."""
        ...
