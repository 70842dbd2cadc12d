"""Consultations in Redis: the port `ConsultationStore`."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from itertools import pairwise

from redis.asyncio import Redis

from orchestrator.adapters.redis import client as redis_client
from orchestrator.adapters.redis import codec, scripts
from orchestrator.adapters.redis.brief_cache import BriefCache
from orchestrator.adapters.redis.change import EXPIRE, KINDS, commit_arguments, milliseconds, talker_argument
from orchestrator.adapters.redis.client import RedisClient, store_access
from orchestrator.adapters.redis.event_feed import EventFeed
from orchestrator.adapters.redis.keys import DUE, NEWS, SCHEMA, SCHEMA_VALUE, consultation_keys
from orchestrator.adapters.redis.lists import NEWEST, UNDELIVERED, read_page, shard_batches
from orchestrator.adapters.redis.replication import ReplicatedScript, Replication
from orchestrator.adapters.redis.shared_connection import SharedConnection
from orchestrator.adapters.redis.transcript_cache import NOTHING_KNOWN, TranscriptCache
from orchestrator.dialogue.ports.alarm_clock import AlarmClock
from orchestrator.dialogue.ports.clock import Clock
from orchestrator.dialogue.ports.store import Change, Due, DueKind, Page
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import CallTakenOver, ConsultationNotFound
from orchestrator.domain.event import Event
from orchestrator.domain.turn import CalleeInput, Reply, Turn

_GAP = "turns must be appended in the order of their numbers, without gaps"
_ERASURE_REMEMBERED = 10_000  # milliseconds, longer than any repetition of the command takes


class SchemaMismatch(Exception):
    """The store was written by a version that names its keys in another way."""


class RedisConsultationStore:
    """Keeps each consultation under a few keys of one shard; `keys` names them."""

    def __init__(
        self,
        client: RedisClient,
        clock: Clock,
        replication: Replication | None = None,
        alarm_clock: AlarmClock | None = None,
    ) -> None:
        """Makes it.

        Args:
            client: its owner's to close.
            clock: says when what happens happens.
            replication: what commits wait for; nothing, if not given.
            alarm_clock: told of what a change has made due at once; None: nobody waits for it.
        """
        self._client = client
        self._alarm_clock = alarm_clock
        self._commit = ReplicatedScript(scripts.COMMIT, client, replication or Replication())
        self._reads = SharedConnection(client) if isinstance(client, Redis) else client
        self._clock = clock
        self._writer = secrets.token_bytes(16)
        self._cache = TranscriptCache()
        self._briefs = BriefCache()
        self._feed = EventFeed(
            client, self._reads, keys=_event_keys, decode=codec.decode_event, missing=ConsultationNotFound
        )

    async def prepare(self) -> None:
        """Checks, before anything is written, that this store is ours to write.

        Raises:
            StoreUnavailable, SchemaMismatch
        """
        async with store_access():
            await self._client.set(SCHEMA, SCHEMA_VALUE, nx=True)
            found = await self._client.get(SCHEMA)
        if found != SCHEMA_VALUE:
            raise SchemaMismatch(f"the store has schema {found!r}, this version writes {SCHEMA_VALUE!r}")

    async def close(self) -> None:
        """Closes what is the store's own; the client is its owner's to close."""
        await self._feed.close()
        if isinstance(self._reads, SharedConnection):
            await self._reads.close()

    async def ping(self) -> None:
        """Returns if Redis answers."""
        await redis_client.ping(self._client)

    async def create(self, brief: Brief, change: Change) -> Consultation | None:
        """Writes a new consultation, unless its id is taken."""
        outcome, *standing = await self._write(change, brief)
        return codec.CONSULTATION.decode(standing[0]) if outcome == b"taken" else None

    async def commit(self, change: Change) -> bool:
        """Writes a change over the version it was made from; the same change again is no other one."""
        outcome, *_ = await self._write(change, None)
        _accepted(outcome, change.consultation.consultation_id)
        return bool(outcome == b"written")

    async def _write(self, change: Change, brief: Brief | None) -> list[bytes]:
        numbers = [turn.number for turn in change.turns]
        if any(later != earlier + 1 for earlier, later in pairwise(numbers)):
            raise ValueError(_GAP)
        keys = consultation_keys(change.consultation.consultation_id)
        arguments = commit_arguments(change, now=self._clock.now(), writer=self._writer, brief=brief)
        own = (keys.record, keys.turns, keys.events, keys.replies, keys.inputs)
        touched = (*own, keys.due, keys.index, keys.dead, keys.pending)
        must_hold = (
            brief is not None or change.result is not None
        )  # who asked for a call, or was told its result, is sure
        async with store_access():
            answer = await self._commit.run(touched, arguments, must_hold=must_hold)
        if answer[0] == b"gap":
            raise ValueError(_GAP)
        if answer[0] == b"written":
            await self._wake(change)
        return answer

    async def _wake(self, change: Change) -> None:
        if self._alarm_clock is None:
            return
        now = self._clock.now()
        for kind, due_at in change.due.items():
            if due_at is not None and due_at <= now:
                await self._alarm_clock.wake(Due(kind, change.consultation.consultation_id))

    async def get(self, consultation_id: str) -> Consultation:
        """Returns the record."""
        (data,) = await self._fields(consultation_id, "data")
        return codec.CONSULTATION.decode(_present(data, consultation_id))

    async def load(self, consultation_id: str) -> tuple[Brief, Consultation]:
        """Returns order and record."""
        if self._briefs.holds(consultation_id):
            record = await self.get(consultation_id)
            if (known := self._briefs.get(consultation_id, record.created_at)) is not None:
                return known, record
        raw, data = await self._fields(consultation_id, "brief", "data")
        record = codec.CONSULTATION.decode(_present(data, consultation_id))
        brief = codec.BRIEF.decode(_present(raw, consultation_id))
        self._briefs.put(consultation_id, record.created_at, brief)
        return brief, record

    async def result(self, consultation_id: str) -> bytes | None:
        """Returns the result's bytes."""
        data, result = await self._fields(consultation_id, "data", "result")
        _present(data, consultation_id)
        return result

    async def _fields(self, consultation_id: str, *names: str) -> list[bytes | None]:
        async with store_access():
            fields: list[bytes | None] = await self._reads.execute_command(
                "HMGET", consultation_keys(consultation_id).record, *names
            )
        return fields

    async def reply(self, consultation_id: str, turn_number: int) -> Reply | None:
        """Returns the reply remembered for a turn."""
        raw = await self._entry(consultation_id, consultation_keys(consultation_id).replies, turn_number)
        return None if raw is None else codec.decode_reply(raw)

    async def replies(self, consultation_id: str) -> tuple[Reply, ...]:
        """Returns all replies, by turn."""
        keys = consultation_keys(consultation_id)
        async with store_access():
            replies: dict[bytes, bytes] = await self._client.execute_command("HGETALL", keys.replies)
        if not replies:
            await self.get(consultation_id)
        return tuple(codec.decode_reply(replies[turn]) for turn in sorted(replies, key=int))

    async def remember_input(
        self, consultation_id: str, turn_number: int, callee_input: CalleeInput, *, talker: int | None = None
    ) -> None:
        """Keeps what the callee said."""
        keys = consultation_keys(consultation_id)
        arguments = (turn_number, codec.encode_input(callee_input), talker_argument(talker))
        async with store_access():
            outcome: bytes = await scripts.REMEMBER.run(self._client, (keys.record, keys.inputs), arguments)
        _accepted(outcome, consultation_id)

    async def remembered_input(self, consultation_id: str, turn_number: int) -> CalleeInput | None:
        """Returns what was kept for a turn."""
        raw = await self._entry(consultation_id, consultation_keys(consultation_id).inputs, turn_number)
        return None if raw is None else codec.decode_input(raw)

    async def _entry(self, consultation_id: str, key: str, turn_number: int) -> bytes | None:
        async with store_access():
            entry: bytes | None = await self._reads.execute_command("HGET", key, turn_number)
        if entry is None:
            await self.get(consultation_id)
        return entry

    async def transcript(
        self, consultation_id: str, *, after: int = 0, limit: int = 1000
    ) -> tuple[Consultation, tuple[Turn, ...]]:
        """Returns the record and its turns from a number on: one command, and nothing is decoded twice."""
        keys, span = consultation_keys(consultation_id), (after, limit)
        known = self._cache.get(consultation_id, span)
        arguments = (after, after + limit - 1, known.stamp if known is not None else NOTHING_KNOWN)
        async with store_access():
            answer = await scripts.TRANSCRIPT.run(self._reads, (keys.record, keys.turns), arguments)
        if answer is None:
            self._cache.forget(consultation_id)
            raise ConsultationNotFound(consultation_id)
        if known is None or answer != known.stamp:
            known = self._cache.put(consultation_id, span, *answer)
        return known.consultation, known.turns

    async def events(self, consultation_id: str, cursor: str, *, wait: float) -> tuple[Event, ...]:
        """Returns what happened after a cursor, at most 500 events at once."""
        return await self._feed.after(consultation_id, cursor, wait=wait)

    async def newest(self, *, limit: int, token: str) -> Page[Consultation]:
        """Lists consultations, newest first."""
        async with store_access():
            return await read_page(self._client, NEWEST, limit=limit, token=token)

    async def undelivered(self, *, limit: int, token: str) -> Page[Consultation]:
        """Lists consultations whose delivery was given up, longest waiting first."""
        async with store_access():
            return await read_page(self._client, UNDELIVERED, limit=limit, token=token)

    async def due_at(self, due: Due) -> datetime | None:
        """Returns when a piece of work is due."""
        member = f"{due.kind}:{due.consultation_id}"
        async with store_access():
            score = await self._client.execute_command("ZSCORE", consultation_keys(due.consultation_id).due, member)
        return None if score is None else datetime.fromtimestamp(float(score) / 1000, UTC)

    async def overdue(self, *, limit: int) -> tuple[Due, ...]:
        """Returns work that is due, over all shards; what has expired is taken off the indices."""
        now = milliseconds(self._clock.now())
        entries: list[bytes] = []
        async with store_access():
            for batch in shard_batches(self._client, DUE):
                entries += await scripts.OVERDUE.run(self._client, batch, (now, limit))
        waiting = sorted((float(score), member) for member, score in zip(entries[::2], entries[1::2], strict=True))
        work = [member.decode().split(":", 1) for _, member in waiting[:limit]]
        for kind, consultation_id in work:
            if kind == EXPIRE:
                await self._erase(consultation_id, eraser="")
        return tuple(Due(DueKind(kind), consultation_id) for kind, consultation_id in work if kind != EXPIRE)

    async def delete(self, consultation_id: str) -> None:
        """Erases everything of a consultation."""
        self._cache.forget(consultation_id)
        if not await self._erase(consultation_id, eraser=secrets.token_hex(8)):
            raise ConsultationNotFound(consultation_id)

    async def _erase(self, consultation_id: str, *, eraser: str) -> bool:
        self._briefs.forget(consultation_id)
        keys = consultation_keys(consultation_id)
        own = (keys.record, keys.turns, keys.events, keys.replies, keys.inputs, keys.erased)
        shared = (keys.due, keys.index, keys.dead, keys.pending)
        arguments: list[str | int] = [consultation_id, eraser, _ERASURE_REMEMBERED, NEWS, *KINDS]
        async with store_access():
            erased = await scripts.ERASE.run(self._client, (*own, *shared), arguments)
        return bool(erased)


def _accepted(outcome: bytes, consultation_id: str) -> None:
    if outcome == b"missing":
        raise ConsultationNotFound(consultation_id)
    if outcome == b"fenced":
        raise CallTakenOver(consultation_id)


def _event_keys(consultation_id: str) -> tuple[str, str]:
    keys = consultation_keys(consultation_id)
    return keys.record, keys.events


def _present(field: bytes | None, consultation_id: str) -> bytes:
    if field is None:
        raise ConsultationNotFound(consultation_id)
    return field
