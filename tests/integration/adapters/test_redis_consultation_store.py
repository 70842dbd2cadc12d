"""What the store in Redis does beyond the port's contract: replicas, expiry, erasure, cost."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from redis.asyncio import RedisCluster

from orchestrator.adapters.redis import event_feed, news
from orchestrator.adapters.redis.audio_store import RedisAudioStore
from orchestrator.adapters.redis.client import RedisClient, open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore, SchemaMismatch
from orchestrator.adapters.redis.keys import DUE, SCHEMA, consultation_keys
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState
from orchestrator.domain.errors import AudioNotFound, ConsultationNotFound
from orchestrator.domain.event import StateChanged, TurnTaken
from orchestrator.domain.turn import KeypadInput, Listen, Prompt, Reply
from tests.fakes.clock import ManualClock
from tests.fakes.consultations import NOON, brief, consultation, next_change, turn
from tests.fakes.redis_worlds import SEVERAL_SERVERS

REPLY = Reply((Prompt("네.", "token"),), Listen(2, 1.5, 60.0))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["redis", *SEVERAL_SERVERS])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[RedisClient]:
    opened = open_client(request.getfixturevalue(f"{request.param}_url"))
    await opened.flushall()
    yield opened
    await opened.aclose()


@pytest.fixture
async def store(client: RedisClient, clock: ManualClock) -> AsyncIterator[RedisConsultationStore]:
    made = RedisConsultationStore(client, clock)
    await made.prepare()
    yield made
    await made.close()


async def put(store: RedisConsultationStore) -> Consultation:
    record = consultation()
    await store.create(brief(), Change(record, due={DueKind.DIAL: NOON}))
    return record


def everything(record: Consultation, **fields: object) -> Change:
    """A change that writes to every key."""
    return next_change(
        record,
        record={"delivery": Delivery(DeliveryState.DEAD, settled_at=NOON)},
        turns=(turn(record.turn_count + 1),),
        occurrences=(TurnTaken(turn(1)),),
        replies={0: REPLY},
        due=dict.fromkeys(DueKind, NOON),
        result=b"{}",
        **fields,
    )


async def keys(client: RedisClient) -> set[str]:
    return {key.decode() async for key in client.scan_iter("*")} - {SCHEMA}


async def lifetimes(client: RedisClient, names: Iterable[str]) -> list[int]:
    """Returns the milliseconds that keys have left; -1: for ever."""
    return [await client.pttl(name) for name in names]


async def test_two_replicas_that_make_the_same_change_know_which_did(
    client: RedisClient, store: RedisConsultationStore, clock: ManualClock
) -> None:
    other = RedisConsultationStore(client, clock)
    record = await put(store)
    change = next_change(record, due={DueKind.CHECK: NOON})
    outcomes = await asyncio.gather(store.commit(change), other.commit(change))
    assert sorted(outcomes) == [False, True]


async def test_many_writers_lose_nothing_and_write_nothing_twice(store: RedisConsultationStore) -> None:
    record = await put(store)

    async def write(words: str) -> None:
        while True:
            current, turns = await store.transcript(record.consultation_id)
            if await store.commit(next_change(current, turns=(turn(len(turns) + 1, words),))):
                return

    await asyncio.gather(*(write(f"말 {number}") for number in range(20)))
    current, turns = await store.transcript(record.consultation_id)
    assert current.version == 21
    assert [taken.number for taken in turns] == list(range(1, 21))
    assert {taken.text for taken in turns} == {f"말 {number}" for number in range(20)}


async def test_every_key_of_a_consultation_lies_in_one_slot(client: RedisClient, store: RedisConsultationStore) -> None:
    record = await put(store)
    await store.remember_input(record.consultation_id, 2, KeypadInput("1"))
    await store.commit(everything(record))
    found = await keys(client)
    assert len(found) == 8
    assert len({key[key.index("{") : key.index("}")] for key in found}) == 1


async def test_expiry_erases_everything(client: RedisClient, store: RedisConsultationStore, clock: ManualClock) -> None:
    record = await put(store)
    await store.remember_input(record.consultation_id, 2, KeypadInput("1"))
    await store.commit(everything(record, expire_after=1))
    own = [key for key in await keys(client) if record.consultation_id in key]
    assert len(own) == 5
    assert all(0 < left <= 1000 for left in await lifetimes(client, own))
    await asyncio.sleep(1.05)
    with pytest.raises(ConsultationNotFound):
        await store.get(record.consultation_id)
    assert (await store.newest(limit=10, token="")).items == ()
    clock.advance(3)
    await store.overdue(limit=10)  # takes what is left out of the indices
    assert await keys(client) == set()


async def test_what_is_written_after_an_expiry_was_set_expires_too(
    client: RedisClient, store: RedisConsultationStore
) -> None:
    record = await put(store)
    change = next_change(record, expire_after=100)
    await store.commit(change)
    await store.remember_input(record.consultation_id, 2, KeypadInput("1"))
    assert await client.pttl(next(key for key in await keys(client) if "inputs" in key)) > 0
    await store.commit(everything(change.consultation))
    own = [key for key in await keys(client) if record.consultation_id in key]
    assert len(own) == 5
    assert all(90_000 < left <= 100_000 for left in await lifetimes(client, own))


async def test_an_expiry_that_comes_due_early_erases_nothing(store: RedisConsultationStore, clock: ManualClock) -> None:
    """Should a replica's clock be wrong, what Redis still keeps stays on the lists."""
    record = await put(store)
    change = next_change(record, due={DueKind.DIAL: None}, expire_after=100)
    await store.commit(change)
    clock.advance(200)
    assert await store.overdue(limit=10) == ()
    assert (await store.newest(limit=10, token="")).items == (change.consultation,)


