"""Streams that do not know that the call goes on elsewhere, over fakes and in virtual time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.ports.streams import ExpectedStream
from orchestrator.dialogue.stream.events import CalleeEvent, Ending
from orchestrator.domain.errors import CallTakenOver, UnknownCall
from orchestrator.domain.turn import Listen, OpenStream, Reply, Speaker
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import SECONDS_A_CHARACTER, LivePhone
from tests.virtual_time import virtual_time

ANSWER = "그건 제가 알지 못해요."
QUESTION = "복지관은 언제 열어요?"


async def ringing(**parts: object) -> tuple[LivePhone, LivePhone]:
    """One call, and the phone's end of it in two processes."""
    scene = Scene(**parts)  # type: ignore[arg-type]
    await scene.start()
    first = LivePhone(scene)
    return first, LivePhone(scene, first.tokens)


async def callee_said(phone: LivePhone) -> list[str]:
    return [turn.text for turn in await phone.scene.turns() if turn.speaker is Speaker.CALLEE]


async def one_sentence(phone: LivePhone) -> None:
    """Waits until the callee has heard something."""
    await phone.agent_speaks()
    await asyncio.sleep(len(phone.speech.spoken[0]) * SECONDS_A_CHARACTER + 0.1)


async def nothing() -> AsyncGenerator[CalleeEvent]:
    for event in ():
        yield event


@virtual_time
async def test_an_overtaken_stream_that_hears_something_ends_without_a_word() -> None:
    first, second = await ringing()
    async with first.call():
        await first.agent_is_done()
        async with second.call():
            spoken = len(first.speech.spoken)
            await first.say("아니요", 0.6)
            await first.over()
            assert first.ending is Ending.FALL_BACK
            assert len(first.speech.spoken) == spoken
            await second.say("네", 0.6)
            await second.agent_is_done()
    assert await callee_said(second) == ["네"]


@virtual_time
async def test_an_overtaken_stream_that_speaks_ends_after_the_sentence() -> None:
    first, second = await ringing()
    async with first.call():
        await one_sentence(first)
        async with second.call():
            await first.over()
            assert first.ending is Ending.FALL_BACK
            assert first.played == 2
            await second.agent_is_done()
            assert first.speech.spoken[1] == second.speech.spoken[0]


@virtual_time
async def test_an_overtaken_stream_that_hears_nothing_does_not_ask_again() -> None:
    first, second = await ringing()
    async with first.call():
        await first.agent_is_done()
        async with second.call():
            await asyncio.sleep(1.5)
            await second.say("네", 0.6)
            await first.over()
            await second.agent_is_done()
    assert await callee_said(second) == ["네"]


@virtual_time
async def test_a_stream_that_opens_late_does_not_take_the_call_back() -> None:
    first, second = await ringing()
    async with first.call():
        await one_sentence(first)
    late = await first.streams.answer(first.scene.id, first.scene.call_sid)
    assert isinstance(late, OpenStream)
    async with second.call():
        await second.agent_speaks()
        call = ExpectedStream(first.scene.id, first.scene.call_sid)
        with pytest.raises(CallTakenOver):
            await anext(first.streams.run(call, late.token, nothing()))
        await second.agent_is_done()
        await second.say("네", 0.6)
        await second.agent_is_done()
        assert second.ending is None
    assert await callee_said(second) == ["네"]


@virtual_time
async def test_webhooks_take_a_call_over_from_a_stream() -> None:
    first, second = await ringing()
    async with first.call():
        await first.agent_is_done()
        reply = await second.replica(most=0).answer(first.scene.id, first.scene.call_sid)
        assert isinstance(reply, Reply)
        assert isinstance(reply.next, Listen)
        await first.say("아니요", 0.6)
        await first.over()
        assert first.ending is Ending.FALL_BACK
        await first.scene.take(first.scene.recording("네"), turn=reply.next.turn_number)
    assert await callee_said(first) == ["네"]


@virtual_time
async def test_another_calls_webhook_takes_nothing_over() -> None:
    first, second = await ringing()
    async with first.call():
        await first.agent_is_done()
        with pytest.raises(UnknownCall):
            await second.replica(most=0).answer(first.scene.id, "CA" + "f" * 32)
        await first.say("네", 0.6)
        await first.agent_is_done()
        assert first.ending is None
    assert await callee_said(first) == ["네"]


@virtual_time
async def test_what_a_callee_said_to_a_stream_that_died_is_answered_in_the_next() -> None:
    first, second = await ringing(language_model=ScriptedLanguageModel(ANSWER, delay=2.0))
    async with first.call():
        await first.agent_is_done()
        await first.say(QUESTION, 1.2)
        await asyncio.sleep(1.0)
        async with second.call():
            await second.agent_is_done()
            await second.agent_is_done()
    assert [words for words in await callee_said(second) if words] == [QUESTION]
    assert ANSWER in second.speech.spoken


@virtual_time
async def test_what_a_callee_had_just_said_when_the_stream_died_is_answered_in_the_next() -> None:
    first, second = await ringing()
    async with first.call():
        await first.agent_is_done()
        await first.say("네", 0.6)
        await asyncio.sleep(0.45)  # a pause, but not the end of the turn yet
        assert await callee_said(first) == []
    async with second.call():
        await second.agent_speaks()
        assert await callee_said(second) == ["네"]


@virtual_time
async def test_what_a_callee_said_to_a_stream_that_died_is_answered_by_the_next_webhooks() -> None:
    first, second = await ringing(language_model=ScriptedLanguageModel(ANSWER, delay=2.0))
    async with first.call():
        await first.agent_is_done()
        await first.say(QUESTION, 1.2)
        await asyncio.sleep(1.0)
        reply = await second.replica(most=0).answer(first.scene.id, first.scene.call_sid)
        assert isinstance(reply, Reply)
    assert await callee_said(first) == [QUESTION]
    assert reply.prompts[0].text == ANSWER
    await first.assert_truthful()


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("take over"), st.just(0.0)),
        st.tuples(st.just("say"), st.sampled_from((0.4, 1.2))),
        st.tuples(st.just("say to a stale one"), st.sampled_from((0.4, 1.2))),
        st.tuples(st.just("wait"), st.sampled_from((0.3, 2.0, 9.0))),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(DEEDS)
def test_what_a_stale_stream_hears_never_counts(deeds: list[tuple[str, float]]) -> None:
    @virtual_time
    async def run() -> None:
        scene = Scene()
        await scene.start()
        phones, stale_words = [LivePhone(scene)], set[str]()
        async with AsyncExitStack() as open_streams:
            await open_streams.enter_async_context(phones[0].call())
            await one_sentence(phones[0])
            for number, (deed, seconds) in enumerate(deeds):
                if phones[-1].ending is not None:
                    break
                words = f"네 {number}번이요"
                match deed:
                    case "take over":
                        following = LivePhone(scene, phones[-1].tokens)
                        if not await open_streams.enter_async_context(following.call()):
                            break
                        phones.append(following)
                        await asyncio.sleep(0.1)  # until it has the call
                    case "say":
                        await phones[-1].say(words, seconds)
                    case "say to a stale one" if len(phones) > 1:
                        stale_words.add(words)
                        await phones[number % (len(phones) - 1)].say(words, seconds)
                    case _:
                        await asyncio.sleep(seconds)
            await asyncio.sleep(3.0)
        assert not [text for text in await callee_said(phones[0]) for words in stale_words if words in text]
        numbers = [turn.number for turn in await scene.turns()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert scene.failures == []

    run()
