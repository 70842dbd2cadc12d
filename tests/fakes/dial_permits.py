"""Permits to dial in memory, with the semantics of the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.dialogue.ports.clock import Clock
from tests.fakes.clock import ManualClock

_SHORTEST, _LONGEST = timedelta(milliseconds=20), timedelta(seconds=60)
_BUSY, _BUSY_EACH = timedelta(seconds=2), timedelta(milliseconds=50)
_LATE = timedelta(seconds=10)
_ENGAGED = 5.0


@dataclass
class _Waiting:
    line: int
    since: datetime
    told: datetime


class InMemoryDialPermits:
    """Gives out permits in one process; without limits unless given some.

    Attributes:
        error: raised by every method.
        leases: who holds one, and until when.
        called: who was called at a number last.
        asked: whose permits were asked for, in order.
    """

    def __init__(self, clock: Clock | None = None, *, calls_per_second: float = 0, most_calls: int = 0) -> None:
        self._clock = clock or ManualClock()
        self._interval = timedelta(seconds=1 / calls_per_second) if calls_per_second else timedelta(0)
        self._most = most_calls
        self._free_at = self._clock.now()
        self._line: dict[str, _Waiting] = {}
        self.called: dict[str, str] = {}
        self.leases: dict[str, datetime] = {}
        self.asked: list[str] = []
        self.error: Exception | None = None

    async def ask(self, consultation_id: str, *, hold: float, line: int, phone: str = "") -> float:
        self._fail()
        self.asked.append(consultation_id)
        now = self._clock.now()
        self.leases = {held: end for held, end in self.leases.items() if end > now}
        self._line = {waiting: place for waiting, place in self._line.items() if place.told > now - _LATE}
        held = consultation_id in self.leases
        given_at = self.leases.get(consultation_id, now) - timedelta(seconds=hold)
        if held and not self._interval:
            return 0.0
        holder = self.called.get(phone)
        if holder != consultation_id and holder in self.leases:
            self._line.pop(consultation_id, None)
            return _ENGAGED
        free_at = now if held and now - given_at < self._interval else self._free_at
        full = not held and 0 < self._most <= len(self.leases)
        first = held or all(place.line >= line for place in self._line.values())
        if free_at <= now and not full and first:
            self._line.pop(consultation_id, None)
            self.called[phone or consultation_id] = consultation_id
            self.leases[consultation_id] = now + timedelta(seconds=hold)
            self._free_at = now + self._interval
            return 0.0
        place = self._line.setdefault(consultation_id, _Waiting(line, now, now))
        order = sorted(self._line, key=lambda each: (self._line[each].line, self._line[each].since, each))
        rank = order.index(consultation_id)
        wait = max(self._free_at - now, timedelta(0)) + rank * self._interval
        if full:
            wait = max(wait, _BUSY + rank * _BUSY_EACH)
        wait = min(max(wait, _SHORTEST), _LONGEST)
        place.told = now + wait
        return wait.total_seconds()

    async def release(self, consultation_id: str) -> None:
        self._fail()
        self.leases.pop(consultation_id, None)
        self._line.pop(consultation_id, None)

    async def hold_off(self, seconds: float) -> None:
        self._fail()
        self._free_at = max(self._free_at, self._clock.now() + timedelta(seconds=seconds))

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
