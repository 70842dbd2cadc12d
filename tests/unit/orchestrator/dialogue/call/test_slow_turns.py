"""Turns that take longer than the telephone network waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from orchestrator.dialogue.call.live_calls import LiveCalls, TurnLimits
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.errors import StoreUnavailable
from orchestrator.domain.turn import HangUp, Reply, Wait
from tests.fakes.institution import short_institution
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene, talking
from tests.virtual_time import virtual_time

FILLER = short_institution().wording.filler


async def seconds(awaitable: Awaitable[object]) -> float:
    """How long something takes, in virtual seconds."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    await awaitable
    return loop.time() - started


@virtual_time
async def test_after_eight_seconds_a_filler_then_the_answer() -> None:
    scene = await talking()
    scene.hears.delay = 7.5
    scene.speaks.delay = 4.0
    filler = await scene.take(scene.recording("네"))
    assert ([prompt.text for prompt in filler.prompts], filler.next) == ([FILLER], Wait(3))
    answer = await scene.take(None, turn=3)
    assert "홍길동" in answer.prompts[0].text
    assert [(turn.number, turn.text) for turn in (await scene.turns())[3:]] == [
        (4, FILLER),
        (5, answer.prompts[0].text),
    ]
    assert answer.next.turn_number == 6


@virtual_time
async def test_no_webhook_waits_for_fifteen_seconds_whatever_is_slow() -> None:
    scene = await talking()
    scene.telephone.delay, scene.hears.delay, scene.speaks.delay = 4.9, 7.9, 5.9
    scene.reply = Reply((), Wait(3))
    callee_input = scene.recording("네")
    while isinstance(scene.reply.next, Wait):
        assert await seconds(_take_into(scene, callee_input)) < 10
        callee_input = None
    fillers = [turn for turn in await scene.turns() if turn.text == FILLER]
    assert 1 <= len(fillers) <= 3


@virtual_time
async def test_who_waits_hears_something_within_four_and_a_half_seconds_even_if_everything_hangs() -> None:
    scene = await talking()
    usual = scene.replica(limits=TurnLimits())
    scene.telephone.delay = scene.hears.delay = scene.speaks.delay = 3600
    assert await seconds(scene.calls.answer(scene.id, scene.call_sid)) <= 4.5
    scene.reply = Reply((), Wait(3))
    callee_input = scene.recording("네")
    while isinstance(scene.reply.next, Wait):
        assert await seconds(_take_into(scene, callee_input, at=usual)) <= 4.5
        assert scene.reply.prompts
        callee_input = None


@virtual_time
async def test_a_greeting_that_nobody_speaks_is_read_within_four_and_a_half_seconds() -> None:
    scene = Scene()
    await scene.start()
    scene.speaks.delay = 3600
    usual = scene.replica(limits=TurnLimits())
    assert await seconds(usual.answer(scene.id, scene.call_sid)) <= 4.5


async def _take_into(scene: Scene, callee_input: object, *, turn: int = 3, at: LiveCalls | None = None) -> None:
    scene.reply = await scene.take(callee_input, turn=turn, at=at)  # type: ignore[arg-type]


@virtual_time
async def test_the_same_slow_turn_at_the_same_time_is_one_filler() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    said = scene.recording("네")
    replies = await asyncio.gather(*(scene.take(said, turn=3) for _ in range(3)))
    assert all(reply == replies[0] for reply in replies)
    await scene.take(None, turn=3)
    assert [turn.text for turn in await scene.turns()].count(FILLER) == 1


@virtual_time
async def test_another_replica_finds_the_answer() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    assert isinstance((await scene.take(scene.recording("네"))).next, Wait)
    await asyncio.sleep(5)
    answer = await scene.take(None, turn=3, at=scene.replica())
    assert "홍길동" in answer.prompts[0].text


@virtual_time
async def test_another_replica_goes_on_with_what_a_dead_one_left() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    assert isinstance((await scene.take(scene.recording("네"))).next, Wait)
    await scene.background.close()
    scene.hears.delay = 0
    answer = await scene.take(None, turn=3, at=scene.replica())
    assert "홍길동" in answer.prompts[0].text
    assert [turn.text for turn in await scene.turns()][3:] == [FILLER, answer.prompts[0].text]


@virtual_time
async def test_another_replica_is_told_what_a_dead_one_could_not_keep() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    said = scene.recording("네")

    async def unavailable(*_: object, **__: object) -> None:
        raise StoreUnavailable

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene.store, "remember_input", unavailable)
        assert isinstance((await scene.take(said)).next, Wait)
    await scene.background.close()
    scene.hears.delay = 0
    answer = await scene.take(said, turn=3, at=scene.replica(), waited=True)
    assert "홍길동" in answer.prompts[0].text
    assert [turn.text for turn in await scene.turns()][3:] == [FILLER, answer.prompts[0].text]


