"""Who is alarmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from orchestrator.domain.alarm import Alarm


@dataclass(frozen=True, slots=True)
class AlarmNotice:
    """What a person who is told of an alarm needs.

    Attributes:
        person_id: the backend's id; names and numbers stay where they are.
        account_id: the operator of the consultation, if it has one.
        quote: the callee's words.
    """

    consultation_id: str
    person_id: str
    account_id: str | None
    alarm: Alarm
    quote: str


@dataclass(frozen=True, slots=True)
class AlarmReceipt:
    """What somebody who was told of an alarm answered.

    Attributes:
        taken: the message has arrived.
        acknowledged_by: the person who takes the alarm over by that answer; empty: nobody, yet.
    """

    taken: bool
    acknowledged_by: str = ""


class AlarmReceivers(Protocol):
    """Those who are told of a danger during the call: the first in line, then whom it is passed on to."""

    @property
    def line(self) -> int:
        """How many are in line: 0: nobody is configured."""
        ...

    async def tell(self, place: int, notice: AlarmNotice, *, timeout: float) -> AlarmReceipt:
        """Tells the one at a place in line, from 0, within `timeout` seconds. Never raises for their sake."""
        ...
