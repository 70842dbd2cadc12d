"""Recogniser and synthesiser hang in mid-call: how long the callee hears nothing."""

import asyncio

import pytest

from orchestrator.dialogue.stream.events import Ending
from orchestrator.domain.turn import Listen, Reply
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import LivePhone
from tests.virtual_time import virtual_time

LONGEST_SILENCE = 6.0


def now() -> float:
    return asyncio.get_running_loop().time()


async def ringing() -> LivePhone:
    """A call that nobody has answered yet."""
    scene = Scene()
    await scene.start()
    return LivePhone(scene)


def hang(phone: LivePhone) -> None:
    """Has its engines hang from now on."""
    phone.recogniser.hangs = phone.speech.hangs = True
    phone.scene.speaks.delay = 60.0


@virtual_time
async def test_the_callee_is_asked_to_wait_by_what_is_at_hand_then_the_call_goes_on_turn_by_turn() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        hang(phone)
        await phone.say("네", 0.6)
        silent_since = now()
        await phone.agent_speaks()
        assert now() - silent_since < 3.5
        await phone.over()
        silent_since = now()
    assert phone.ending is Ending.FALL_BACK
    reply = await phone.streams.answer(phone.scene.id, phone.scene.call_sid)
    assert now() - silent_since < 2.0
    assert isinstance(reply, Reply)
    assert isinstance(reply.next, Listen)
    assert reply.prompts
    await phone.assert_truthful()


@pytest.mark.parametrize("words", ["네", "네 맞아요"])
@virtual_time
async def test_no_silence_is_long_though_nothing_is_at_hand(words: str) -> None:
    phone = await ringing()
    phone.speech.kept = ""
    async with phone.call():
        await phone.agent_is_done()
        hang(phone)
        await phone.say(words, 0.6)
        silent_since = now()
        await phone.over()
    await phone.streams.answer(phone.scene.id, phone.scene.call_sid)
    assert now() - silent_since < LONGEST_SILENCE


@virtual_time
async def test_nothing_is_said_before_the_notice_that_an_ai_calls() -> None:
    phone = await ringing()
    hang(phone)
    async with phone.call():
        await phone.over()
    assert phone.speech.spoken == []
    assert phone.played == 0
    assert not phone.heard_anything


@virtual_time
async def test_a_sentence_that_comes_late_follows_the_stopgap_and_nothing_is_claimed_of_that() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        phone.speech.late = 2.0
        await phone.say("네", 0.6)
        silent_since = now()
        await phone.agent_speaks()
        assert now() - silent_since == pytest.approx(2.1, abs=0.3)  # the stopgap
        await phone.agent_is_done()
        await asyncio.sleep(2.0)
        await phone.assert_truthful()
    assert phone.ending is None
