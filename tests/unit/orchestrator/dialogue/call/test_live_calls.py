"""A live call, webhook by webhook: once, again, out of order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from orchestrator.dialogue.ports.telephone import CallStatus
from orchestrator.domain.consultation import State
from orchestrator.domain.errors import (
    ConsultationNotFound,
    TurnOutOfOrder,
    UnknownCall,
    WrongState,
)
from orchestrator.domain.turn import HangUp, KeypadInput, Listen, Reply, SilenceInput
from tests.unit.orchestrator.dialogue.scene import Scene, talking
from tests.virtual_time import virtual_time

OTHER_CALL = f"CA{'f' * 32}"
UNKNOWN = "5f3b8a52-8c55-4f63-9d24-b4f0a4d2f0a1"


# Answering.


@virtual_time
async def test_answering_greets_once() -> None:
    scene = Scene()
    await scene.start()
    first = await scene.answer()
    assert await scene.answer() == first
    assert len(await scene.turns()) == 2
    record = await scene.record()
    assert (record.state, record.call_sid, record.answered_at) == (
        State.IN_PROGRESS,
        scene.call_sid,
        scene.clock.now(),
    )


@virtual_time
async def test_answering_twice_at_the_same_time_greets_once() -> None:
    scene = Scene()
    scene.speaks.delay = 1.0
    await scene.start()
    replies = await asyncio.gather(*(scene.calls.answer(scene.id, scene.call_sid) for _ in range(3)))
    assert replies[0] == replies[1] == replies[2]
    assert len(await scene.turns()) == 2


@virtual_time
async def test_answering_in_the_middle_says_again_what_was_said_last() -> None:
    scene = await talking("네", "네")
    latest = scene.reply
    assert await scene.calls.answer(scene.id, scene.call_sid) == latest
    await scene.say("네")
    assert "말벗" in scene.asked


@virtual_time
async def test_answering_before_the_dialling_was_noted() -> None:
    scene = Scene()
    await scene.order()
    reply = await scene.calls.answer(scene.id, OTHER_CALL)
    assert isinstance(reply.next, Listen)
    assert (await scene.record()).call_sid == OTHER_CALL


@virtual_time
async def test_a_call_that_is_over_is_not_answered() -> None:
    scene = await talking("끊을게요")
    with pytest.raises(WrongState):
        await scene.calls.answer(scene.id, scene.call_sid)


# Who asks.


@virtual_time
async def test_unknown_consultations_and_calls() -> None:
    scene = await talking()
    calls: list[tuple[type[Exception], Callable[[], Awaitable[object]]]] = [
        (ConsultationNotFound, lambda: scene.calls.answer(UNKNOWN, scene.call_sid)),
        (ConsultationNotFound, lambda: scene.calls.take_turn(UNKNOWN, scene.call_sid, 3, SilenceInput())),
        (UnknownCall, lambda: scene.calls.answer(scene.id, OTHER_CALL)),
        (UnknownCall, lambda: scene.calls.take_turn(scene.id, OTHER_CALL, 3, SilenceInput())),
    ]
    for error, call in calls:
        with pytest.raises(error):
            await call()


@virtual_time
async def test_another_call_cannot_fetch_an_answer_that_is_being_made() -> None:
    scene = await talking()
    scene.hears.delay = 5
    webhook = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(1)
    with pytest.raises(UnknownCall):
        await scene.calls.take_turn(scene.id, OTHER_CALL, 3, None)
    await webhook


# Again, late, out of order.


@virtual_time
async def test_the_same_turn_later_is_the_same_reply_and_no_second_turn() -> None:
    scene = await talking()
    said = scene.recording("네")
    first = await scene.take(said, turn=3)
    count = len(await scene.turns())
    for again in (said, SilenceInput(), KeypadInput("2"), None):
        assert await scene.take(again, turn=3) == first
    assert len(await scene.turns()) == count


@virtual_time
async def test_the_same_turn_at_the_same_time_is_one_exchange() -> None:
    scene = await talking()
    scene.hears.delay = 1
    load = scene.store.load

    async def load_slowly(consultation_id: str) -> Any:
        await asyncio.sleep(0.01)
        return await load(consultation_id)

    scene.store.load = load_slowly  # type: ignore[method-assign]
    said = scene.recording("네")
    replies = await asyncio.gather(*(scene.take(said, turn=3) for _ in range(5)))
    assert all(reply == replies[0] for reply in replies)
    assert len(scene.hears.heard) == 1


@virtual_time
async def test_the_same_turn_at_the_same_time_at_two_replicas_is_one_turn() -> None:
    scene = await talking()
    scene.hears.delay = 1
    other = scene.replica()
    said = scene.recording("네")
    one, two = await asyncio.gather(scene.take(said, turn=3), scene.take(said, turn=3, at=other))
    assert one == two
    assert [turn.number for turn in await scene.turns()] == [1, 2, 3, 4]


@pytest.mark.parametrize("turn", [1, 2, 4, 5, 99])
@virtual_time
async def test_a_turn_that_nobody_waits_for(turn: int) -> None:
    scene = await talking()
    before = await scene.turns()
    with pytest.raises(TurnOutOfOrder) as error:
        await scene.take(SilenceInput(), turn=turn)
    assert error.value.expected == 3
    assert await scene.turns() == before
    assert scene.hears.heard == []


@virtual_time
async def test_a_turn_before_the_call_was_answered_hangs_up() -> None:
    scene = Scene()
    await scene.start()
    assert await scene.take(SilenceInput(), turn=3) == Reply((), HangUp())


@virtual_time
async def test_asking_for_an_answer_to_nothing_says_the_question_again() -> None:
    scene = await talking("네")
    assert await scene.take(None) == scene.reply


# What was heard.


@virtual_time
async def test_what_was_said_is_heard_when_the_callee_answers_it() -> None:
    scene = await talking()
    assert (await scene.record()).heard_through == 0
    await scene.say("네")
    assert (await scene.record()).heard_through == 2


@virtual_time
async def test_a_goodbye_that_was_played_was_heard() -> None:
    scene = await talking()
    goodbye = await scene.take(scene.recording("끊을게요"))
    assert goodbye.next == HangUp(5)
    assert (await scene.record()).heard_through == 2
    for _ in range(2):
        assert await scene.take(None, turn=5) == Reply((), HangUp())
    assert (await scene.record()).heard_through == 4
    assert len(await scene.turns()) == 4


@virtual_time
async def test_a_goodbye_that_nobody_heard_was_not_heard() -> None:
    scene = await talking()
    await scene.take(scene.recording("끊을게요"))
    await scene.hang_up()
    await scene.finish()
    assert (await scene.record()).heard_through == 2


@virtual_time
async def test_words_after_the_goodbye_are_kept() -> None:
    scene = await talking()
    await scene.take(scene.recording("끊을게요"))
    assert await scene.take(scene.recording("잠깐만요"), turn=5) == Reply((), HangUp())
    assert (await scene.transcript())[-1] == ("callee", "잠깐만요")


# What it costs.


@virtual_time
async def test_turns_tell_what_they_cost() -> None:
    scene = await talking()
    scene.telephone.delay, scene.hears.delay, scene.speaks.delay = 1.0, 2.0, 3.0
    await scene.say("네")
    callee, agent = (await scene.turns())[2:]
    assert (callee.timings.recording, callee.timings.speech_to_text, callee.timings.matching) == (1000, 2000, 0)
    assert (agent.timings.text_to_speech, agent.timings.total) == (3000, 6000)
    assert (callee.confidence, agent.confidence) == (0.9, None)


@virtual_time
async def test_closing_ends_what_runs() -> None:
    scene = await talking()
    scene.hears.delay = 7.9
    webhook = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(1)
    await scene.background.close()
    with pytest.raises(asyncio.CancelledError):
        await webhook
    assert await scene.status(CallStatus.IN_PROGRESS) == await scene.record()
