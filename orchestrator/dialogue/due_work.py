"""Does what is due: dialling, checking, concluding, delivering, erasing. Records in the store say what is due and when.

Workers are woken (`ports.alarm_clock`) and may die, stop for a while, or be two at the same work. So `attend` looks
into the store for whether the work is due, and every handler finds out by the record whether anything is left to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from orchestrator.dialogue.ports.alarm_clock import AlarmClock
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import ConsultationStore, Due, DueKind
from orchestrator.domain.errors import ConsultationNotFound, StoreUnavailable

Handler = Callable[[str], Awaitable[object]]
OnFailure = Callable[[Due, BaseException], None]

CLOCK_DIFFERENCE = timedelta(seconds=1)
"""By how much the clocks of two machines may differ: what one made due at once, another does at once."""

_MOST_ROUNDS = 3  # of the same work that became due again while it was done
_MOST_OVERDUE = 500  # that one sweep wakes; the next one finds the rest


class DueWork:
    """Hands due work to its handlers."""

    def __init__(
        self,
        store: ConsultationStore,
        clock: Clock,
        handlers: Mapping[DueKind, Handler],
        on_failure: OnFailure,
        *,
        timeout: float = 60.0,
    ) -> None:
        """Makes it.

        Args:
            store: says what is due.
            clock: the time.
            handlers: one a kind; called with the consultation's id.
            on_failure: told about work that failed.
            timeout: seconds a piece of work may take.
        """
        self._store = store
        self._clock = clock
        self._handlers = handlers
        self._on_failure = on_failure
        self._timeout = timeout

    async def attend(self, due: Due) -> bool:
        """Does a piece of work if it is due; False if it failed: it is still due, and to be tried again later."""
        try:
            tolerance = CLOCK_DIFFERENCE
            for _ in range(_MOST_ROUNDS):
                due_at = await self._store.due_at(due)
                if due_at is None or due_at > self._clock.now() + tolerance:
                    break
                tolerance = timedelta(0)
                async with asyncio.timeout(self._timeout):
                    await self._handlers[due.kind](due.consultation_id)
        except ConsultationNotFound:
            pass  # erased meanwhile
        except Exception as error:  # noqa: BLE001 - one broken record must not stop the others
            self._on_failure(due, error)
            return False
        return True

    async def sweep(self, alarm_clock: AlarmClock) -> None:
        """Wakes what is overdue: its time came after it was written, or the wake was lost."""
        try:
            overdue = await self._store.overdue(limit=_MOST_OVERDUE)
        except StoreUnavailable:
            return
        for due in overdue:
            await alarm_clock.wake(due)
