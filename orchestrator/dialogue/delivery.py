"""Delivers results to the backend: until acknowledged, or given up and kept for a human to look at.

Due work (`dialogue.due_work`): DELIVER when a result is there, and again after every try that failed.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.results import Receipt, ResultReceiver
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState
from orchestrator.domain.errors import NoResultUrl, WrongState
from orchestrator.domain.event import DeliveryAttempted

# Exponential with full jitter, so that many results that waited for the backend do not come at once.
SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(minutes=30)
# A result is given up when the call is so long over and it was tried so often.
GIVEN_UP_AFTER = timedelta(hours=27)
FEWEST_ATTEMPTS = 20


class Deliveries:
    """Delivers results."""

    def __init__(
        self,
        store: ConsultationStore,
        receiver: ResultReceiver,
        clock: Clock,
        *,
        retention: timedelta,
    ) -> None:
        """Makes it.

        Args:
            store: where results are kept.
            receiver: the backend.
            clock: the time.
            retention: how long a consultation is kept after its result was acknowledged.
        """
        self._store = store
        self._receiver = receiver
        self._clock = clock
        self._retention = retention

    async def deliver(self, consultation_id: str) -> DeliveryAttempted | None:
        """Tries to deliver a result that is pending; None if there was nothing to do.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        consultation = await self._store.get(consultation_id)
        if consultation.delivery.state is not DeliveryState.PENDING:
            return None
        return await self._attempt(consultation)

    async def deliver_now(self, consultation_id: str) -> DeliveryAttempted:
        """Delivers a result whether or not it was delivered or given up before.

        Raises:
            ConsultationNotFound, StoreUnavailable, NoResultUrl
            WrongState: there is no result yet.
        """
        if not self._receiver.wanted:
            raise NoResultUrl
        consultation = await self._store.get(consultation_id)
        if not consultation.state.final:
            raise WrongState(consultation_id, consultation.state)
        return await self._attempt(consultation)

    async def _attempt(self, consultation: Consultation) -> DeliveryAttempted:
        consultation_id = consultation.consultation_id
        body = await self._store.result(consultation_id)
        if body is None:
            raise WrongState(consultation_id, consultation.state)
        receipt = await self._receiver.deliver(body, key=f"result:{consultation_id}")
        attempted: list[DeliveryAttempted] = []

        def decide(_brief: Brief, current: Consultation) -> Change:
            delivery = self._after(current, receipt)
            attempted[:] = [
                DeliveryAttempted(delivery.attempts, delivery.http_status, delivery.state, delivery.next_attempt_at)
            ]
            return Change(
                replace(current, version=current.version + 1, delivery=delivery),
                occurrences=tuple(attempted),
                due={DueKind.DELIVER: delivery.next_attempt_at},
                expire_after=(
                    int(self._retention.total_seconds()) if delivery.state is DeliveryState.DELIVERED else None
                ),
            )

        await transact(self._store, consultation_id, decide)
        return attempted[0]

    def _after(self, consultation: Consultation, receipt: Receipt) -> Delivery:
        before, now = consultation.delivery, self._clock.now()
        attempts = before.attempts + 1
        if receipt.accepted:
            return Delivery(DeliveryState.DELIVERED, attempts, receipt.http_status, settled_at=now)
        if before.state is not DeliveryState.PENDING:
            return replace(before, attempts=attempts, http_status=receipt.http_status)
        waited = now - (consultation.ended_at or consultation.created_at)
        if receipt.final or (waited >= GIVEN_UP_AFTER and attempts >= FEWEST_ATTEMPTS):
            return Delivery(DeliveryState.DEAD, attempts, receipt.http_status, settled_at=now)
        again = _next_attempt(now, attempts, receipt.retry_after)
        return Delivery(DeliveryState.PENDING, attempts, receipt.http_status, next_attempt_at=again)


def _next_attempt(now: datetime, attempts: int, retry_after: float | None) -> datetime:
    most = min(LONGEST, SHORTEST * 2.0 ** min(attempts, 20))
    wait = most * random.uniform(0.0, 1.0)  # noqa: S311 - jitter, not a secret
    if retry_after is not None:
        wait = max(wait, min(timedelta(seconds=retry_after), LONGEST))
    return now + wait
