"""An alarm: a danger that was noticed during a call, and whether a person has taken it over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from orchestrator.domain.danger import DangerKind


class Observer(StrEnum):
    """Who noticed a danger."""

    RULES = "rules"
    LANGUAGE_MODEL = "language_model"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A danger that was noticed. Says nothing of what was said: the transcript has it.

    Attributes:
        number: which of the consultation's alarms, from 1.
        turn_number: the callee's turn it was noticed in.
        noticed_by: who noticed it; both, once both have.
        notification_count: how often somebody was told.
        told_at: when somebody was told last; None: nobody has been yet.
        escalated_at: when it was passed on to the next in line; None: it was not.
        acknowledged_at: when a person took it over; None: nobody has.
    """

    number: int
    danger: DangerKind
    turn_number: int
    noticed_by: tuple[Observer, ...]
    raised_at: datetime
    notification_count: int = 0
    told_at: datetime | None = None
    escalated_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""

    @property
    def open(self) -> bool:
        """Whether nobody has taken it over yet."""
        return self.acknowledged_at is None


def noticed(
    alarms: tuple[Alarm, ...], danger: DangerKind, turn_number: int, observer: Observer, now: datetime
) -> tuple[tuple[Alarm, ...], Alarm]:
    """Returns the alarms after a danger was noticed, and the one that is new or has changed.

    There is one alarm a danger: who has taken it over has the call before them, and is not called again by every word.
    """
    for place, alarm in enumerate(alarms):
        if alarm.danger is danger:
            both = alarm.noticed_by if observer in alarm.noticed_by else (*alarm.noticed_by, observer)
            changed = replace(alarm, noticed_by=both)
            return (*alarms[:place], changed, *alarms[place + 1 :]), changed
    raised = Alarm(len(alarms) + 1, danger, turn_number, (observer,), now)
    return (*alarms, raised), raised
