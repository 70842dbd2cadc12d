"""Rings the phone, once; and looks after calls whose end nobody reported.

Due work (`dialogue.due_work`): DIAL when a consultation is accepted, CHECK when its call should have ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from orchestrator.dialogue.call.call_status import CallStatusReports, cancelled, ended
from orchestrator.dialogue.call.longest_call import overdue_at
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.dial_permits import DialPermits
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.dialogue.ports.telephone import CallOrder, CallReport, Telephone
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.errors import DialRefused, TelephoneUnavailable
from orchestrator.domain.event import StateChanged

MOST_ATTEMPTS = 5
# Waits before the second, third ... attempt to reach the telephone network's API.
BACKOFF = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30), timedelta(seconds=60))
# A call whose phone cannot ring any more, or that should have ended, is looked up this long after, then this often.
MARGIN = timedelta(seconds=60)
# An attempt whose outcome nobody knows is looked up this long after: by then, the network lists every call it made.
LOOK_UP_AFTER = timedelta(seconds=30)
# A permit that comes within so many seconds is waited for in place: its turn is met to the millisecond.
NEAR = 1.0

MayDial = Callable[[Brief, str], Awaitable[bool]]


async def _always(_brief: Brief, _consultation_id: str) -> bool:
    return True


class Dialling:
    """Makes calls."""

    def __init__(
        self,
        store: ConsultationStore,
        telephone: Telephone,
        clock: Clock,
        reports: CallStatusReports,
        *,
        permits: DialPermits,
        may_dial: MayDial = _always,
        retention: timedelta = timedelta(days=30),
    ) -> None:
        """Makes it.

        Args:
            store: where consultations are kept.
            telephone: rings.
            clock: the time.
            reports: takes what the network says.
            permits: say when a call may be made.
            may_dial: asked last of all whether a call, by order and consultation, is wanted at this moment; one that
                is not is cancelled (`DialFailure.NOT_NOW`).
            retention: how long a cancelled consultation is kept.
        """
        self._store = store
        self._telephone = telephone
        self._clock = clock
        self._reports = reports
        self._permits = permits
        self._may_dial = may_dial
        self._retention = retention

    async def dial(self, consultation_id: str) -> None:
        """Rings a consultation's phone, unless that was done, or may have been done, before.

        The intent is written before the network is asked. An attempt whose outcome nobody knows is looked up at the
        network and, if it is not there, given up: no phone rings twice.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        brief, consultation = await self._store.load(consultation_id)
        if consultation.state is State.CANCELLED:
            await self._withdraw(brief, consultation)
        elif consultation.reached(State.RINGING) or consultation.call_sid:
            await self._settle(consultation_id, DueKind.DIAL)
        elif consultation.dial_open:
            await self._look_up(brief, consultation)
        elif wait := await self._permit(brief, consultation_id):
            await self._later(consultation_id, DueKind.DIAL, timedelta(seconds=max(wait - NEAR / 2, NEAR / 2)))
        elif not await self._may_dial(brief, consultation_id):
            await self._call_off(consultation_id)
        elif await self._intends(consultation_id):
            await self._ring(brief, consultation_id)

    async def _permit(self, brief: Brief, consultation_id: str) -> float:
        """Returns 0 if the call may be made now; else after how many seconds it may be."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + NEAR
        hold = _longest(brief).total_seconds()
        while wait := await self._permits.ask(
            consultation_id, hold=hold, line=brief.dialling.line, phone=brief.person.phone
        ):
            if loop.time() + wait > deadline:
                return wait
            await asyncio.sleep(wait)
        return 0.0

    async def _ring(self, brief: Brief, consultation_id: str) -> None:
        try:
            order = CallOrder(
                consultation_id, brief.person.phone, brief.dialling.ring_timeout, brief.dialling.time_limit
            )
            call_sid = await self._telephone.dial(order)
        except DialRefused as error:
            await self._fail(consultation_id, error.failure)
        except TelephoneUnavailable as error:
            await self._unavailable(consultation_id, error)
        else:
            after = await transact(self._store, consultation_id, lambda _, current: self._placed(current, call_sid))
            if after.state is State.CANCELLED:  # while the network was asked
                await self._withdraw(brief, after)

    async def check(self, consultation_id: str) -> None:
        """Asks the network about a call that should have ended, and takes its answer as a report.

        A call that has lasted longer than it may is hung up.

        Raises:
            ConsultationNotFound, StoreUnavailable, TelephoneUnavailable
        """
        brief, consultation = await self._store.load(consultation_id)
        if consultation.reached(State.SUMMARISING):
            await self._settle(consultation_id, DueKind.CHECK)
            return
        report = await self._report_of(brief, consultation)
        if report is not None and report.status.final:
            await self._reports.report(consultation_id, report)
        elif report is None:
            await self._fail(consultation_id, DialFailure.UNKNOWN)
        else:
            await self._later(consultation_id, DueKind.CHECK, MARGIN)  # first: a hang-up that fails is tried again
            overdue = overdue_at(brief, consultation)
            if overdue is not None and self._clock.now() >= overdue:
                await self._telephone.hang_up(report.call_sid)

    async def _intends(self, consultation_id: str) -> bool:
        """Writes the intent to dial; False if somebody else did, or nobody shall any more, or it took too long."""
        change: Change | None = None
        began = self._clock.now()

        def decide(brief: Brief, current: Consultation) -> Change | None:
            nonlocal change
            change = self._intend(brief, current)
            return change

        await transact(self._store, consultation_id, decide)
        stopped = self._clock.now() - began > LOOK_UP_AFTER / 2  # this process was: others may have looked it up
        return change is not None and not stopped

    def _intend(self, brief: Brief, current: Consultation) -> Change | None:
        if current.dial_open or current.call_sid or current.reached(State.RINGING):
            return None
        now = self._clock.now()
        intent = replace(
            current.to(State.DIALLING),
            version=current.version + 1,
            dial_open=True,
            dial_attempts=current.dial_attempts + 1,
            dialled_at=current.dialled_at or now,
        )
        occurrences = () if current.state is State.DIALLING else (StateChanged(intent),)
        return Change(
            intent,
            occurrences=occurrences,
            due={DueKind.CHECK: now + _answered_by_now(brief), DueKind.DIAL: now + LOOK_UP_AFTER},
        )

    def _placed(self, current: Consultation, call_sid: str) -> Change:
        placed = replace(current, version=current.version + 1, call_sid=current.call_sid or call_sid, dial_open=False)
        return Change(placed, due={} if current.state is State.CANCELLED else {DueKind.DIAL: None})

    async def _unavailable(self, consultation_id: str, error: TelephoneUnavailable) -> None:
        if error.happened is None:
            return  # it will be looked up
        await self._permits.release(consultation_id)
        if error.failure is DialFailure.RATE_LIMITED:
            await self._permits.hold_off(error.retry_after)

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.call_sid or current.reached(State.RINGING):
                return None
            if current.dial_attempts >= MOST_ATTEMPTS:
                return ended(current, self._clock.now(), self._clock.now(), error.failure)
            again = self._clock.now() + BACKOFF[min(current.dial_attempts, len(BACKOFF)) - 1]
            waiting = replace(current, version=current.version + 1, dial_open=False)
            return Change(waiting, due={DueKind.DIAL: again, DueKind.CHECK: None})

        await transact(self._store, consultation_id, decide)

    async def _look_up(self, brief: Brief, consultation: Consultation) -> None:
        report = await self._report_of(brief, consultation)
        if report is None:
            await self._fail(consultation.consultation_id, DialFailure.UNKNOWN)
            return
        await self._reports.report(consultation.consultation_id, report)
        await self._settle(consultation.consultation_id, DueKind.DIAL)

    async def _withdraw(self, brief: Brief, consultation: Consultation) -> None:
        """Hangs up a call that was placed, or may have been, while its consultation was cancelled."""
        if consultation.dial_open or consultation.call_sid:
            report = await self._report_of(brief, consultation)
            if report is not None and not report.status.final:
                await self._telephone.hang_up(report.call_sid)
        await self._permits.release(consultation.consultation_id)
        await self._settle(consultation.consultation_id, DueKind.DIAL)

    async def _call_off(self, consultation_id: str) -> None:
        """Cancels a call that is not wanted any more, or not now."""

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.dial_open or current.call_sid or current.state.final:
                return None
            return cancelled(current, self._clock.now(), self._retention, DialFailure.NOT_NOW)

        await transact(self._store, consultation_id, decide)

    async def _report_of(self, brief: Brief, consultation: Consultation) -> CallReport | None:
        if consultation.call_sid:
            return await self._telephone.call_report(consultation.call_sid)
        since = consultation.dialled_at or consultation.created_at
        return await self._telephone.find_call(brief.person.phone, since)

    async def _fail(self, consultation_id: str, failure: DialFailure) -> None:
        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if current.reached(State.SUMMARISING):
                return None
            now = self._clock.now()
            return ended(current, now, now, failure)

        await transact(self._store, consultation_id, decide)

    async def _settle(self, consultation_id: str, kind: DueKind) -> None:
        await transact(
            self._store,
            consultation_id,
            lambda _, current: Change(replace(current, version=current.version + 1), due={kind: None}),
        )

    async def _later(self, consultation_id: str, kind: DueKind, wait: timedelta) -> None:
        again = self._clock.now() + wait
        await transact(
            self._store,
            consultation_id,
            lambda _, current: Change(replace(current, version=current.version + 1), due={kind: again}),
        )


def _answered_by_now(brief: Brief) -> timedelta:
    """After this a phone does not ring any more: it was answered, or the call is over."""
    return timedelta(seconds=brief.dialling.ring_timeout) + MARGIN


def _longest(brief: Brief) -> timedelta:
    return timedelta(seconds=brief.dialling.ring_timeout + brief.dialling.time_limit) + MARGIN
