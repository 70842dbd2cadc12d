"""Consultations as their owner sees them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from orchestrator.dialogue.consultations import fingerprint
from orchestrator.dialogue.ports.store import DueKind
from orchestrator.dialogue.ports.telephone import CallStatus
from orchestrator.domain.codes import ExceptionCode
from orchestrator.domain.consultation import Consultation, DeliveryState, State
from orchestrator.domain.errors import (
    AudioNotFound,
    ConsultationNotFound,
    RequestIdReused,
    StoreUnavailable,
    TelephoneUnavailable,
    WrongState,
)
from orchestrator.domain.question import FrequentQuestion
from tests.fakes.consultations import brief
from tests.fakes.institution import short_institution
from tests.unit.orchestrator.dialogue.scene import RETENTION, Scene, concluded, plain_brief
from tests.virtual_time import virtual_time

UNKNOWN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"


# Starting.


@virtual_time
async def test_the_same_request_is_one_consultation_and_one_call() -> None:
    scene = Scene()
    first = await scene.order(request_id="one")
    await scene.work()
    again = await scene.order(request_id="one")
    assert (again.consultation_id, again.state) == (first.consultation_id, State.DIALLING)
    await scene.work()
    assert len(scene.telephone.orders) == 1


@virtual_time
async def test_the_same_request_at_the_same_time_is_one_consultation() -> None:
    scene = Scene()
    both = await asyncio.gather(scene.order(request_id="one"), scene.order(request_id="one"))
    assert both[0].consultation_id == both[1].consultation_id
    await scene.work()
    assert len(scene.telephone.orders) == 1


@virtual_time
async def test_the_same_request_id_with_other_content_is_a_mistake() -> None:
    scene = Scene()
    first = await scene.order(request_id="one")
    with pytest.raises(RequestIdReused) as error:
        await scene.consultations.start(brief(), masked_phone="", request_id="one", fingerprint="two")
    assert error.value.consultation_id == first.consultation_id


@virtual_time
async def test_without_a_request_id_every_request_is_new() -> None:
    scene = Scene()
    first, second = [await scene.order() for _ in range(2)]
    assert first.consultation_id != second.consultation_id
    await scene.work()
    assert len(scene.telephone.orders) == 1  # it is the same number: the other one waits
    await scene.permits.release(scene.telephone.orders[0].consultation_id)
    await scene.work(5)
    assert len(scene.telephone.orders) == 2


@virtual_time
async def test_starting_makes_the_dialling_due() -> None:
    scene = Scene()
    await scene.order()
    assert [due.kind for due in await scene.due()] == [DueKind.DIAL]


@virtual_time
async def test_the_institution_answers_too() -> None:
    hours = FrequentQuestion("몇 시까지 하나요?", "여섯 시까지 해요.")
    scene = Scene(institution=replace(short_institution(), questions=(hours,)))
    await scene.order()
    order, _ = await scene.store.load(scene.id)
    assert [entry.answer for entry in order.frequent_questions] == ["아니요, 무료예요.", "여섯 시까지 해요."]


def test_a_fingerprint_tells_contents_apart_without_showing_them() -> None:
    assert fingerprint(b"010-1234-5678") == fingerprint(b"010-1234-5678") != fingerprint(b"010-1234-5679")
    assert "5678" not in fingerprint(b"010-1234-5678")


# Ending.


@virtual_time
async def test_ending_a_call_hangs_up_and_keeps_what_was_learned() -> None:
    scene = Scene()
    await scene.ring(None, "네", "네", "다 냈어요")
    ended = await scene.consultations.end(scene.id)
    assert (ended.state, scene.telephone.hung_up) == (State.SUMMARISING, [scene.call_sid])
    outcome = await scene.finish()
    assert outcome.exception is ExceptionCode.DISCONNECTED
    assert len(outcome.solved) == 1


@pytest.mark.parametrize("status", [None, CallStatus.INITIATED, CallStatus.RINGING])
@virtual_time
async def test_ending_before_the_answer_cancels(status: CallStatus | None) -> None:
    scene = Scene()
    await scene.start()
    if status:
        await scene.status(status)
    ended = await scene.consultations.end(scene.id)
    assert (ended.state, ended.delivery.state) == (State.CANCELLED, DeliveryState.NOT_WANTED)
    assert scene.telephone.hung_up == [scene.call_sid]
    await scene.status(CallStatus.CANCELED)
    await scene.work(3600)
    assert (await scene.record()).state is State.CANCELLED
    assert scene.receiver.delivered == []


@virtual_time
async def test_a_call_that_is_placed_while_it_is_ended_is_hung_up() -> None:
    scene = Scene()
    await scene.order()
    get = scene.store.get

    async def placed_meanwhile(consultation_id: str) -> Consultation:
        read = await get(consultation_id)
        scene.store.get = get  # type: ignore[method-assign]
        await scene.work()
        return read

    scene.store.get = placed_meanwhile  # type: ignore[method-assign]
    ended = await scene.consultations.end(scene.id)
    assert (ended.state, scene.telephone.hung_up) == (State.CANCELLED, list(scene.telephone.calls))


@virtual_time
async def test_what_was_cancelled_is_not_kept_for_ever() -> None:
    scene = Scene()
    await scene.start()
    await scene.consultations.end(scene.id)
    scene.clock.advance(RETENTION.total_seconds() + 1)
    with pytest.raises(ConsultationNotFound):
        await scene.record()


@virtual_time
async def test_ending_what_is_over_changes_nothing() -> None:
    scene = await concluded()
    before = await scene.record()
    assert await scene.consultations.end(scene.id) == before
    assert scene.telephone.hung_up == []


@virtual_time
async def test_a_call_that_cannot_be_hung_up_goes_on() -> None:
    scene = Scene()
    await scene.ring(None)
    scene.telephone.error = TelephoneUnavailable()
    with pytest.raises(TelephoneUnavailable):
        await scene.consultations.end(scene.id)
    assert (await scene.record()).state is State.IN_PROGRESS


# Looking.


@virtual_time
async def test_the_conclusion_is_there_when_the_call_is_over() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네", "네")
    for _ in range(2):
        with pytest.raises(WrongState):
            await scene.consultations.concluded(scene.id)
        await scene.say("없어요")
    await scene.finish()
    summary, outcome = await scene.consultations.concluded(scene.id)
    assert (summary, outcome) == ((await scene.record()).summary, await scene.outcome())


@virtual_time
async def test_unknown_ids() -> None:
    scene = Scene()
    for call in (
        scene.consultations.get(UNKNOWN),
        scene.consultations.transcript(UNKNOWN, after=0, limit=1),
        scene.consultations.concluded(UNKNOWN),
        scene.consultations.end(UNKNOWN),
        scene.consultations.delete(UNKNOWN),
        anext(scene.consultations.watch(UNKNOWN, "")),
        scene.deliveries.deliver_now(UNKNOWN),
    ):
        with pytest.raises(ConsultationNotFound):
            await call


# Erasing.


@virtual_time
async def test_deleting_erases_recordings_audio_and_record() -> None:
    scene = await concluded()
    tokens = [prompt.audio_token for reply in await scene.store.replies(scene.id) for prompt in reply.prompts]
    assert len(tokens) == 5
    scene.telephone.erased.clear()
    await scene.consultations.delete(scene.id)
    assert scene.telephone.erased == [scene.call_sid]
    for token in tokens:
        with pytest.raises(AudioNotFound):
            await scene.audio.get(token)
    with pytest.raises(ConsultationNotFound):
        await scene.record()


@virtual_time
async def test_nothing_is_deleted_while_the_call_lasts() -> None:
    scene = Scene()
    await scene.ring(plain_brief(), "네", "네")
    for act in (scene.hang_up, scene.finish):
        with pytest.raises(WrongState):
            await scene.consultations.delete(scene.id)
        await act()
    await scene.consultations.delete(scene.id)


@virtual_time
async def test_deleting_needs_the_network_and_can_be_tried_again() -> None:
    scene = await concluded()
    scene.telephone.error = TelephoneUnavailable()
    with pytest.raises(TelephoneUnavailable):
        await scene.consultations.delete(scene.id)
    scene.telephone.error = None
    scene.audio.error = StoreUnavailable()
    with pytest.raises(StoreUnavailable):
        await scene.consultations.delete(scene.id)
    scene.audio.error = None
    await scene.consultations.delete(scene.id)