async def test_a_live_consultation_has_no_expiry(client: RedisClient, store: RedisConsultationStore) -> None:
    record = await put(store)
    await store.commit(everything(record))
    assert set(await lifetimes(client, await keys(client))) == {-1}


async def test_erasing_leaves_only_who_did_it(client: RedisClient, store: RedisConsultationStore) -> None:
    record = await put(store)
    await store.remember_input(record.consultation_id, 2, KeypadInput("1"))
    await store.commit(everything(record))
    await store.delete(record.consultation_id)
    (left,) = await keys(client)
    assert "erased" in left
    assert 0 < await client.pttl(left) <= 10_000


async def test_an_erasure_that_redis_py_repeats_is_one(store: RedisConsultationStore) -> None:
    record = await put(store)
    assert await store._erase(record.consultation_id, eraser="a")
    assert await store._erase(record.consultation_id, eraser="a")
    assert not await store._erase(record.consultation_id, eraser="b")


async def test_a_transcript_is_decoded_once_and_never_out_of_date(
    client: RedisClient, store: RedisConsultationStore, clock: ManualClock
) -> None:
    other = RedisConsultationStore(client, clock)
    record = await put(store)
    change = next_change(record, turns=(turn(1), turn(2)))
    await store.commit(change)
    first, second = [await store.transcript(record.consultation_id) for _ in range(2)]
    assert first == second
    assert first[0] is second[0]
    assert first[1] is second[1]
    # The same id again, erased and written anew by another replica.
    await other.delete(record.consultation_id)
    await other.create(brief(), Change(replace(record, version=2), turns=(turn(1), turn(2, "다른 말"))))
    assert (await store.transcript(record.consultation_id))[1] == (turn(1), turn(2, "다른 말"))


async def test_watchers_take_no_connections(redis_url: str, clock: ManualClock) -> None:
    client = open_client(redis_url, max_connections=3)
    store = RedisConsultationStore(client, clock)
    records = [await put(store) for _ in range(10)]
    watchers = [asyncio.create_task(store.events(records[n % 10].consultation_id, "", wait=10)) for n in range(300)]
    async with asyncio.timeout(3):
        await asyncio.sleep(0.2)
        for record in records:
            await store.commit(next_change(record, occurrences=(StateChanged(record),)))
        assert {len(events) for events in await asyncio.gather(*watchers)} == {1}
    await store.close()
    await client.aclose()


