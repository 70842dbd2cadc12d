"""A change of a consultation, as the arguments of the script `commit` that writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from orchestrator.adapters.redis import codec
from orchestrator.adapters.redis.keys import NEWS
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, DeliveryState
from orchestrator.domain.turn import Wait

EXPIRE = "expire"
"""The kind of due work that is the store's own: to take expired consultations off the indices."""

KINDS: tuple[str, ...] = (*DueKind, EXPIRE)
"""Every kind of due work there is."""

_EXPIRY_MARGIN = 1.0  # seconds after Redis has erased the keys

Argument = bytes | str | int


def commit_arguments(change: Change, *, now: datetime, writer: bytes, brief: Brief | None = None) -> list[Argument]:
    """Returns the arguments, in the order in which `commit.lua` takes them.

    Args:
        change: what to write.
        now: when it happens.
        writer: at most 64 bytes that no other process has: two that make equal changes at the same time are to know
            which of them did (to ring a phone once, say).
        brief: the order, if this is a new consultation.
    """
    consultation = change.consultation
    data = codec.CONSULTATION.encode(consultation)
    turns = [codec.TURN.encode(turn) for turn in change.turns]
    replies = list(_replies(change))
    due = list(_due(change))
    expiry = list(_expiry(change, now))
    result: list[Argument] = [0, b""] if change.result is None else [1, change.result]
    order = b"" if brief is None else codec.BRIEF.encode(brief)
    talker = talker_argument(change.talker)
    return [
        consultation.consultation_id,
        consultation.version - 1 if brief is None else "",
        consultation.version,
        _stamp(writer, order, data, talker, *turns, *replies, *due, *result, change.expire_after or 0),
        data,
        talker,
        order,
        microseconds(consultation.created_at),
        change.turns[0].number if turns else 0,
        len(turns),
        *turns,
        len(change.occurrences),
        *(codec.encode_event(now, occurrence) for occurrence in change.occurrences),
        len(replies) // 3,
        *replies,
        len(due + expiry) // 2,
        *due,
        *expiry,
        _dead_since(consultation, now),
        _pending_since(consultation),
        *result,
        (change.expire_after or 0) * 1000,
        NEWS,
    ]


def talker_argument(talker: int | None) -> Argument:
    """Returns a fencing token as scripts take it: empty for whoever does not talk."""
    return "" if talker is None else talker


def milliseconds(time: datetime) -> int:
    """Returns a time as the due sets sort it."""
    return round(time.timestamp() * 1000)


def microseconds(time: datetime) -> int:
    """Returns a time as the lists sort it."""
    return round(time.timestamp() * 1_000_000)


def _stamp(writer: bytes, *parts: Argument) -> str:
    """Names the change: the same change again by the same writer has the same stamp, any other one another."""
    digest = hashlib.blake2b(digest_size=16, key=writer)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _replies(change: Change) -> Iterator[Argument]:
    for turn_number, reply in change.replies.items():
        yield turn_number
        yield codec.encode_reply(reply)
        yield int(not isinstance(reply.next, Wait))


def _due(change: Change) -> Iterator[Argument]:
    for kind, due_at in change.due.items():
        yield kind
        yield "" if due_at is None else milliseconds(due_at)


def _expiry(change: Change, now: datetime) -> Iterator[Argument]:
    if change.expire_after is not None:
        yield EXPIRE
        yield milliseconds(now) + round((change.expire_after + _EXPIRY_MARGIN) * 1000)


def _dead_since(consultation: Consultation, now: datetime) -> Argument:
    delivery = consultation.delivery
    return microseconds(delivery.settled_at or now) if delivery.state is DeliveryState.DEAD else ""


def _pending_since(consultation: Consultation) -> Argument:
    since = consultation.ended_at or consultation.created_at
    return microseconds(since) if consultation.delivery.state is DeliveryState.PENDING else ""
