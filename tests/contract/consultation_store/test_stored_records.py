"""What every consultation store does with consultations, their turns and what was ordered."""

from dataclasses import replace

import pytest

from orchestrator.dialogue.ports.store import Change, ConsultationStore, DueKind
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import ConsultationNotFound
from orchestrator.domain.event import TurnTaken
from orchestrator.domain.turn import (
    HangUp,
    KeypadInput,
    Listen,
    Prompt,
    RecordingInput,
    Reply,
    SilenceInput,
    SpokenInput,
    Wait,
)
from tests.contract.consultation_store.records import UNKNOWN, commit, put
from tests.fakes.consultations import NOON, brief, consultation, next_change, turn


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


@pytest.mark.parametrize(
    "callee_input", [RecordingInput("RE1", 2.5), KeypadInput("12#"), SilenceInput(), SpokenInput("네", 0.9)]
)
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
