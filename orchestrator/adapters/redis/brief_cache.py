"""Decoded orders, so that one with thousands of stored questions is read and decoded once, not every turn.

An order never changes. A consultation that was erased may be started anew under the same id, by another process: the
time of its creation tells the two apart.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from orchestrator.domain.brief import Brief


class BriefCache:
    """Holds the orders read last."""

    def __init__(self, most: int = 256) -> None:
        """Makes it.

        Args:
            most: how many are held.
        """
        self._most = most
        self._briefs: OrderedDict[str, tuple[datetime, Brief]] = OrderedDict()

    def get(self, consultation_id: str, created_at: datetime) -> Brief | None:
        """Returns the order of the consultation that was created then, if it is held."""
        held = self._briefs.get(consultation_id)
        if held is None or held[0] != created_at:
            return None
        self._briefs.move_to_end(consultation_id)
        return held[1]

    def put(self, consultation_id: str, created_at: datetime, brief: Brief) -> None:
        """Holds an order."""
        self._briefs[consultation_id] = (created_at, brief)
        self._briefs.move_to_end(consultation_id)
        if len(self._briefs) > self._most:
            self._briefs.popitem(last=False)

    def holds(self, consultation_id: str) -> bool:
        """Whether an order of this id is held."""
        return consultation_id in self._briefs

    def forget(self, consultation_id: str) -> None:
        """Forgets a consultation that was erased."""
        self._briefs.pop(consultation_id, None)