@virtual_time
async def test_two_replicas_that_work_on_one_slow_turn_write_it_once() -> None:
    scene = await talking()
    scene.hears.delay, scene.telephone.delay = 7.0, 4.0
    assert isinstance((await scene.take(scene.recording("네"))).next, Wait)
    replies = await asyncio.gather(
        *(scene.take(None, turn=3, at=at) for at in (scene.calls, scene.replica(), scene.replica()))
    )
    await scene.background.drain(60)
    finished = [reply for reply in replies if not isinstance(reply.next, Wait)]
    assert finished
    stored = await scene.take(None, turn=3)
    assert all(reply == stored for reply in finished)
    assert [turn.text for turn in await scene.turns()].count(FILLER) == 1


@virtual_time
async def test_a_webhook_that_goes_away_does_not_stop_the_exchange() -> None:
    scene = await talking()
    scene.hears.delay = 3
    webhook = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(1)
    webhook.cancel()
    with pytest.raises(asyncio.CancelledError):
        await webhook
    await scene.background.drain(60)
    assert "홍길동" in (await scene.take(None, turn=3)).prompts[0].text


async def slow_to_write() -> Scene:
    """A call whose next turn is ready after seven seconds and then takes four to be written."""
    scene = await talking()
    scene.hears.delay = 7
    commit = scene.store.commit

    async def slow(change: Change) -> bool:
        await asyncio.sleep(4)
        return await commit(change)

    scene.store.commit = slow  # type: ignore[method-assign]
    return scene


@virtual_time
async def test_what_is_only_to_be_written_needs_no_filler() -> None:
    scene = await slow_to_write()
    assert "홍길동" in (await scene.take(scene.recording("네"))).prompts[0].text


@virtual_time
async def test_a_webhook_that_goes_away_while_the_turn_is_written_does_not_stop_it() -> None:
    scene = await slow_to_write()
    webhook = asyncio.create_task(scene.take(scene.recording("네")))
    await asyncio.sleep(9)
    webhook.cancel()
    await scene.background.drain(60)
    assert len(await scene.turns()) == 4


@virtual_time
async def test_a_caller_in_a_hurry_gets_the_filler_before_its_deadline() -> None:
    scene = await talking()
    scene.hears.delay = 7.5
    loop = asyncio.get_running_loop()
    began = loop.time()
    waiting = scene.calls.take_turn(scene.id, scene.call_sid, 3, scene.recording("네"), time_left=4.0)
    assert (await waiting).next == Wait(3)
    assert loop.time() - began <= 4.0
    assert "홍길동" in (await scene.take(None, turn=3)).prompts[0].text


@virtual_time
async def test_an_answer_that_nobody_will_hear_is_cancelled() -> None:
    model = ScriptedLanguageModel("오늘은 맑아요.", delay=5.0)
    scene = await talking(language_model=model)
    spoken = len(scene.speaks.spoken)
    asking = asyncio.create_task(scene.take(scene.recording("손주가 몇 학년이더라?")))
    await asyncio.sleep(1)
    await scene.hang_up()
    assert (await asking).next == HangUp()
    assert model.cancelled == 1
    assert len(scene.speaks.spoken) == spoken
    assert [turn.text for turn in await scene.turns()][-1] == "손주가 몇 학년이더라?"
    await scene.background.drain(10)


@virtual_time
async def test_what_will_probably_be_said_is_spoken_while_the_callee_speaks() -> None:
    scene = await talking()
    calls = scene.replica(speak_ahead=True)
    reply = await scene.take(scene.recording("네"), at=calls)
    await scene.background.drain(1)
    spoken = list(scene.speaks.spoken)
    scene.speaks.delay = 6.0
    callee_input = scene.recording("네, 맞아요")
    waited = await seconds(_take_into(scene, callee_input, turn=reply.next.turn_number, at=calls))
    assert waited == 0
    assert scene.reply.prompts[0].text in spoken
    assert scene.reply.prompts[0].audio_token
    await scene.background.close()


@virtual_time
async def test_what_was_spoken_ahead_is_forgotten_with_the_call() -> None:
    scene = await talking()
    calls = scene.replica(speak_ahead=True)
    reply = await scene.take(scene.recording("네"), at=calls)
    await scene.background.drain(1)
    calls.hung_up(scene.id)
    scene.speaks.delay = 2.0
    waited = await seconds(_take_into(scene, scene.recording("네, 맞아요"), turn=reply.next.turn_number, at=calls))
    assert waited == 2.0
    await scene.background.close()
