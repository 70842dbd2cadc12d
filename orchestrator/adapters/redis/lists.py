"""Lists of consultations over all shards, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import RedisCluster

from orchestrator.adapters.redis import codec, page_token, scripts
from orchestrator.adapters.redis.client import RedisClient
from orchestrator.adapters.redis.keys import DEAD, INDEX, consultation_keys
from orchestrator.dialogue.ports.store import Page
from orchestrator.domain.consultation import Consultation


@dataclass(frozen=True, slots=True)
class ConsultationList:
    """A list.

    Attributes:
        name: tells its page tokens from another list's.
        sets: its sorted sets, one a shard.
        ascending: whether the lowest score comes first.
    """

    name: str
    sets: tuple[str, ...]
    ascending: bool


NEWEST = ConsultationList("newest", INDEX, ascending=False)
UNDELIVERED = ConsultationList("undelivered", DEAD, ascending=True)


async def read_page(
    client: RedisClient, consultations: ConsultationList, *, limit: int, token: str
) -> Page[Consultation]:
    """Returns a page; consultations that were erased meanwhile are left out of it.

    Raises:
        InvalidPageToken
    """
    place = page_token.decode(consultations.name, token) if token else None
    direction = "up" if consultations.ascending else "down"
    arguments = [direction, "" if place is None else place[0], "" if place is None else place[1], limit + 1]
    answers = [
        answer
        for batch in shard_batches(client, consultations.sets)
        for answer in await scripts.PAGE.run(client, batch, arguments)
    ]
    entries = sorted(
        ((int(score), raw_id.decode()) for raw_id, score in zip(answers[::2], answers[1::2], strict=True)),
        reverse=not consultations.ascending,
    )
    shown = entries[:limit]
    records = await _records(client, [consultation_id for _, consultation_id in shown])
    items = tuple(codec.CONSULTATION.decode(record) for record in records if record is not None)
    more = len(entries) > limit
    return Page(items, page_token.encode(consultations.name, *shown[-1]) if more else "")


def shard_batches(client: RedisClient, sets: Sequence[str]) -> Sequence[Sequence[str]]:
    """Divides keys of all shards into those one script may touch: all of them, or in a cluster those of one shard."""
    return [(key,) for key in sets] if isinstance(client, RedisCluster) else [sets]


async def _records(client: RedisClient, consultation_ids: Sequence[str]) -> list[bytes | None]:
    async with client.pipeline(transaction=False) as pipeline:
        for consultation_id in consultation_ids:
            pipeline.hget(consultation_keys(consultation_id).record, "data")
        return list(await pipeline.execute())
