"""An answer that a language model still words is opened at once by words that take as long to say."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import LivePhone
from tests.unit.orchestrator.dialogue.stream.test_live_calls_as_streams import callee_said, heard, said
from tests.unit.orchestrator.dialogue.stream.test_speaking_while_thinking import (
    ASKED,
    FIRST,
    MODELS,
    QUESTION,
    REST,
    ask,
    slow,
)
from tests.unit.orchestrator.dialogue.stream.test_stream_invariants import DEEDS, Deed, live
from tests.virtual_time import virtual_time

OPENER_AFTER = 0.1


async def asked(model: ScriptedLanguageModel) -> LivePhone:
    scene = Scene(language_model=model)
    await scene.start()
    return LivePhone(scene, opener_after=OPENER_AFTER)


async def until_the_agent_sounds(phone: LivePhone) -> float:
    began = asyncio.get_running_loop().time()
    await phone.agent_speaks()
    return asyncio.get_running_loop().time() - began


@virtual_time
async def test_an_opener_sounds_as_soon_as_the_question_is_over_and_the_answer_follows_it() -> None:
    phone = await asked(slow(delay=1.5, seconds=1.0))
    async with phone.call():
        await ask(phone)
        assert await until_the_agent_sounds(phone) < 1.0
        assert phone.speech.spoken[-1] == phone.scene.wording.answer_opener
        await phone.agent_is_done()
        await phone.agent_is_done()
        await phone.agent_is_done()
    agent = await said(phone)
    assert agent[2:5] == [phone.scene.wording.answer_opener, FIRST, REST]
    assert agent[5] == agent[1]
    assert (await heard(phone))[3:] == agent[3:]
    assert phone.scene.wording.filler not in agent
    await phone.assert_truthful()


@virtual_time
async def test_an_answer_that_is_there_needs_no_opener() -> None:
    phone = await asked(ScriptedLanguageModel(f"{FIRST} {REST}", delay=0.05, piece_delay=0.01))
    async with phone.call():
        await ask(phone)
        await phone.agent_is_done()
    assert phone.scene.wording.answer_opener not in await said(phone)


@pytest.mark.parametrize("answer", ["네", "사람이세요?"])
@virtual_time
async def test_what_needs_no_language_model_is_not_opened(answer: str) -> None:
    phone = await asked(slow(delay=1.5))
    async with phone.call():
        await phone.agent_is_done()
        await phone.say(answer, 0.6)
        await phone.agent_is_done()
    assert phone.scene.wording.answer_opener not in await said(phone)


@virtual_time
async def test_words_that_take_still_longer_are_waited_for_by_a_filler() -> None:
    phone = await asked(slow(delay=4.0))
    async with phone.call():
        await ask(phone)
        for _ in range(4):
            await phone.agent_is_done()
    wording = phone.scene.wording
    assert (await said(phone))[2:5] == [wording.answer_opener, wording.filler, FIRST]


@virtual_time
async def test_who_goes_on_after_the_opener_is_answered() -> None:
    phone = await asked(slow(delay=2.5))
    async with phone.call():
        await ask(phone)
        await phone.agent_speaks()
        await phone.say("네 제가 맞아요", 0.8)
        await phone.agent_is_done()
        await phone.agent_is_done()
    assert (await callee_said(phone))[:2] == [QUESTION, "네 제가 맞아요"]
    await phone.assert_truthful()


@settings(max_examples=20, deadline=None)
@given(MODELS, st.lists(st.one_of(DEEDS, st.just(("say", QUESTION, 0.8))), max_size=16))
def test_whatever_callee_and_model_do_what_was_heard_was_said(model: ScriptedLanguageModel, deeds: list[Deed]) -> None:
    @virtual_time
    async def run() -> None:
        phone = await asked(model)
        await live(phone, [*ASKED, *deeds])
        await asyncio.sleep(60)  # what the call has left behind comes to its end
        await phone.assert_truthful()
        numbers = [turn.number for turn in await phone.scene.turns()]
        assert numbers == list(range(1, len(numbers) + 1))

    run()
