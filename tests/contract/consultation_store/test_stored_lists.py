"""What every consultation store lists."""

from datetime import timedelta
from uuid import uuid4

import pytest

from orchestrator.dialogue.ports.store import ConsultationStore
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState
from orchestrator.domain.errors import InvalidPageToken
from tests.contract.consultation_store.records import commit, put
from tests.fakes.consultations import NOON, next_change


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
