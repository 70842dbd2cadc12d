"""Where consultations are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.event import Event, Occurrence
from orchestrator.domain.turn import CalleeInput, Reply, Turn

Item = TypeVar("Item")


class DueKind(StrEnum):
    """Work that waits for its time."""

    DIAL = "dial"
    CHECK = "check"
    CONCLUDE = "conclude"
    DELIVER = "deliver"
    ERASE = "erase"
    ALARM = "alarm"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Due:
    """A piece of work that is due.

    Attributes:
        consultation_id: which consultation; for `CAMPAIGN` which campaign.
    """

    kind: DueKind
    consultation_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one consultation, written wholly or not at all.

    Attributes:
        consultation: the new record, its version one above the one it was made from.
        turns: turns to append.
        occurrences: what watchers are told, in order.
        replies: replies to remember, by the callee's turn they answer (0: the call was answered).
        due: when work of a kind is due; None: no longer.
        result: the result's bytes, to be kept until delivered.
        expire_after: seconds after which everything of the consultation is erased; None: unchanged.
        talker: the fencing token of who makes it, if they talk in the call: it is refused once a higher one was seen.
    """

    consultation: Consultation
    turns: tuple[Turn, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    replies: Mapping[int, Reply] = field(default_factory=dict)
    due: Mapping[DueKind, datetime | None] = field(default_factory=dict)
    result: bytes | None = None
    expire_after: int | None = None
    talker: int | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A page of a list; an empty token marks the last."""

    items: tuple[Item, ...]
    next_token: str = ""


class ConsultationStore(Protocol):
    """Keeps consultations. Every method may raise StoreUnavailable; those that take an id, ConsultationNotFound."""

    async def create(self, brief: Brief, change: Change) -> Consultation | None:
        """Writes a new consultation with its first change, unless its id is taken: then returns what stands there."""
        ...

    async def get(self, consultation_id: str) -> Consultation:
        """Returns the record."""
        ...

    async def load(self, consultation_id: str) -> tuple[Brief, Consultation]:
        """Returns order and record."""
        ...

    async def commit(self, change: Change) -> bool:
        """Writes a change atomically; False, and nothing written, if the record has another version by now.

        Raises:
            CallTakenOver: a change was written, or a callee's words kept, for a higher talker than the change's.
        """
        ...

    async def reply(self, consultation_id: str, turn_number: int) -> Reply | None:
        """Returns the reply remembered for a turn."""
        ...

    async def replies(self, consultation_id: str) -> tuple[Reply, ...]:
        """Returns all replies remembered."""
        ...

    async def remember_input(
        self, consultation_id: str, turn_number: int, callee_input: CalleeInput, *, talker: int | None = None
    ) -> None:
        """Keeps what the callee said until the turn is answered, so that any replica can go on with it.

        Raises:
            CallTakenOver: as `commit`, for the talker who heard it.
        """
        ...

    async def remembered_input(self, consultation_id: str, turn_number: int) -> CalleeInput | None:
        """Returns what was kept for a turn."""
        ...

    async def transcript(
        self, consultation_id: str, *, after: int = 0, limit: int = 1000
    ) -> tuple[Consultation, tuple[Turn, ...]]:
        """Returns the record and its turns with numbers above `after`, in order."""
        ...

    async def events(self, consultation_id: str, cursor: str, *, wait: float) -> tuple[Event, ...]:
        """Returns what happened after a cursor; if nothing did, waits up to `wait` seconds for something.

        Raises:
            InvalidCursor
        """
        ...

    async def result(self, consultation_id: str) -> bytes | None:
        """Returns the result's bytes, once there are any."""
        ...

    async def newest(self, *, limit: int, token: str) -> Page[Consultation]:
        """Lists consultations, newest first.

        Raises:
            InvalidPageToken
        """
        ...

    async def undelivered(self, *, limit: int, token: str) -> Page[Consultation]:
        """Lists consultations whose delivery was given up, longest waiting first.

        Raises:
            InvalidPageToken
        """
        ...

    async def due_at(self, due: Due) -> datetime | None:
        """Returns when a piece of work is due; None: it is not to be done."""
        ...

    async def overdue(self, *, limit: int) -> tuple[Due, ...]:
        """Returns work that is due, the longest waiting first; it stays due until a change says otherwise."""
        ...

    async def delete(self, consultation_id: str) -> None:
        """Erases everything of a consultation."""
        ...

    async def ping(self) -> None:
        """Returns if the store answers."""
        ...
