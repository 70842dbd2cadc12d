"""What happens in a consultation, as a watcher sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.alarm import Alarm
from orchestrator.domain.codes import DeliveryFailure
from orchestrator.domain.consultation import Consultation, DeliveryState
from orchestrator.domain.turn import Turn


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The consultation moved on; this is how it stood then."""

    consultation: Consultation


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """A turn was written."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class DeliveryAttempted:
    """The result was sent, or given up.

    Attributes:
        number: which try, from 1.
        http_status: the backend's answer; None if there was none.
        failure: why it was not acknowledged.
    """

    number: int
    http_status: int | None
    state: DeliveryState
    next_attempt_at: datetime | None
    failure: DeliveryFailure = DeliveryFailure.NONE


@dataclass(frozen=True, slots=True)
class AlarmChanged:
    """A danger was noticed, or somebody was told of it, or acknowledged it."""

    alarm: Alarm


Occurrence = StateChanged | TurnTaken | DeliveryAttempted | AlarmChanged


@dataclass(frozen=True, slots=True)
class Event:
    """An occurrence and its place in the consultation's history."""

    cursor: str
    happened_at: datetime
    occurrence: Occurrence
