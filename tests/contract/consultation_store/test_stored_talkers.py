"""What every consultation store does for whoever talks in a call: the newest may, and nobody before them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.dialogue.ports.store import Change, ConsultationStore
from orchestrator.dialogue.transaction import transact
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation
from orchestrator.domain.errors import CallTakenOver
from orchestrator.domain.turn import KeypadInput, SilenceInput
from tests.contract.consultation_store.records import commit, put
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import brief, consultation, next_change, turn


async def test_who_was_overtaken_writes_nothing_any_more(store: ConsultationStore) -> None:
    record = await put(store)
    record = await commit(store, next_change(record, turns=(turn(1),), talker=2))
    with pytest.raises(CallTakenOver):
        await store.commit(next_change(record, turns=(turn(2),), talker=1))
    assert await store.transcript(record.consultation_id) == (record, (turn(1),))


async def test_who_talks_goes_on_talking(store: ConsultationStore) -> None:
    record = await put(store)
    record = await commit(store, next_change(record, turns=(turn(1),), talker=1))
    record = await commit(store, next_change(record, turns=(turn(2),), talker=1))
    assert await store.transcript(record.consultation_id) == (record, (turn(1), turn(2)))


async def test_who_does_not_talk_is_never_refused(store: ConsultationStore) -> None:
    record = await put(store)
    record = await commit(store, next_change(record, talker=3))
    record = await commit(store, next_change(record))
    with pytest.raises(CallTakenOver):  # nor does it give the call back
        await store.commit(next_change(record, talker=2))


async def test_who_was_overtaken_learns_it_whatever_version_it_knows(store: ConsultationStore) -> None:
    record = await put(store)
    await commit(store, next_change(record, talker=2))
    with pytest.raises(CallTakenOver):
        await store.commit(next_change(record, talker=1))


async def test_a_change_that_comes_too_late_takes_nothing_over(store: ConsultationStore) -> None:
    record = await put(store)
    moved = await commit(store, next_change(record))
    assert not await store.commit(next_change(record, talker=2))
    await commit(store, next_change(moved, talker=1))


async def test_what_an_overtaken_one_heard_is_not_kept(store: ConsultationStore) -> None:
    record = await put(store)
    await store.remember_input(record.consultation_id, 2, KeypadInput("1"), talker=2)
    with pytest.raises(CallTakenOver):
        await store.remember_input(record.consultation_id, 2, SilenceInput(), talker=1)
    assert await store.remembered_input(record.consultation_id, 2) == KeypadInput("1")
    with pytest.raises(CallTakenOver):
        await store.commit(next_change(record, talker=1))


async def test_another_call_is_another_matter(store: ConsultationStore) -> None:
    first, second = await put(store), await put(store)
    await commit(store, next_change(first, talker=2))
    await commit(store, next_change(second, talker=1))


@dataclass
class Talker:
    """Somebody who talks in a call, and does not learn of the others.

    Attributes:
        known: the record as they read it last, maybe long ago.
    """

    token: int
    known: Consultation

    async def takes_over(self, store: ConsultationStore) -> bool:
        return await self._writes(store, lambda _, current: next_change(current, talker=self.token))

    async def says(self, store: ConsultationStore) -> bool:
        def decide(_brief: Brief, current: Consultation) -> Change:
            number = current.turn_count + 1
            said = (turn(number, str(self.token)),)
            return next_change(current, record={"turn_count": number}, turns=said, talker=self.token)

        return await self._writes(store, decide)

    async def reads(self, store: ConsultationStore) -> bool:
        self.known = await store.get(self.known.consultation_id)
        return True

    async def _writes(self, store: ConsultationStore, decide: Callable[[Brief, Consultation], Change]) -> bool:
        try:
            self.known = await transact(store, self.known.consultation_id, decide, known=(brief(), self.known))
        except CallTakenOver:
            return False
        return True


DEEDS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([Talker.takes_over, Talker.says, Talker.says, Talker.reads]))
)
"""Who does what, in which order: the later ones may be early, and the earlier ones late."""


async def talk(store: ConsultationStore, deeds: list[tuple[int, Callable[..., object]]]) -> None:
    record = consultation()
    assert await store.create(brief(), Change(record)) is None
    talkers = [Talker(token, record) for token in range(1, 5)]
    newest, accepted = 0, []
    for place, deed in deeds:
        talker = talkers[place]
        done = await deed(talker, store)
        if deed is not Talker.reads:
            assert done == (talker.token >= newest)
            newest = max(newest, talker.token)
        if deed is Talker.says and done:
            accepted.append(talker.token)
    _, turns = await store.transcript(record.consultation_id)
    spoken = [int(each.text) for each in turns]
    assert spoken == accepted
    assert all(earlier <= later for earlier, later in pairwise(spoken))


@pytest.fixture(params=["memory", "redis"])
def opened(request: pytest.FixtureRequest) -> Iterator[tuple[asyncio.Runner, ConsultationStore]]:
    with asyncio.Runner() as runner, ExitStack() as stack:
        if request.param == "memory":
            yield runner, InMemoryConsultationStore()
            return
        client = runner.run(_client(request.getfixturevalue("redis_url")))
        store = RedisConsultationStore(client, ManualClock())
        stack.callback(lambda: runner.run(client.aclose()))
        stack.callback(lambda: runner.run(store.close()))
        yield runner, store


async def _client(url: str) -> object:
    return open_client(url)


@settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS)
def test_after_a_take_over_no_turn_of_an_earlier_talker_is_accepted(
    opened: tuple[asyncio.Runner, ConsultationStore], deeds: list[tuple[int, Callable[..., object]]]
) -> None:
    runner, store = opened
    runner.run(talk(store, deeds))
