"""The name of every key in Redis.

A consultation belongs to one of `SHARDS` shards. All its keys and its shard's indices have the same hash tag, so they
lie on the same node of a cluster and change in one script. The number of shards is fixed for ever: `SCHEMA` holds it.

    calling:{s07}:record:<id>       hash: version, stamp, data, brief, result
    calling:{s07}:turns:<id>        list of turns, in order
    calling:{s07}:events:<id>       stream of events; an entry's id is the cursor
    calling:{s07}:replies:<id>      hash: reply by the callee's turn
    calling:{s07}:inputs:<id>       hash: what the callee said, by turn, until it is answered
    calling:{s07}:erased:<id>       who erased it; a few seconds
    calling:{s07}:due               sorted set: `kind:id` by the time it is due, in milliseconds; campaigns too
    calling:{s07}:index             sorted set: id by creation, in microseconds
    calling:{s07}:dead              sorted set: id by the time its delivery was given up, in microseconds
    calling:{s07}:pending           sorted set: id by when its result began to wait for the backend, in microseconds
    calling:{s07}:campaign:<id>     hash: version, stamp, data; the campaign's other keys go on after the id:
        :items                      hash: item by person
        :orders                     hash: order by person, until the person is not called again
        :waiting, :wished           sorted sets: persons by when they may be called; apart those who wished it
        :open                       set: persons who are being called
        :events                     stream of events; an entry's id is the cursor
    calling:audio:<token>           string: a WAV file
    calling:speech:<hash>           string: a spoken sentence that says nothing of a person, mu-law at 8000 Hz
    calling:stream:<hash>           string: which call a stream of audio is expected of, by the hash of its token
    calling:pause:<hash>            string: how long a person's pauses are, in seconds, by the hash of the person's id
    calling:vectors:<hash>          string: vectors of sentences
    calling:{dial}:leases           sorted set: consultations that hold a permit to dial, by its end; microseconds
    calling:{dial}:pace             string: when the next permit may be given, in microseconds
    calling:{dial}:waiting          sorted set: consultations that wait for a permit, by line and arrival
    calling:{dial}:told             sorted set: the same, by when they were told to ask again
    calling:{dial}:phone:<hash>     string: the consultation that called a number last, by the hash of the number
    calling:schema                  string: what this table was when the store was first used
    calling:jobs:...                docket's: work that is to be done now (in a cluster, {calling:jobs})
    calling:news                    channel: ids of consultations that changed
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from functools import lru_cache

SHARDS = 64

SCHEMA = "calling:schema"
SCHEMA_VALUE = f"1:{SHARDS}".encode()
NEWS = "calling:news"
DIAL_LEASES = "calling:{dial}:leases"
DIAL_PACE = "calling:{dial}:pace"
DIAL_WAITING = "calling:{dial}:waiting"
DIAL_TOLD = "calling:{dial}:told"
JOBS = "calling:jobs"


@dataclass(frozen=True, slots=True)
class ConsultationKeys:
    """The keys that belong to one consultation, and its shard's indices."""

    record: str
    turns: str
    events: str
    replies: str
    inputs: str
    erased: str
    due: str
    index: str
    dead: str
    pending: str


@lru_cache(maxsize=4096)
def consultation_keys(consultation_id: str) -> ConsultationKeys:
    """Returns the keys of a consultation. The id stands last in each, so no id can reach another's keys."""
    shard = _shard(zlib.crc32(consultation_id.encode()) % SHARDS)
    return ConsultationKeys(
        record=f"{shard}:record:{consultation_id}",
        turns=f"{shard}:turns:{consultation_id}",
        events=f"{shard}:events:{consultation_id}",
        replies=f"{shard}:replies:{consultation_id}",
        inputs=f"{shard}:inputs:{consultation_id}",
        erased=f"{shard}:erased:{consultation_id}",
        due=f"{shard}:due",
        index=f"{shard}:index",
        dead=f"{shard}:dead",
        pending=f"{shard}:pending",
    )


@dataclass(frozen=True, slots=True)
class CampaignKeys:
    """The keys that belong to one campaign, and its shard's due work."""

    record: str
    items: str
    orders: str
    waiting: str
    wished: str
    open: str
    events: str
    due: str


@lru_cache(maxsize=256)
def campaign_keys(campaign_id: str) -> CampaignKeys:
    """Returns the keys of a campaign, whose id is a UUID of ours."""
    shard = _shard(zlib.crc32(campaign_id.encode()) % SHARDS)
    record = f"{shard}:campaign:{campaign_id}"
    return CampaignKeys(
        record=record,
        items=f"{record}:items",
        orders=f"{record}:orders",
        waiting=f"{record}:waiting",
        wished=f"{record}:wished",
        open=f"{record}:open",
        events=f"{record}:events",
        due=f"{shard}:due",
    )


def audio_key(token: str) -> str:
    """Returns the key of a piece of audio."""
    return f"calling:audio:{token}"


def vectors_key(content: str) -> str:
    """Returns the key of the vectors of some sentences, named by their hash."""
    return f"calling:vectors:{content}"


def pause_key(person_id: str) -> str:
    """Returns the key of what is known of a person's pauses; does not show whose they are."""
    return f"calling:pause:{hashlib.sha256(person_id.encode()).hexdigest()}"


def dialled_phone_key(phone: str) -> str:
    """Returns the key of who was called at a number last; does not show which number it is."""
    return f"calling:{{dial}}:phone:{hashlib.sha256(phone.encode()).hexdigest()}"


def _shard(number: int) -> str:
    return f"calling:{{s{number:02}}}"


DUE = tuple(f"{_shard(number)}:due" for number in range(SHARDS))
INDEX = tuple(f"{_shard(number)}:index" for number in range(SHARDS))
DEAD = tuple(f"{_shard(number)}:dead" for number in range(SHARDS))
PENDING = tuple(f"{_shard(number)}:pending" for number in range(SHARDS))
