"""Sees to it that a person learns of a danger while the call lasts, and takes it over.

Those in line are told one after the other, as in an on-call schedule: the first at once, one more whenever the time for
an acknowledgement has passed; those who were told before are reminded. Whoever cannot be reached is passed over at
once. An alarm lives in the consultation's record, so it outlives call and process, and goes when the record goes.

Due work (`dialogue.due_work`): ALARM when a danger was noticed, and again for as long as somebody is to be told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orchestrator.dialogue.ports.alarms import AlarmNotice, AlarmReceipt, AlarmReceivers
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.alarm import Alarm
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import AlarmNotFound
from orchestrator.domain.event import AlarmChanged

# What nobody took is tried again after as long as it has been tried already, between these.
SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(seconds=30)
# For so long is it tried if nobody takes the message at all.
MOST = timedelta(days=1)
# How long one of the line, and the whole line, may take for it, in seconds: less than the work's lease.
_PATIENCE = 5.0
_PATIENCE_IN_ALL = 40.0


@dataclass(frozen=True, slots=True)
class _Telling:
    """What came of telling the line of an alarm: the receipts are in its order."""

    began: datetime
    receipts: tuple[AlarmReceipt, ...]


class Alarms:
    """Tells people of alarms until one of them has taken over."""

    def __init__(
        self,
        store: ConsultationStore,
        receivers: AlarmReceivers,
        clock: Clock,
        *,
        acknowledge_within: timedelta = timedelta(seconds=60),
        give_up_after: timedelta = timedelta(hours=1),
    ) -> None:
        """Makes it.

        Args:
            store: where alarms are kept.
            receivers: who is told, in line; nobody is told if there is none.
            clock: the time.
            acknowledge_within: after this without an acknowledgement the next in line is told, too; and how often those
                in line are reminded at most.
            give_up_after: after this nobody is reminded any more; the alarm stays open.
        """
        self._store = store
        self._receivers = receivers
        self._clock = clock
        self._acknowledge_within = acknowledge_within
        self._give_up_after = give_up_after

    async def attend(self, consultation_id: str) -> None:
        """Tells those whose turn it is of every open alarm; may be called at any time.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """
        began = self._clock.now()
        consultation, turns = await self._store.transcript(consultation_id)
        quotes = {turn.number: turn.text for turn in turns}
        told: dict[int, asyncio.Task[_Telling]] = {}
        async with asyncio.TaskGroup() as group:
            for alarm in consultation.alarms:
                if self._due(alarm, began) == began:
                    notice = _notice(consultation, alarm, quotes.get(alarm.turn_number, ""))
                    told[alarm.number] = group.create_task(self._tell(notice, began), name="alarm")
        tellings = {number: task.result() for number, task in told.items()}

        def decide(_brief: Brief, current: Consultation) -> Change:
            after = [_after(alarm, tellings.get(alarm.number)) for alarm in current.alarms]
            due = (self._due(alarm, began, tried=alarm.number in tellings) for alarm in after)
            return _change(current, after, due)

        await transact(self._store, consultation_id, decide)

    async def acknowledge(self, consultation_id: str, number: int, by: str) -> Alarm:
        """Takes an alarm over: nobody is told of it any more. Who did so first, stays.

        Args:
            consultation_id: which consultation.
            number: which of its alarms.
            by: who takes it over.

        Raises:
            ConsultationNotFound, AlarmNotFound, StoreUnavailable
        """

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            if not _find(current, number).open:
                return None
            now = self._clock.now()
            after = [_acknowledged(alarm, by, now) if alarm.number == number else alarm for alarm in current.alarms]
            return _change(current, after, (self._due(alarm, now) for alarm in after))

        consultation = await transact(self._store, consultation_id, decide)
        return _find(consultation, number)

    def pending(self, consultation: Consultation) -> bool:
        """Whether somebody is still to be told of an alarm: none of the line has taken it over, nor is it given up."""
        now = self._clock.now()
        return any(self._due(alarm, now) is not None for alarm in consultation.alarms)

    async def _tell(self, notice: AlarmNotice, began: datetime) -> _Telling:
        """Tells all whose turn has come; if none of them takes the message, the others until one does."""
        line = self._receivers.line
        patience = min(_PATIENCE, _PATIENCE_IN_ALL / line)
        async with asyncio.TaskGroup() as group:
            telling = [
                group.create_task(self._receivers.tell(place, notice, timeout=patience), name=f"alarm to {place}")
                for place in range(min(line, self._round(notice.alarm, began) + 1))
            ]
        receipts = [task.result() for task in telling]
        while not any(receipt.taken for receipt in receipts) and len(receipts) < line:
            receipts.append(await self._receivers.tell(len(receipts), notice, timeout=patience))
        return _Telling(began, tuple(receipts))

    def _round(self, alarm: Alarm, at: datetime) -> int:
        """Returns how often the time for an acknowledgement had passed."""
        return max(0, (at - alarm.raised_at) // self._acknowledge_within)

    def _due(self, alarm: Alarm, now: datetime, *, tried: bool = False) -> datetime | None:
        """Returns when somebody is to be told of an alarm; None: not any more.

        Args:
            alarm: the alarm.
            now: the time.
            tried: somebody has just been tried.
        """
        age = now - alarm.raised_at
        if not alarm.open or not self._receivers.line or age >= (self._give_up_after if alarm.told_at else MOST):
            return None
        if alarm.told_at is not None and self._round(alarm, alarm.told_at) >= self._round(alarm, now):
            return alarm.raised_at + (self._round(alarm, now) + 1) * self._acknowledge_within
        return now + min(max(age, SHORTEST), LONGEST) if tried else now


def _notice(consultation: Consultation, alarm: Alarm, quote: str) -> AlarmNotice:
    return AlarmNotice(consultation.consultation_id, consultation.person_id, consultation.account_id, alarm, quote)


def _find(consultation: Consultation, number: int) -> Alarm:
    for alarm in consultation.alarms:
        if alarm.number == number:
            return alarm
    raise AlarmNotFound(consultation.consultation_id)


def _after(alarm: Alarm, telling: _Telling | None) -> Alarm:
    """Returns an alarm after people were told of it."""
    if telling is None or not any(receipt.taken for receipt in telling.receipts):
        return alarm
    passed_on = any(receipt.taken for receipt in telling.receipts[1:])
    told = replace(
        alarm,
        notification_count=alarm.notification_count + sum(receipt.taken for receipt in telling.receipts),
        told_at=telling.began,
        escalated_at=alarm.escalated_at or (telling.began if passed_on else None),
    )
    by = next((receipt.acknowledged_by for receipt in telling.receipts if receipt.acknowledged_by), "")
    return _acknowledged(told, by, telling.began) if by else told


def _acknowledged(alarm: Alarm, by: str, now: datetime) -> Alarm:
    return replace(alarm, acknowledged_at=now, acknowledged_by=by) if alarm.open else alarm


def _change(current: Consultation, after: list[Alarm], due: Iterable[datetime | None]) -> Change:
    return Change(
        replace(current, version=current.version + 1, alarms=tuple(after)),
        occurrences=tuple(AlarmChanged(new) for old, new in zip(current.alarms, after, strict=True) if new != old),
        due={DueKind.ALARM: min((at for at in due if at is not None), default=None)},
    )