async def test_a_long_history_comes_in_parts(store: RedisConsultationStore) -> None:
    record = await put(store)
    await store.commit(next_change(record, occurrences=(TurnTaken(turn(1)),) * 700))
    seen, cursor = 0, ""
    while events := await store.events(record.consultation_id, cursor, wait=0):
        assert len(events) <= 500
        seen, cursor = seen + len(events), events[-1].cursor
    assert seen == 700


async def test_a_server_that_forgot_the_scripts_is_told_again(
    client: RedisClient, store: RedisConsultationStore
) -> None:
    record = await put(store)
    await client.script_flush()
    assert await store.commit(next_change(record, turns=(turn(1),)))
    assert len((await store.transcript(record.consultation_id))[1]) == 1


async def test_work_of_every_shard_is_found(store: RedisConsultationStore) -> None:
    records = [await put(store) for _ in range(200)]
    assert len(await store.overdue(limit=7)) == 7
    assert {due.consultation_id for due in await store.overdue(limit=200)} == {
        record.consultation_id for record in records
    }


async def test_a_store_of_another_make_is_left_alone(client: RedisClient, store: RedisConsultationStore) -> None:
    await store.prepare()
    await client.set(SCHEMA, "1:32")
    with pytest.raises(SchemaMismatch):
        await store.prepare()


async def test_audio_expires(client: RedisClient) -> None:
    store = RedisAudioStore(client, ttl=1)
    token = await store.put(b"RIFF")
    assert (await store.get(token)).content == b"RIFF"
    (key,) = await keys(client)
    assert 0 < await client.pttl(key) <= 1000
    await client.pexpire(key, 1)
    await asyncio.sleep(0.01)
    with pytest.raises(AudioNotFound):
        await store.get(token)


async def test_the_newest_are_found_among_many(store: RedisConsultationStore) -> None:
    records = []
    for number in range(150):
        record = consultation(created_at=NOON + timedelta(seconds=number % 7))
        await store.create(brief(), Change(record))
        records.append(record)
    records.sort(key=lambda record: (record.created_at, record.consultation_id), reverse=True)
    listed: list[Consultation] = []
    token = ""
    while True:
        page = await store.newest(limit=40, token=token)
        listed += page.items
        token = page.next_token
        if not token:
            break
    assert listed == records


async def test_a_page_goes_on_though_all_the_rest_lies_in_one_shard(store: RedisConsultationStore) -> None:
    one_shard = [
        id_ for id_ in (str(UUID(int=number)) for number in range(2000)) if consultation_keys(id_).due == DUE[0]
    ]
    for consultation_id in one_shard[:3]:
        await store.create(brief(), Change(consultation(consultation_id)))
    page = await store.newest(limit=2, token="")
    assert [record.consultation_id for record in page.items] == [one_shard[2], one_shard[1]]
    page = await store.newest(limit=2, token=page.next_token)
    assert ([record.consultation_id for record in page.items], page.next_token) == ([one_shard[0]], "")


async def test_news_that_was_lost_is_not_waited_for(
    client: RedisClient, store: RedisConsultationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_feed, "_LOOK_AGAIN", 30.0)
    monkeypatch.setattr(news, "_PAUSE", 0.01)
    record = await put(store)
    watcher = asyncio.create_task(store.events(record.consultation_id, "", wait=20))
    await asyncio.sleep(0.1)
    change = next_change(record, occurrences=(TurnTaken(turn(1)),))
    everywhere = {"target_nodes": client.get_nodes()} if isinstance(client, RedisCluster) else {}
    await asyncio.gather(client.execute_command("CLIENT", "KILL", "TYPE", "pubsub", **everywhere), store.commit(change))
    async with asyncio.timeout(3):
        assert len(await watcher) == 1
