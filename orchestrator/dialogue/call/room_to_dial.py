"""Puts off dialling while this process takes no more calls: who is called must find somebody to talk to."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from orchestrator.dialogue.call.admission import RETRY_AFTER, Admission, Newcomer
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, State


class RoomToDial:
    """Stands before `dialling`: the same due work, as soon as there is room."""

    def __init__(
        self, dial: Callable[[str], Awaitable[None]], admission: Admission, store: ConsultationStore, clock: Clock
    ) -> None:
        """Makes it.

        Args:
            dial: rings a consultation's phone.
            admission: says whether one more call is taken.
            store: says what is due.
            clock: says when.
        """
        self._dial = dial
        self._admission = admission
        self._store = store
        self._clock = clock

    async def dial(self, consultation_id: str) -> None:
        """Dials, or comes again in a few seconds, perhaps in another process. What was begun is never put off.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        _, consultation = await self._store.load(consultation_id)
        if not _begins(consultation) or self._admission.takes(Newcomer.CALL):
            await self._dial(consultation_id)
            return
        again = self._clock.now() + timedelta(seconds=random.uniform(1, 2) * RETRY_AFTER)  # noqa: S311 - no secret

        def put_off(_brief: Brief, current: Consultation) -> Change | None:
            if not _begins(current):
                return None
            return Change(replace(current, version=current.version + 1), due={DueKind.DIAL: again})

        await transact(self._store, consultation_id, put_off)


def _begins(consultation: Consultation) -> bool:
    begun = consultation.dial_open or consultation.call_sid or consultation.reached(State.RINGING)
    return not begun and consultation.state is not State.CANCELLED
