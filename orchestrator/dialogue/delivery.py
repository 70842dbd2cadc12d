"""Delivers results to the backend: until acknowledged, or given up and kept for a human to look at.

Due work (`dialogue.due_work`): DELIVER when a result is there, and again after every try that failed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.results import Receipt, ResultReceiver
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import DeliveryFailure
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState
from orchestrator.domain.errors import NoResultUrl, WrongState
from orchestrator.domain.event import DeliveryAttempted

# Exponential with full jitter, so that many results that waited for the backend do not come at once.
SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(minutes=30)
# A result is given up when the call is so long over and it was tried so often.
GIVEN_UP_AFTER = timedelta(hours=27)
FEWEST_ATTEMPTS = 20
# When a result is looked at again that was not even posted: others found the backend down just before.
LATER = timedelta(seconds=10)

OnAttempt = Callable[[DeliveryFailure, DeliveryFailure | None], None]
"""Told of every attempt: why it failed, and why the one before it did; None: there was none."""


class Deliveries:
    """Delivers results."""

    def __init__(
        self,
        store: ConsultationStore,
        receiver: ResultReceiver,
        clock: Clock,
        *,
        retention: timedelta,
        on_attempt: OnAttempt = lambda _failure, _before: None,
    ) -> None:
        """Makes it.

        Args:
            store: where results are kept.
            receiver: the backend.
            clock: the time.
            retention: how long a consultation is kept after its result was acknowledged, or given up.
            on_attempt: told of every attempt.
        """
        self._store = store
        self._receiver = receiver
        self._clock = clock
        self._retention = retention
        self._on_attempt = on_attempt

    async def deliver(self, consultation_id: str) -> DeliveryAttempted | None:
        """Tries to deliver a result that is pending; None if there was nothing to do, or not now.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        consultation = await self._store.get(consultation_id)
        if consultation.delivery.state is not DeliveryState.PENDING:
            return None
        if not self._receiver.admits():
            await self._put_off(consultation_id)
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
        """Posts a result. That it is posted is written before: whoever posts it again knows that it may be a double."""
        consultation_id = consultation.consultation_id
        body = await self._store.result(consultation_id)
        if body is None:
            raise WrongState(consultation_id, consultation.state)
        before = await self._begin(consultation_id)
        receipt = await self._receiver.deliver(body, key=f"result:{consultation_id}")
        self._on_attempt(receipt.failure, before.failure if before.attempts else None)
        attempted: list[DeliveryAttempted] = []

        def decide(_brief: Brief, current: Consultation) -> Change:
            delivery = self._after(current, receipt)
            attempted[:] = [
                DeliveryAttempted(
                    delivery.attempts,
                    delivery.http_status,
                    delivery.state,
                    delivery.next_attempt_at,
                    receipt.failure,
                )
            ]
            given_up = delivery.state is DeliveryState.DEAD and current.delivery.state is DeliveryState.PENDING
            return Change(
                replace(current, version=current.version + 1, delivery=delivery),
                occurrences=tuple(attempted),
                due={DueKind.DELIVER: delivery.next_attempt_at},
                expire_after=int(self._retention.total_seconds()) if receipt.accepted or given_up else None,
            )

        await transact(self._store, consultation_id, decide)
        return attempted[0]

    async def _begin(self, consultation_id: str) -> Delivery:
        """Writes that a result is being posted; it stays due. Returns its delivery before."""
        before = Delivery()

        def decide(_brief: Brief, current: Consultation) -> Change:
            nonlocal before
            before, now = current.delivery, self._clock.now()
            begun = replace(
                before,
                attempts=before.attempts + 1,
                failure=DeliveryFailure.UNKNOWN,
                first_attempt_at=before.first_attempt_at or now,
                last_attempt_at=now,
            )
            return Change(replace(current, version=current.version + 1, delivery=begun))

        await transact(self._store, consultation_id, decide)
        return before

    async def _put_off(self, consultation_id: str) -> None:
        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.delivery.state is not DeliveryState.PENDING:
                return None  # somebody delivered it meanwhile
            again = self._clock.now() + LATER
            return Change(replace(current, version=current.version + 1), due={DueKind.DELIVER: again})

        await transact(self._store, consultation_id, decide)

    def _after(self, consultation: Consultation, receipt: Receipt) -> Delivery:
        before, now = consultation.delivery, self._clock.now()
        told = replace(before, http_status=receipt.http_status, failure=receipt.failure)
        if receipt.accepted:
            return replace(told, state=DeliveryState.DELIVERED, next_attempt_at=None, settled_at=now)
        if before.state is not DeliveryState.PENDING:
            return told
        waited = now - (consultation.ended_at or consultation.created_at)
        if receipt.final or (waited >= GIVEN_UP_AFTER and before.attempts >= FEWEST_ATTEMPTS):
            return replace(told, state=DeliveryState.DEAD, next_attempt_at=None, settled_at=now)
        return replace(told, next_attempt_at=_next_attempt(now, before.attempts, receipt.retry_after))


def _next_attempt(now: datetime, attempts: int, retry_after: float | None) -> datetime:
    most = min(LONGEST, SHORTEST * 2.0 ** min(attempts, 20))
    wait = most * random.uniform(0.0, 1.0)  # noqa: S311 - jitter, not a secret
    if retry_after is not None:
        wait = max(wait, min(timedelta(seconds=retry_after), LONGEST))
    return now + wait
