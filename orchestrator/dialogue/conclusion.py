"""After the call: outcome, summary, and the result, written at once with the wish to deliver it.

Due work (`dialogue.due_work`): CONCLUDE when a call is over, ERASE after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from orchestrator.dialogue.outcome_making import make_outcome
from orchestrator.dialogue.ports import (
    Change,
    Clock,
    ConsultationStore,
    DueKind,
    Report,
    ResultReceiver,
    Telephone,
)
from orchestrator.dialogue.summarising import Summarising
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState, State
from orchestrator.domain.event import StateChanged


class Conclusion:
    """Concludes consultations."""

    def __init__(
        self,
        *,
        store: ConsultationStore,
        telephone: Telephone,
        receiver: ResultReceiver,
        summarising: Summarising,
        clock: Clock,
        nudge: Callable[[], None],
        retention: timedelta,
    ) -> None:
        self._store = store
        self._telephone = telephone
        self._receiver = receiver
        self._summarising = summarising
        self._clock = clock
        self._nudge = nudge
        self._retention = retention

    async def conclude(self, consultation_id: str) -> None:
        """Makes outcome, summary and result of a consultation whose call is over; once.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        brief, _ = await self._store.load(consultation_id)
        consultation, turns = await self._store.transcript(consultation_id)
        if consultation.state is not State.SUMMARISING:
            return
        outcome = make_outcome(brief, consultation.progress)
        summary = await self._summarising.summarise(outcome, turns)
        body = self._receiver.encode(Report(brief, consultation, outcome, summary.text, turns))
        delivery = DeliveryState.PENDING if self._receiver.wanted else DeliveryState.NOT_WANTED
        seen = consultation.version

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.state is not State.SUMMARISING or current.version != seen:
                return None  # last words came in; the work is still due and starts again
            final = State.COMPLETED if outcome.exception is ExceptionCode.NONE else State.FAILED
            now = self._clock.now()
            done = replace(
                current.to(final),
                version=current.version + 1,
                open_turn=0,
                outcome=outcome,
                summary=summary,
                delivery=Delivery(delivery, settled_at=now if delivery.settled else None),
            )
            wanted = delivery is DeliveryState.PENDING
            return Change(
                done,
                occurrences=(StateChanged(done),),
                due={DueKind.CONCLUDE: None, DueKind.DELIVER: now if wanted else None, DueKind.ERASE: now},
                result=body,
                expire_after=None if wanted else int(self._retention.total_seconds()),
            )

        await transact(self._store, consultation_id, decide)
        self._nudge()

    async def erase_recordings(self, consultation_id: str) -> None:
        """Erases what the telephone network recorded of the call: it has been written down.

        Raises:
            ConsultationNotFound, StoreUnavailable, TelephoneUnavailable
        """
        consultation = await self._store.get(consultation_id)
        if consultation.call_sid:
            await self._telephone.delete_recordings(consultation.call_sid)
        await transact(
            self._store,
            consultation_id,
            lambda _, current: Change(replace(current, version=current.version + 1), due={DueKind.ERASE: None}),
        )
