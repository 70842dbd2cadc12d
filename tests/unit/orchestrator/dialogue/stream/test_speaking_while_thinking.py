"""An answer whose first sentence is said while a language model still words the rest."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.stream.events import Ending
from orchestrator.domain.alarm import Observer
from orchestrator.domain.danger import DangerKind
from orchestrator.domain.turn import OpenStream, Source, Speaker, Turn
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import LivePhone
from tests.unit.orchestrator.dialogue.stream.test_live_calls_as_streams import callee_said, heard, said
from tests.unit.orchestrator.dialogue.stream.test_stream_invariants import DEEDS, Deed, live
from tests.virtual_time import virtual_time

FIRST, REST = "그 건 저는 잘 알지 못해요.", "담당자에게 꼭 전해 드릴게요."
QUESTION = "김치는 어떻게 담가요?"
DANGER = {
    "opinion": {"intent": "danger", "expected_answer": None, "danger": "collapse", "number": None, "quote": QUESTION}
}


async def asked(model: ScriptedLanguageModel) -> LivePhone:
    scene = Scene(language_model=model)
    await scene.start()
    return LivePhone(scene)


async def ask(phone: LivePhone) -> None:
    await phone.agent_is_done()
    await phone.say(QUESTION, 1.2)


def slow(*, seconds: float = 3.0, **more: Any) -> ScriptedLanguageModel:
    """A model that has its first sentence soon, and the rest some seconds later."""
    return ScriptedLanguageModel(
        f"{FIRST} {REST}",
        piece_length=len(FIRST) + 1,
        piece_delay=seconds,
        **{"delay": 0.4, "opinion_delay": 1.0, **more},
    )


async def words_of_the_model(phone: LivePhone) -> list[Turn]:
    return [turn for turn in await phone.scene.turns() if turn.source is Source.LANGUAGE_MODEL]


@virtual_time
async def test_the_first_sentence_sounds_while_the_rest_is_worded() -> None:
    model = ScriptedLanguageModel(f"{FIRST} {REST}", delay=0.4, piece_delay=0.2)
    phone = await asked(model)
    async with phone.call():
        await ask(phone)
        end = asyncio.get_running_loop().time()
        await phone.agent_speaks()
        began = asyncio.get_running_loop().time() - end
        assert [turn.text for turn in await words_of_the_model(phone)] == [FIRST]
        assert began < 2.4
        await phone.agent_is_done()
        assert phone.speech.spoken[-3] == FIRST
        assert phone.speech.spoken.count(FIRST) == 1
    agent = await said(phone)
    assert agent[2:4] == [FIRST, REST]
    assert agent[4] == agent[1]
    assert await heard(phone) == agent
    assert phone.scene.wording.filler not in agent
    await phone.assert_truthful()


@virtual_time
async def test_the_first_sentence_is_spoken_before_it_is_certain_that_the_callee_is_done() -> None:
    phone = await asked(slow(delay=0.05))
    async with phone.call():
        await ask(phone)
        await asyncio.sleep(0.35)
        assert FIRST in phone.speech.prepared
        assert REST not in phone.speech.prepared
        assert not await words_of_the_model(phone)
        await phone.agent_is_done()
        await phone.agent_is_done()
    assert await heard(phone) == await said(phone)
    await phone.assert_truthful()


@virtual_time
async def test_a_rest_that_comes_late_is_said_when_it_is_there() -> None:
    phone = await asked(slow(seconds=3.5))
    async with phone.call():
        await ask(phone)
        await phone.agent_is_done()
        await phone.agent_is_done()
    assert await heard(phone) == await said(phone)
    assert [turn.text for turn in await words_of_the_model(phone)] == [FIRST, REST]
    assert phone.speech.spoken.count(FIRST) == 1


@virtual_time
async def test_a_later_sentence_that_may_not_be_said_ends_the_answer_before_it() -> None:
    phone = await asked(ScriptedLanguageModel(f"{FIRST} 내일 십만 원을 드릴게요. {REST}", delay=0.4, piece_delay=0.2))
    async with phone.call():
        await ask(phone)
        await phone.agent_is_done()
    agent = await said(phone)
    assert agent[2:] == [FIRST, agent[1]]
    assert not any("십만" in sentence for sentence in phone.speech.spoken)


@virtual_time
async def test_a_model_that_breaks_off_leaves_whole_sentences() -> None:
    phone = await asked(ScriptedLanguageModel(f"{FIRST} {REST}", delay=0.4, piece_delay=0.2, breaks_after=6))
    async with phone.call():
        await ask(phone)
        await phone.agent_is_done()
    agent = await said(phone)
    assert agent[2:] == [FIRST, agent[1]]
    assert await heard(phone) == agent


@virtual_time
async def test_who_interrupts_the_beginning_hears_no_more_of_it_and_is_answered() -> None:
    model = slow()
    phone = await asked(model)
    async with phone.call():
        await ask(phone)
        await phone.agent_speaks()
        await asyncio.sleep(0.3)
        await phone.say("네 제가 맞아요", 0.8)
        await phone.agent_is_done()
    assert (await callee_said(phone))[:2] == [QUESTION, "네 제가 맞아요"]
    assert (await said(phone))[2] == FIRST
    assert (await heard(phone))[2] == ""
    assert REST not in phone.speech.spoken
    assert model.cancelled == 1
    await phone.assert_truthful()


@virtual_time
async def test_a_process_that_dies_has_written_what_sounded() -> None:
    phone = await asked(slow())
    async with phone.call():
        await ask(phone)
        await phone.agent_speaks()
        assert [turn.text for turn in await words_of_the_model(phone)] == [FIRST]
        await asyncio.sleep(3.0)
    await phone.assert_truthful()
    assert (await heard(phone))[2] == FIRST
    phone.streams = phone.replica()
    assert isinstance(await phone.streams.answer(phone.scene.id, phone.scene.call_sid), OpenStream)
    async with phone.call():
        await phone.say("네 제가 맞아요", 0.8)
        await phone.agent_is_done()
    assert (await callee_said(phone))[1] == "네 제가 맞아요"
    assert phone.speech.spoken.count(FIRST) == 1


@virtual_time
async def test_a_danger_that_is_known_first_is_all_that_is_said() -> None:
    model = ScriptedLanguageModel(f"{FIRST} {REST}", delay=1.0, piece_delay=0.2, opinion_delay=0.5, structured=DANGER)
    phone = await asked(model)
    async with phone.call():
        await ask(phone)
        await phone.agent_is_done()
    assert await words_of_the_model(phone) == []
    assert (await said(phone))[2] == phone.scene.wording.dangers[DangerKind.COLLAPSE].words
    assert [alarm.danger for alarm in (await phone.scene.record()).alarms] == [DangerKind.COLLAPSE]


@virtual_time
async def test_a_danger_that_is_noticed_while_the_answer_begins_is_told_right_after_it() -> None:
    model = slow(opinion_delay=1.4, structured=DANGER)
    phone = await asked(model)
    async with phone.call():
        await ask(phone)
        await phone.agent_is_done()
        await phone.agent_is_done()
    agent, instruction = await said(phone), phone.scene.wording.dangers[DangerKind.COLLAPSE].words
    assert agent[2:4] == [FIRST, instruction]
    assert (await heard(phone))[2:4] == [FIRST, instruction]
    (alarm,) = (await phone.scene.record()).alarms
    assert (alarm.danger, alarm.noticed_by) == (DangerKind.COLLAPSE, (Observer.LANGUAGE_MODEL,))
    assert REST not in phone.speech.spoken


@virtual_time
async def test_turn_by_turn_nothing_of_an_answer_is_said_that_breaks_off() -> None:
    scene = Scene(language_model=ScriptedLanguageModel(f"{FIRST} {REST}", breaks_after=6))
    await scene.ring()
    reply = await scene.say(QUESTION)
    assert reply.prompts[0].text == scene.wording.unknown_answer


MODELS = st.builds(
    lambda text, delay, piece, opinion, breaks, danger: ScriptedLanguageModel(
        text,
        delay=delay,
        piece_delay=piece,
        opinion_delay=opinion,
        breaks_after=breaks,
        structured=DANGER if danger else {},
    ),
    st.sampled_from(
        (f"{FIRST} {REST}", f"{FIRST} 내일 십만 원을 드릴게요. {REST}", "어때요? 저는 몰라요. 정말 모릅니다.", REST)
    ),
    st.sampled_from((0.1, 0.6, 2.0)),
    st.sampled_from((0.0, 0.1, 0.5)),
    st.sampled_from((0.3, 1.0, 1.9, 5.0)),
    st.sampled_from((None, None, 1, 5, 8)),
    st.booleans(),
)
ASKED: list[Deed] = [("listen", None, 0.0), ("say", QUESTION, 0.8)]


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


@settings(max_examples=20, deadline=None)
@given(MODELS, st.lists(st.sampled_from((0.1, 0.7, 1.6)), max_size=3))
def test_nothing_sounds_that_is_not_written(model: ScriptedLanguageModel, pauses: list[float]) -> None:
    @virtual_time
    async def run() -> None:
        phone = await asked(model)
        async with phone.call():
            await ask(phone)
            for pause in pauses:
                await asyncio.sleep(pause)
                written = " ".join(turn.text for turn in await phone.scene.turns() if turn.speaker is Speaker.AGENT)
                fillers = phone.scene.wording.filler
                assert all(sentence in f"{written} {fillers}" for sentence in phone.speech.spoken)
                await phone.say("잠깐만요", 0.6)
            await phone.agent_is_done()
        await asyncio.sleep(60)  # what the call has left behind comes to its end
        assert phone.ending is not Ending.FALL_BACK

    run()
