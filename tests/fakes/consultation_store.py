"""A consultation store in memory, with the semantics of the real one."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestrator.dialogue.ports.alarm_clock import AlarmClock
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import Change, Due, DueKind, Page
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, DeliveryState
from orchestrator.domain.errors import CallTakenOver, ConsultationNotFound, InvalidCursor, InvalidPageToken
from orchestrator.domain.event import Event
from orchestrator.domain.turn import CalleeInput, Reply, Turn, Wait
from tests.fakes.clock import ManualClock


@dataclass
class _Stored:
    brief: Brief
    consultation: Consultation
    change: Change
    turns: list[Turn] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    replies: dict[int, Reply] = field(default_factory=dict)
    inputs: dict[int, CalleeInput] = field(default_factory=dict)
    due: dict[DueKind, datetime] = field(default_factory=dict)
    result: bytes | None = None
    talker: int = 0
    expires_at: datetime | None = None


class InMemoryConsultationStore:
    """Keeps consultations in a dictionary.

    Attributes:
        error: raised by every method.
        due_elsewhere: work that others have written beside the consultations', by when it is due.
    """

    def __init__(self, clock: Clock | None = None, alarm_clock: AlarmClock | None = None) -> None:
        self._clock = clock or ManualClock()
        self._alarm_clock = alarm_clock
        self._stored: dict[str, _Stored] = {}
        self._news = asyncio.Condition()
        self.error: Exception | None = None
        self.due_elsewhere: dict[Due, datetime] = {}

    async def create(self, brief: Brief, change: Change) -> Consultation | None:
        self._fail()
        standing = self._living().get(change.consultation.consultation_id)
        if standing is not None:
            return None if standing.change == change else standing.consultation
        stored = _Stored(brief, change.consultation, change)
        self._write(stored, change)
        self._stored[change.consultation.consultation_id] = stored
        return None

    async def get(self, consultation_id: str) -> Consultation:
        return self._find(consultation_id).consultation

    async def load(self, consultation_id: str) -> tuple[Brief, Consultation]:
        stored = self._find(consultation_id)
        return stored.brief, stored.consultation

    async def commit(self, change: Change) -> bool:
        stored = self._find(change.consultation.consultation_id)
        if stored.change == change:
            return True
        _fence(stored, change.talker)
        if stored.consultation.version != change.consultation.version - 1:
            return False
        self._write(stored, change)
        async with self._news:
            self._news.notify_all()
        return True

    def _write(self, stored: _Stored, change: Change) -> None:
        numbers = [turn.number for turn in change.turns]
        if numbers != list(range(len(stored.turns) + 1, len(stored.turns) + len(numbers) + 1)):
            raise ValueError("turns must be appended in the order of their numbers, without gaps")
        stored.consultation, stored.change = change.consultation, change
        stored.talker = max(stored.talker, change.talker or 0)
        stored.turns.extend(change.turns)
        stored.events.extend(
            Event(f"{change.consultation.version}-{number}", self._clock.now(), occurrence)
            for number, occurrence in enumerate(change.occurrences, 1)
        )
        for turn_number, reply in change.replies.items():
            stored.replies[turn_number] = reply
            if not isinstance(reply.next, Wait):
                stored.inputs.pop(turn_number, None)
        for kind, due_at in change.due.items():
            if due_at is None:
                stored.due.pop(kind, None)
            else:
                stored.due[kind] = due_at
        if change.result is not None:
            stored.result = change.result
        if change.expire_after is not None:
            stored.expires_at = self._clock.now() + timedelta(seconds=change.expire_after)

    async def reply(self, consultation_id: str, turn_number: int) -> Reply | None:
        return self._find(consultation_id).replies.get(turn_number)

    async def replies(self, consultation_id: str) -> tuple[Reply, ...]:
        return tuple(reply for _, reply in sorted(self._find(consultation_id).replies.items()))

    async def remember_input(
        self, consultation_id: str, turn_number: int, callee_input: CalleeInput, *, talker: int | None = None
    ) -> None:
        stored = self._find(consultation_id)
        _fence(stored, talker)
        stored.talker = max(stored.talker, talker or 0)
        stored.inputs[turn_number] = callee_input

    async def remembered_input(self, consultation_id: str, turn_number: int) -> CalleeInput | None:
        return self._find(consultation_id).inputs.get(turn_number)

    async def transcript(
        self, consultation_id: str, *, after: int = 0, limit: int = 1000
    ) -> tuple[Consultation, tuple[Turn, ...]]:
        stored = self._find(consultation_id)
        return stored.consultation, tuple(stored.turns[after : after + limit])

    async def events(self, consultation_id: str, cursor: str, *, wait: float) -> tuple[Event, ...]:
        if events := self._events_after(consultation_id, cursor):
            return events
        try:
            async with asyncio.timeout(wait), self._news:
                await self._news.wait_for(lambda: self._events_after(consultation_id, cursor))
        except TimeoutError:
            return ()
        return self._events_after(consultation_id, cursor)

    def _events_after(self, consultation_id: str, cursor: str) -> tuple[Event, ...]:
        events = self._find(consultation_id).events
        if not cursor:
            return tuple(events)
        cursors = [event.cursor for event in events]
        if cursor not in cursors:
            raise InvalidCursor
        return tuple(events[cursors.index(cursor) + 1 :])

    async def result(self, consultation_id: str) -> bytes | None:
        return self._find(consultation_id).result

    async def newest(self, *, limit: int, token: str) -> Page[Consultation]:
        self._fail()
        stored = [stored.consultation for stored in self._living().values()]
        stored.sort(key=lambda consultation: (consultation.created_at, consultation.consultation_id), reverse=True)
        return _page("newest", stored, limit, token)

    async def undelivered(self, *, limit: int, token: str) -> Page[Consultation]:
        self._fail()
        dead = [
            stored.consultation
            for stored in self._living().values()
            if stored.consultation.delivery.state is DeliveryState.DEAD
        ]
        dead.sort(
            key=lambda consultation: (
                consultation.delivery.settled_at or consultation.created_at,
                consultation.consultation_id,
            )
        )
        return _page("undelivered", dead, limit, token)

    async def due_at(self, due: Due) -> datetime | None:
        self._fail()
        stored = self._living().get(due.consultation_id)
        return self.due_elsewhere.get(due) if stored is None else stored.due.get(due.kind)

    async def overdue(self, *, limit: int) -> tuple[Due, ...]:
        self._fail()
        now = self._clock.now()
        waiting = [
            (due_at, kind, consultation_id)
            for consultation_id, stored in self._living().items()
            for kind, due_at in stored.due.items()
            if due_at <= now
        ]
        waiting += [(at, due.kind, due.consultation_id) for due, at in self.due_elsewhere.items() if at <= now]
        return tuple(Due(kind, consultation_id) for _, kind, consultation_id in sorted(waiting)[:limit])

    async def delete(self, consultation_id: str) -> None:
        self._find(consultation_id)
        del self._stored[consultation_id]
        async with self._news:
            self._news.notify_all()

    async def ping(self) -> None:
        self._fail()

    async def close(self) -> None:
        pass

    def _find(self, consultation_id: str) -> _Stored:
        self._fail()
        stored = self._living().get(consultation_id)
        if stored is None:
            raise ConsultationNotFound(consultation_id)
        return stored

    def _living(self) -> dict[str, _Stored]:
        now = self._clock.now()
        self._stored = {
            consultation_id: stored
            for consultation_id, stored in self._stored.items()
            if stored.expires_at is None or stored.expires_at > now
        }
        return self._stored

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


def _fence(stored: _Stored, talker: int | None) -> None:
    if talker is not None and talker < stored.talker:
        raise CallTakenOver(stored.consultation.consultation_id)


def _page(name: str, items: list[Consultation], limit: int, token: str) -> Page[Consultation]:
    start = 0
    if token:
        known = {_token(name, item): index + 1 for index, item in enumerate(items)}
        if token not in known:
            raise InvalidPageToken
        start = known[token]
    page = tuple(items[start : start + limit])
    more = start + limit < len(items)
    return Page(page, _token(name, page[-1]) if more else "")


def _token(name: str, last: Consultation) -> str:
    return base64.urlsafe_b64encode(f"{name} {last.consultation_id}".encode()).decode()
