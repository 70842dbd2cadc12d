"""The store in Redis does whatever the store in memory does, in any order of calls."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from orchestrator.adapters.redis.client import open_client
from orchestrator.adapters.redis.consultation_store import RedisConsultationStore
from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.domain.consultation import Consultation, Delivery, DeliveryState, State
from orchestrator.domain.errors import CallingError, ConsultationNotFound
from orchestrator.domain.event import TurnTaken
from orchestrator.domain.turn import HangUp, KeypadInput, Listen, Prompt, Reply, Wait
from tests.fakes.clock import ManualClock
from tests.fakes.consultation_store import InMemoryConsultationStore
from tests.fakes.consultations import NOON, brief, consultation, next_change, turn

IDS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(5)]

ids = st.sampled_from(IDS)
times = st.integers(-20, 40).map(lambda seconds: NOON + timedelta(seconds=seconds))
replies = st.dictionaries(
    st.integers(0, 6),
    st.sampled_from([Reply((Prompt("네."),), Listen(2, 1.5, 60.0)), Reply((), Wait(2)), Reply((), HangUp())]),
    max_size=2,
)
talkers = st.none() | st.sampled_from([0, 1, 1, 2])
due = st.dictionaries(st.sampled_from(DueKind), st.none() | times, max_size=3)
deliveries = st.sampled_from(
    [
        Delivery(),
        Delivery(DeliveryState.PENDING),
        Delivery(DeliveryState.DEAD, settled_at=NOON),
        Delivery(DeliveryState.DEAD, settled_at=NOON + timedelta(1)),
    ]
)


class StoreModel(RuleBasedStateMachine):
    """Calls both stores and compares their answers."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._clock = ManualClock()
        self._memory = InMemoryConsultationStore(self._clock)
        self._changes: dict[str, Change] = {}

    @initialize()
    def connect(self) -> None:
        async def opened() -> None:
            self._client = open_client(self.url)
            await self._client.flushall()
            self._redis = RedisConsultationStore(self._client, self._clock)

        self._runner.run(opened())

    def teardown(self) -> None:
        async def closed() -> None:
            await self._redis.close()
            await self._client.aclose()

        self._runner.run(closed())
        self._runner.close()

    def both(self, call: Callable[[ConsultationStore], Awaitable[Any]]) -> Any:
        async def answers() -> list[Any]:
            return [await self._answer(call, store) for store in (self._memory, self._redis)]

        expected, found = self._runner.run(answers())
        assert found == expected
        return expected

    @staticmethod
    async def _answer(call: Callable[[ConsultationStore], Awaitable[Any]], store: ConsultationStore) -> Any:
        try:
            return await call(store)
        except (CallingError, ValueError) as error:
            return type(error)

    def standing(self, consultation_id: str) -> Consultation | None:
        found = self.both(lambda store: store.get(consultation_id))
        return None if found is ConsultationNotFound else found

    @rule(consultation_id=ids, created_at=times, turns=st.integers(0, 2), due=due)
    def create(
        self, consultation_id: str, created_at: datetime, turns: int, due: dict[DueKind, datetime | None]
    ) -> None:
        record = consultation(consultation_id, created_at=created_at)
        change = Change(record, turns=tuple(turn(number + 1) for number in range(turns)), due=due)
        self.both(lambda store: store.create(brief(), change))

    @rule(
        consultation_id=ids,
        behind=st.sampled_from([0, 0, 0, 1, -1]),
        words=st.lists(st.sampled_from(["네", "아니요", ""]), max_size=3),
        gap=st.sampled_from([0, 0, 0, 0, 1]),
        replies=replies,
        due=due,
        delivery=deliveries,
        state=st.sampled_from(State),
        result=st.none() | st.binary(max_size=8),
        talker=talkers,
    )
    def commit(  # noqa: PLR0917 - hypothesis names them
        self,
        consultation_id: str,
        behind: int,
        words: list[str],
        gap: int,
        replies: dict[int, Reply],
        due: dict[DueKind, datetime | None],
        delivery: Delivery,
        state: State,
        result: bytes | None,
        talker: int | None,
    ) -> None:
        current = self.standing(consultation_id) or consultation(consultation_id)
        known = self.both(lambda store: store.transcript(consultation_id))
        first = 1 + gap + (0 if known is ConsultationNotFound else len(known[1]))
        turns = tuple(turn(first + position, text) for position, text in enumerate(words))
        change = next_change(
            replace(current, version=current.version - behind),
            record={"delivery": delivery, "state": state},
            turns=turns,
            occurrences=tuple(map(TurnTaken, turns)),
            replies=replies,
            due=due,
            result=result,
            talker=talker,
        )
        if self.both(lambda store: store.commit(change)) is True:
            self._changes[consultation_id] = change

    @rule(consultation_id=ids)
    def repeat(self, consultation_id: str) -> None:
        if change := self._changes.get(consultation_id):
            self.both(lambda store: store.commit(change))

    @rule(consultation_id=ids, number=st.integers(0, 6), digits=st.text("12#", min_size=1, max_size=2), talker=talkers)
    def remember(self, consultation_id: str, number: int, digits: str, talker: int | None) -> None:
        self.both(lambda store: store.remember_input(consultation_id, number, KeypadInput(digits), talker=talker))

    @rule(consultation_id=ids)
    def delete(self, consultation_id: str) -> None:
        self.both(lambda store: store.delete(consultation_id))
        self._changes.pop(consultation_id, None)

    @rule(seconds=st.integers(0, 30))
    def pass_time(self, seconds: int) -> None:
        self._clock.advance(seconds)

    @rule()
    def look_for_work(self) -> None:
        async def overdue(store: ConsultationStore) -> list[tuple[str, str]]:
            return sorted((due.kind, due.consultation_id) for due in await store.overdue(limit=1000))

        self.both(overdue)

    @rule(consultation_id=ids, after=st.integers(0, 4), limit=st.integers(1, 4), number=st.integers(0, 6))
    def look(self, consultation_id: str, after: int, limit: int, number: int) -> None:
        self.both(lambda store: store.load(consultation_id))
        self.both(lambda store: store.transcript(consultation_id, after=after, limit=limit))
        self.both(lambda store: store.reply(consultation_id, number))
        self.both(lambda store: store.replies(consultation_id))
        self.both(lambda store: store.remembered_input(consultation_id, number))
        self.both(lambda store: store.result(consultation_id))

    @rule(consultation_id=ids, position=st.integers(0, 5))
    def watch(self, consultation_id: str, position: int) -> None:
        events = self.both(lambda store: store.events(consultation_id, "", wait=0))
        if events is not ConsultationNotFound and position < len(events):
            self.both(lambda store: store.events(consultation_id, events[position].cursor, wait=0))

    @rule(limit=st.integers(1, 6))
    def list_all(self, limit: int) -> None:
        async def newest(store: ConsultationStore) -> list[Consultation]:
            return await all_pages(lambda token: store.newest(limit=limit, token=token))

        async def undelivered(store: ConsultationStore) -> list[Consultation]:
            return await all_pages(lambda token: store.undelivered(limit=limit, token=token))

        self.both(newest)
        self.both(undelivered)


async def all_pages(read: Callable[[str], Awaitable[Any]]) -> list[Consultation]:
    listed: list[Consultation] = []
    token = ""
    while True:
        page = await read(token)
        listed += page.items
        token = page.next_token
        if not token:
            return listed


def test_both_stores_give_the_same_answers(redis_url: str) -> None:
    StoreModel.url = redis_url
    run_state_machine_as_test(
        StoreModel,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
