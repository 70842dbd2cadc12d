"""What every consultation store does: the one in memory, the one in Redis, and that in a cluster."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from orchestrator.adapters.redis_client import open_client
from orchestrator.adapters.redis_consultation_store import RedisConsultationStore
from orchestrator.dialogue.ports import Change, ConsultationStore, Due, DueKind
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState, State
from orchestrator.domain.errors import ConsultationNotFound, InvalidCursor, InvalidPageToken
from orchestrator.domain.event import DeliveryAttempted, StateChanged, TurnTaken
from orchestrator.domain.turn import (
    HangUp,
    KeypadInput,
    Listen,
    Prompt,
    RecordingInput,
    Reply,
    SilenceInput,
    Wait,
)
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import NOON, brief, consultation, next_change, turn

UNKNOWN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["memory", "redis", "cluster"])
async def store(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[ConsultationStore]:
    if request.param == "memory":
        yield InMemoryConsultationStore(clock)
        return
    client = open_client(request.getfixturevalue(f"{request.param}_url"))
    await client.flushall()
    redis_store = RedisConsultationStore(client, clock)
    await redis_store.prepare()
    yield redis_store
    await redis_store.close()
    await client.aclose()


async def put(store: ConsultationStore, **fields: object) -> Consultation:
    record = consultation(**fields)  # type: ignore[arg-type]
    assert await store.create(brief(), Change(record)) is None
    return record


async def commit(store: ConsultationStore, change: Change) -> Consultation:
    assert await store.commit(change)
    return change.consultation


async def test_what_is_created_is_loaded_again(store: ConsultationStore) -> None:
    record = await put(store)
    assert await store.load(record.consultation_id) == (brief(), record)
    assert await store.get(record.consultation_id) == record


async def test_an_id_that_is_taken_stays_what_it_is(store: ConsultationStore) -> None:
    record = await put(store)
    moved = await commit(store, next_change(record, record={"state": State.DIALLING}))
    other = consultation(record.consultation_id, fingerprint="other")
    assert await store.create(brief(), Change(other)) == moved
    assert await store.get(record.consultation_id) == moved


async def test_creating_twice_by_the_same_change_is_creating_once(store: ConsultationStore) -> None:
    change = Change(consultation(), turns=(turn(1),), due={DueKind.DIAL: NOON})
    assert await store.create(brief(), change) is None
    assert await store.create(brief(), change) is None
    _, turns = await store.transcript(change.consultation.consultation_id)
    assert turns == (turn(1),)


async def test_nothing_is_known_of_an_unknown_id(store: ConsultationStore) -> None:
    record = consultation(UNKNOWN)
    calls = [
        store.get(UNKNOWN),
        store.load(UNKNOWN),
        store.commit(next_change(record)),
        store.reply(UNKNOWN, 1),
        store.replies(UNKNOWN),
        store.remember_input(UNKNOWN, 1, SilenceInput()),
        store.remembered_input(UNKNOWN, 1),
        store.transcript(UNKNOWN),
        store.events(UNKNOWN, "", wait=0),
        store.result(UNKNOWN),
        store.delete(UNKNOWN),
    ]
    for call in calls:
        with pytest.raises(ConsultationNotFound):
            await call


async def test_a_change_is_written_only_over_the_version_it_was_made_from(store: ConsultationStore) -> None:
    record = await put(store)
    first = next_change(record, turns=(turn(1, "먼저"),))
    second = next_change(record, turns=(turn(1, "나중"),))
    assert await store.commit(first)
    assert not await store.commit(second)
    assert await store.transcript(record.consultation_id) == (first.consultation, (turn(1, "먼저"),))


async def test_the_same_change_again_is_success_and_nothing_more(store: ConsultationStore) -> None:
    record = await put(store)
    change = next_change(
        record,
        turns=(turn(1),),
        occurrences=(TurnTaken(turn(1)),),
        due={DueKind.CHECK: NOON},
        expire_after=1000,
    )
    assert await store.commit(change)
    assert await store.commit(change)
    assert (await store.transcript(record.consultation_id))[1] == (turn(1),)
    assert len(await store.events(record.consultation_id, "", wait=0)) == 1


async def test_equal_records_with_other_words_are_other_changes(store: ConsultationStore) -> None:
    """Two replicas answer one turn: the slower one must not believe that its words are the ones written."""
    record = await put(store)
    change = next_change(record, replies={2: Reply((Prompt("하나"),), Wait(2))})
    assert await store.commit(change)
    assert not await store.commit(replace(change, replies={2: Reply((Prompt("둘"),), Wait(2))}))


async def test_turns_are_appended_and_read_from_any_number_on(store: ConsultationStore) -> None:
    record = await put(store)
    record = await commit(store, next_change(record, turns=(turn(1), turn(2))))
    record = await commit(store, next_change(record, turns=(turn(3),)))
    assert await store.transcript(record.consultation_id) == (record, (turn(1), turn(2), turn(3)))
    assert await store.transcript(record.consultation_id, after=1) == (record, (turn(2), turn(3)))
    assert await store.transcript(record.consultation_id, after=1, limit=1) == (record, (turn(2),))
    assert await store.transcript(record.consultation_id, after=3) == (record, ())


@pytest.mark.parametrize("numbers", [(2,), (1, 3), (2, 1), (0,)])
async def test_turns_with_gaps_are_a_fault_of_the_caller(store: ConsultationStore, numbers: tuple[int, ...]) -> None:
    record = await put(store)
    with pytest.raises(ValueError, match="order"):
        await store.commit(next_change(record, turns=tuple(turn(number) for number in numbers)))
    assert await store.get(record.consultation_id) == record


async def test_replies_of_every_kind_are_remembered(store: ConsultationStore) -> None:
    record = await put(store)
    greeting = Reply((Prompt("안녕하세요.", "token-1"), Prompt("통화 괜찮으세요?")), Listen(2, 1.5, 60.0))
    filler = Reply((Prompt("잠시만요.", "token-2"),), Wait(2))
    goodbye = Reply((), HangUp(7))
    record = await commit(store, next_change(record, replies={0: greeting, 2: filler}))
    record = await commit(store, next_change(record, replies={10: goodbye}))
    assert await store.reply(record.consultation_id, 0) == greeting
    assert await store.reply(record.consultation_id, 2) == filler
    assert await store.reply(record.consultation_id, 10) == goodbye
    assert await store.reply(record.consultation_id, 4) is None
    assert await store.replies(record.consultation_id) == (greeting, filler, goodbye)


async def test_no_replies_yet(store: ConsultationStore) -> None:
    assert await store.replies((await put(store)).consultation_id) == ()


@pytest.mark.parametrize("callee_input", [RecordingInput("RE1", 2.5), KeypadInput("12#"), SilenceInput()])
async def test_an_input_is_kept_until_its_turn_is_answered(
    store: ConsultationStore, callee_input: RecordingInput | KeypadInput | SilenceInput
) -> None:
    record = await put(store)
    assert await store.remembered_input(record.consultation_id, 2) is None
    await store.remember_input(record.consultation_id, 2, callee_input)
    assert await store.remembered_input(record.consultation_id, 2) == callee_input
    record = await commit(store, next_change(record, replies={2: Reply((), Wait(2))}))
    assert await store.remembered_input(record.consultation_id, 2) == callee_input
    await commit(store, next_change(record, replies={2: Reply((), Listen(4, 1.5, 60.0))}))
    assert await store.remembered_input(record.consultation_id, 2) is None


async def test_a_result_is_kept_byte_by_byte(store: ConsultationStore) -> None:
    record = await put(store)
    assert await store.result(record.consultation_id) is None
    body = '{"summary": "가"}\r\n\0'.encode()
    record = await commit(store, next_change(record, result=body))
    record = await commit(store, next_change(record))
    assert await store.result(record.consultation_id) == body
    await commit(store, next_change(record, result=b""))
    assert await store.result(record.consultation_id) == b""


async def test_events_of_every_kind_in_order_from_any_cursor_on(store: ConsultationStore, clock: ManualClock) -> None:
    record = await put(store)
    dialling = record.to(State.DIALLING)
    attempt = DeliveryAttempted(1, 503, DeliveryState.PENDING, NOON + timedelta(seconds=2))
    clock.advance(5)
    record = await commit(
        store, next_change(record, occurrences=(StateChanged(dialling), TurnTaken(turn(1)), attempt), turns=(turn(1),))
    )
    clock.advance(5)
    record = await commit(store, next_change(record, occurrences=(TurnTaken(turn(2)),), turns=(turn(2),)))
    events = await store.events(record.consultation_id, "", wait=0)
    assert [event.occurrence for event in events] == [
        StateChanged(dialling),
        TurnTaken(turn(1)),
        attempt,
        TurnTaken(turn(2)),
    ]
    assert [(event.happened_at - NOON).total_seconds() for event in events] == [5, 5, 5, 10]
    for position, event in enumerate(events):
        assert await store.events(record.consultation_id, event.cursor, wait=0) == events[position + 1 :]


@pytest.mark.parametrize(
    "cursor", ["1-1", "2-2", "02-1", "-", "+", "(2-1", "nonsense", "9" * 30 + "-1", "2-1\n", "٢-1"]
)
async def test_cursors_that_were_never_given_out(store: ConsultationStore, cursor: str) -> None:
    record = await put(store)
    await commit(store, next_change(record, occurrences=(StateChanged(record),)))
    assert [event.cursor for event in await store.events(record.consultation_id, "", wait=0)] == ["2-1"]
    with pytest.raises(InvalidCursor):
        await store.events(record.consultation_id, cursor, wait=0)


async def test_watchers_wake_when_something_happens(store: ConsultationStore) -> None:
    record = await put(store)
    watchers = [asyncio.create_task(store.events(record.consultation_id, "", wait=10)) for _ in range(50)]
    await asyncio.sleep(0.1)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await commit(store, next_change(record, occurrences=(TurnTaken(turn(1)),)))
    for events in await asyncio.gather(*watchers):
        assert [event.occurrence for event in events] == [TurnTaken(turn(1))]
    assert loop.time() - started < 1.5


async def test_a_watcher_that_sees_nothing_returns_after_its_wait(store: ConsultationStore) -> None:
    record = await put(store)
    assert await store.events(record.consultation_id, "", wait=0.05) == ()


async def test_a_watcher_learns_that_the_consultation_is_gone(store: ConsultationStore) -> None:
    record = await put(store)
    watcher = asyncio.create_task(store.events(record.consultation_id, "", wait=10))
    await asyncio.sleep(0.1)
    await store.delete(record.consultation_id)
    with pytest.raises(ConsultationNotFound):
        await watcher


async def test_a_watcher_can_be_cancelled(store: ConsultationStore) -> None:
    record = await put(store)
    watcher = asyncio.create_task(store.events(record.consultation_id, "", wait=10))
    await asyncio.sleep(0.05)
    watcher.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watcher


async def test_the_newest_first_page_by_page(store: ConsultationStore) -> None:
    ids = sorted(str(uuid4()) for _ in range(9))
    # Three at a time were created in the same moment.
    records = [
        await put(store, consultation_id=consultation_id, created_at=NOON + timedelta(microseconds=position // 3))
        for position, consultation_id in enumerate(ids)
    ]
    assert (await store.newest(limit=100, token="")).items == tuple(reversed(records))
    for size in (1, 2, 4, 9):
        listed: list[Consultation] = []
        token = ""
        while True:
            page = await store.newest(limit=size, token=token)
            assert len(page.items) <= size
            listed += page.items
            token = page.next_token
            if not token:
                break
        assert listed == list(reversed(records))


async def test_what_is_created_meanwhile_does_not_move_a_page(store: ConsultationStore) -> None:
    old = [await put(store, created_at=NOON + timedelta(seconds=second)) for second in range(4)]
    page = await store.newest(limit=2, token="")
    await put(store, created_at=NOON + timedelta(seconds=10))
    await store.delete(old[3].consultation_id)
    following = await store.newest(limit=2, token=page.next_token or "")
    assert following.items == (old[1], old[0])
    assert following.next_token == ""


@pytest.mark.parametrize("token", ["x", "abc=", "가나다", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "!", " "])
async def test_foreign_page_tokens(store: ConsultationStore, token: str) -> None:
    await put(store)
    with pytest.raises(InvalidPageToken):
        await store.newest(limit=1, token=token)
    with pytest.raises(InvalidPageToken):
        await store.undelivered(limit=1, token=token)


async def test_a_page_token_is_good_for_its_list_only_and_tells_nothing(store: ConsultationStore) -> None:
    for _ in range(2):
        record = await put(store)
        await commit(store, next_change(record, record={"delivery": Delivery(DeliveryState.DEAD, settled_at=NOON)}))
    newest = (await store.newest(limit=1, token="")).next_token
    undelivered = (await store.undelivered(limit=1, token="")).next_token
    with pytest.raises(InvalidPageToken):
        await store.undelivered(limit=1, token=newest)
    with pytest.raises(InvalidPageToken):
        await store.newest(limit=1, token=undelivered)
    assert record.consultation_id not in newest
    assert newest.isascii()


async def test_undelivered_results_longest_waiting_first_until_they_are_delivered(store: ConsultationStore) -> None:
    records = []
    for minutes in (3, 1, 2):
        record = await put(store)
        dead = Delivery(DeliveryState.DEAD, attempts=9, settled_at=NOON + timedelta(minutes=minutes))
        records.append(await commit(store, next_change(record, record={"delivery": dead})))
    await put(store)
    assert (await store.undelivered(limit=10, token="")).items == (records[1], records[2], records[0])
    first = await store.undelivered(limit=2, token="")
    assert first.items == (records[1], records[2])
    assert await store.undelivered(limit=2, token=first.next_token) == await store.undelivered(
        limit=5, token=first.next_token
    )
    await commit(store, next_change(records[1], record={"delivery": Delivery(DeliveryState.PENDING)}))
    assert (await store.undelivered(limit=10, token="")).items == (records[2], records[0])


async def test_work_is_claimed_when_it_is_due_and_again_when_the_lease_is_over(
    store: ConsultationStore, clock: ManualClock
) -> None:
    record = await put(store)
    soon = clock.now() + timedelta(seconds=10)
    record = await commit(store, next_change(record, due={DueKind.DIAL: clock.now(), DueKind.CHECK: soon}))
    dial, check = (Due(kind, record.consultation_id) for kind in (DueKind.DIAL, DueKind.CHECK))
    assert await store.claim_due(limit=10, lease=30) == (dial,)
    assert await store.claim_due(limit=10, lease=30) == ()
    clock.advance(10)
    assert await store.claim_due(limit=10, lease=30) == (check,)
    clock.advance(20)
    assert await store.claim_due(limit=10, lease=30) == (dial,)
    await commit(store, next_change(record, due={DueKind.DIAL: None, DueKind.CHECK: None}))
    clock.advance(100)
    assert await store.claim_due(limit=10, lease=30) == ()


async def test_no_more_is_claimed_than_wanted_and_nothing_twice(store: ConsultationStore) -> None:
    wanted = {
        Due(
            DueKind.DELIVER,
            (await commit(store, next_change(await put(store), due={DueKind.DELIVER: NOON}))).consultation_id,
        )
        for _ in range(7)
    }
    claimed: list[Due] = []
    for size in (3, 3, 1):
        batch = await store.claim_due(limit=3, lease=30)
        assert len(batch) == size
        claimed += batch
    assert set(claimed) == wanted


async def test_what_is_due_can_be_made_with_the_consultation(store: ConsultationStore) -> None:
    record = consultation()
    await store.create(brief(), Change(record, due={DueKind.DIAL: NOON}))
    assert await store.claim_due(limit=1, lease=1) == (Due(DueKind.DIAL, record.consultation_id),)


async def test_erasing_leaves_nothing(store: ConsultationStore, clock: ManualClock) -> None:
    record = await put(store)
    await store.remember_input(record.consultation_id, 2, KeypadInput("1"))
    await commit(
        store,
        next_change(
            record,
            record={"delivery": Delivery(DeliveryState.DEAD, settled_at=NOON)},
            turns=(turn(1),),
            occurrences=(TurnTaken(turn(1)),),
            replies={0: Reply((), Wait(2))},
            due=dict.fromkeys(DueKind, NOON),
            result=b"{}",
        ),
    )
    await store.delete(record.consultation_id)
    with pytest.raises(ConsultationNotFound):
        await store.transcript(record.consultation_id)
    with pytest.raises(ConsultationNotFound):
        await store.delete(record.consultation_id)
    assert (await store.newest(limit=10, token="")).items == ()
    assert (await store.undelivered(limit=10, token="")).items == ()
    clock.advance(1000)
    assert await store.claim_due(limit=10, lease=1) == ()
    again = await put(store, consultation_id=record.consultation_id)
    assert await store.transcript(again.consultation_id) == (again, ())
    assert await store.events(again.consultation_id, "", wait=0) == ()
    assert await store.replies(again.consultation_id) == ()
    assert await store.result(again.consultation_id) is None


async def test_ping(store: ConsultationStore) -> None:
    await store.ping()
