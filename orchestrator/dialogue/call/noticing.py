"""A danger is noticed: the alarm is raised in the same change as the turn, or after it if it was noticed later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.alarm import Observer, noticed
from orchestrator.domain.brief import Brief
from orchestrator.domain.codes import NeedHuman
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.event import AlarmChanged


def with_alarm(
    consultation: Consultation, danger: DangerKind, turn_number: int, observers: Sequence[Observer], now: datetime
) -> tuple[Consultation, tuple[AlarmChanged, ...]]:
    """Returns a consultation in which a danger was noticed, and what watchers are told of it.

    Args:
        consultation: before; its version is left to the caller.
        danger: which danger.
        turn_number: the callee's turn it was noticed in.
        observers: who noticed it.
        now: when.
    """
    alarms, told = consultation.alarms, []
    for observer in observers:
        before = alarms
        alarms, alarm = noticed(alarms, danger, turn_number, observer, now)
        if alarms != before:
            told.append(AlarmChanged(alarm))
    return replace(consultation, alarms=alarms), tuple(told)


class LateNotice:
    """Raises the alarm for a danger that was noticed after the reply was given."""

    def __init__(self, store: ConsultationStore, clock: Clock) -> None:
        """Makes it.

        Args:
            store: where consultations are kept.
            clock: the time.
        """
        self._store = store
        self._clock = clock

    async def notice(self, consultation_id: str, turn_number: int, danger: DangerKind) -> None:
        """Raises the alarm; the right words are said with the next reply, if there is one.

        Raises:
            ConsultationNotFound, StoreUnavailable
        """

        def decide(_brief: Brief, current: Consultation) -> Change | None:
            now = self._clock.now()
            alarmed, told = with_alarm(current, danger, turn_number, (Observer.LANGUAGE_MODEL,), now)
            if not told:
                return None
            progress = current.progress
            if not current.reached(State.SUMMARISING):
                untold = progress.untold if danger in progress.dangers else danger
                progress = replace(progress, untold=untold, need_human=NeedHuman.GRAVE)
            moved = replace(alarmed, version=current.version + 1, progress=progress)
            return Change(moved, occurrences=told, due={DueKind.ALARM: now})

        await transact(self._store, consultation_id, decide)
