"""Whole calls as streams, over fakes and in virtual time."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.call.turn_record import Transcript
from orchestrator.dialogue.ports.streams import ExpectedStream
from orchestrator.dialogue.spoken_sentences import sentences
from orchestrator.dialogue.stream.events import CalleeEvent, Ending
from orchestrator.dialogue.stream.live_speaking import LiveSpeaking
from orchestrator.domain.errors import StreamNotExpected
from orchestrator.domain.outcome import RecordingConsent
from orchestrator.domain.turn import HandOver, HangUp, Listen, OpenStream, Reply, Source, Speaker
from tests.fakes.institution import institution
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import SECONDS_A_CHARACTER, LivePhone
from tests.virtual_time import virtual_time


async def ringing() -> LivePhone:
    scene = Scene()
    await scene.start()
    return LivePhone(scene)


async def heard(phone: LivePhone) -> list[str]:
    """What the callee was proven to hear of the agent's turns."""
    record, turns = await phone.scene.store.transcript(phone.scene.id)
    transcript = Transcript(turns, record.heard_through, record.heard_parts)
    return [transcript.heard(turn) for turn in turns if turn.speaker is Speaker.AGENT]


async def said(phone: LivePhone) -> list[str]:
    return [turn.text for turn in await phone.scene.turns() if turn.speaker is Speaker.AGENT]


async def callee_said(phone: LivePhone) -> list[str]:
    return [turn.text for turn in await phone.scene.turns() if turn.speaker is Speaker.CALLEE]


async def nothing() -> AsyncGenerator[CalleeEvent]:
    for event in ():
        yield event


async def until_the_first_problem(phone: LivePhone) -> None:
    """Answers until the agent has begun to ask about the first known problem."""
    await phone.agent_is_done()
    await phone.say("네", 0.6)
    await phone.agent_is_done()
    await phone.say("네 맞아요", 0.8)
    await phone.agent_speaks()
    await asyncio.sleep(0.5)


@virtual_time
async def test_a_whole_consultation() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        while phone.ending is None:
            await phone.say("네", 0.6)
            await phone.agent_is_done()
    assert phone.ending is Ending.HANG_UP
    assert await phone.streams.answer(phone.scene.id, phone.scene.call_sid) == Reply((), HangUp())
    assert await heard(phone) == await said(phone)
    await phone.scene.hang_up()
    await phone.scene.finish()
    assert phone.cleared == 0


@virtual_time
async def test_what_is_cut_was_not_heard_and_the_answer_counts() -> None:
    phone = await ringing()
    async with phone.call():
        await until_the_first_problem(phone)
        await phone.say("네 아직도 밀려 있어요", 1.5)
        await phone.agent_is_done()
        assert phone.cleared == 1
    agent, known = await said(phone), await heard(phone)
    assert known[3] == ""
    assert agent[3].startswith("지난번에 난방비가")
    assert agent[4].startswith("네, 아직 힘드시군요.")
    assert all(text.startswith(part) for text, part in zip(agent, known, strict=True))


@virtual_time
async def test_a_cough_makes_the_agent_hold_and_go_on_where_it_was_cut() -> None:
    phone = await ringing()
    async with phone.call():
        await until_the_first_problem(phone)
        await phone.say("", 0.6)
        for _ in range(80):
            await asyncio.sleep(0.1)
            await phone.assert_truthful()
        assert phone.cleared == 1
        assert phone.speech.spoken.count("지난번에 난방비가 밀려 있다고 하셨어요.") == 2
    assert await callee_said(phone) == ["네", "네 맞아요"]


@virtual_time
async def test_nobody_interrupts_the_ai_notice() -> None:
    phone = await ringing()
    async with phone.call():
        await asyncio.sleep(1)
        await phone.say("누구세요", 1.0)
        await phone.agent_is_done()
    assert (await heard(phone))[0] == (await said(phone))[0]


@virtual_time
async def test_silence_is_waited_for_and_asked_again() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        await phone.agent_is_done()
    assert [turn.source for turn in await phone.scene.turns()][2] is Source.SILENCE


@virtual_time
async def test_what_is_said_after_a_pause_belongs_to_the_same_turn() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        await phone.say("그게", 0.4)
        await asyncio.sleep(1.0)
        await phone.say("지금은 괜찮아요", 0.8)
        await phone.agent_is_done()
    assert await callee_said(phone) == ["그게 지금은 괜찮아요"]


@virtual_time
async def test_a_stream_that_breaks_goes_on_in_another_without_saying_again_what_was_heard() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_speaks()
        await asyncio.sleep(4.0)
    before = await heard(phone)
    assert before[0]
    assert before[0] != (await said(phone))[0]
    spoken = len(phone.speech.spoken)
    phone.streams = phone.replica()
    async with phone.call():
        await phone.agent_is_done()
        assert (await said(phone))[0].startswith(f"{before[0]} {phone.speech.spoken[spoken]}")
        await phone.say("네", 0.6)
        await phone.agent_is_done()
    assert (await heard(phone))[:2] == (await said(phone))[:2]


@virtual_time
async def test_a_stream_in_which_nothing_is_ever_heard_is_not_tried_again() -> None:
    phone = await ringing()
    phone.drops_marks = True
    async with phone.call():
        await asyncio.sleep(1)
    reply = await phone.streams.answer(phone.scene.id, phone.scene.call_sid)
    assert isinstance(reply, Reply)
    assert isinstance(reply.next, Listen)
    assert all(prompt.audio_token for prompt in reply.prompts)


@virtual_time
async def test_without_a_voice_the_call_goes_on_turn_by_turn() -> None:
    phone = await ringing()
    phone.speech.broken = True
    async with phone.call():
        await phone.over()
    assert phone.ending is Ending.FALL_BACK
    assert isinstance(await phone.streams.answer(phone.scene.id, phone.scene.call_sid), Reply)


@virtual_time
async def test_without_a_recogniser_the_call_goes_on_turn_by_turn() -> None:
    phone = await ringing()
    async with phone.call():
        for _ in range(2):
            await phone.agent_is_done()
            await phone.say(None, 0.6)
        await phone.over()
    assert phone.ending is Ending.FALL_BACK
    assert (await phone.scene.record()).turn_by_turn


@virtual_time
async def test_lost_marks_do_not_stop_the_call() -> None:
    phone = await ringing()
    async with phone.call():
        phone.drops_marks = True
        await phone.agent_is_done()
        await asyncio.sleep(5)
        await phone.say("네", 0.6)
        await phone.agent_is_done()
    assert await callee_said(phone) == ["네"]
    assert (await heard(phone))[:2] == ["", ""]


@virtual_time
async def test_a_token_is_good_once() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_speaks()
        assert isinstance(phone.answer, OpenStream)
        call = ExpectedStream(phone.scene.id, phone.scene.call_sid)
        with pytest.raises(StreamNotExpected):
            await anext(phone.streams.run(call, phone.answer.token, nothing()))


@virtual_time
async def test_keys_that_are_asked_for() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        phone.press("1")
        await phone.agent_is_done()
    assert await callee_said(phone) == ["1"]


@virtual_time
async def test_a_process_that_is_full_lets_calls_go_turn_by_turn() -> None:
    phone = await ringing()
    streams = phone.replica(most=0)
    assert isinstance(await streams.answer(phone.scene.id, phone.scene.call_sid), Reply)


@virtual_time
async def test_a_process_that_stops_hands_its_streams_on() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_speaks()
        await asyncio.sleep(4)
        phone.streams.drain()
        await phone.over()
    assert phone.ending is Ending.FALL_BACK
    other = phone.replica()
    assert isinstance(await other.answer(phone.scene.id, phone.scene.call_sid), OpenStream)


@virtual_time
async def test_a_callee_in_danger_hears_what_to_do_and_is_put_through() -> None:
    scene = Scene(duty_phone="+821033334444")
    await scene.start()
    phone = LivePhone(scene)
    async with phone.call():
        await phone.agent_is_done()
        await phone.say("숨을 못 쉬겠어요", 1.2)
        await phone.agent_speaks()
        await asyncio.sleep(0.5)
        await phone.say("네 네 알았어요", 1.5)
        await phone.over()
    assert phone.ending is Ending.FALL_BACK
    assert phone.cleared == 0
    reply = await phone.streams.answer(scene.id, scene.call_sid)
    assert isinstance(reply, Reply)
    assert (reply.prompts, isinstance(reply.next, HandOver)) == ((), True)
    assert "일일구" in " ".join(await heard(phone))


@virtual_time
async def test_who_goes_on_while_the_agent_thinks_is_heard_out() -> None:
    model = ScriptedLanguageModel("네, 화요일에 열어요.", delay=2.0)
    scene = Scene(language_model=model)
    await scene.start()
    phone = LivePhone(scene)
    async with phone.call():
        await phone.agent_is_done()
        await phone.say("복지관은 언제 열어요?", 1.2)
        await asyncio.sleep(0.7)
        await phone.say("아니 경로당이요", 0.4)
        await phone.agent_is_done()
        await phone.agent_is_done()
    assert (await callee_said(phone))[0] == "복지관은 언제 열어요? 아니 경로당이요"


@virtual_time
async def test_a_filler_comes_where_an_answer_takes_long_and_the_answer_after_it() -> None:
    model = ScriptedLanguageModel("네, 화요일에 열어요.", delay=4.0)
    scene = Scene(language_model=model)
    await scene.start()
    phone = LivePhone(scene)
    async with phone.call():
        await phone.agent_is_done()
        await phone.say("복지관은 언제 열어요?", 1.2)
        await phone.agent_is_done()
        await phone.agent_is_done()
        await phone.assert_truthful()
    agent = await said(phone)
    assert agent[2] == scene.wording.filler
    assert (await heard(phone))[2:4] == ["", agent[3]]


@virtual_time
async def test_what_is_said_after_the_filler_is_taken_after_the_answer() -> None:
    scene = Scene(language_model=ScriptedLanguageModel("네, 화요일에 열어요.", delay=4.0))
    await scene.start()
    phone = LivePhone(scene)
    async with phone.call():
        await phone.agent_is_done()
        await phone.say("복지관은 언제 열어요?", 1.2)
        await phone.agent_is_done()
        await phone.say("네 괜찮아요", 0.8)
        await asyncio.sleep(12)
    assert (await callee_said(phone))[:2] == ["복지관은 언제 열어요?", "네 괜찮아요"]


@virtual_time
async def test_what_may_be_said_next_is_spoken_for_all_calls_but_for_the_name() -> None:
    phone = await ringing()
    speaking = LiveSpeaking(phone.speech)
    person = (await phone.scene.store.load(phone.scene.id))[0].person
    await speaking.ahead(phone.scene.id, person, [f"{person.name} 님이 맞으세요? 네, 고맙습니다."], Budget(1.0))
    assert phone.speech.prepared == {f"{person.name} 님이 맞으세요?": False, "네, 고맙습니다.": True}


@virtual_time
async def test_what_names_a_person_goes_with_the_stream() -> None:
    phone = await ringing()
    async with phone.call():
        await phone.agent_is_done()
        assert phone.speech.forgotten == []
    assert phone.speech.forgotten == [(await phone.scene.store.load(phone.scene.id))[0].person.name]


@pytest.mark.parametrize(
    ("words", "consent"),
    [("네 녹음하셔도 돼요", RecordingConsent.UNKNOWN), ("아니요 싫어요", RecordingConsent.REFUSED)],
)
@virtual_time
async def test_who_cuts_the_question_for_consent_has_not_agreed(words: str, consent: RecordingConsent) -> None:
    scene = Scene(institution=institution())
    await scene.start()
    phone = LivePhone(scene)
    async with phone.call():
        await asyncio.sleep(1)
        before = [sentence for turn in await scene.turns() for sentence in sentences(turn.text)]
        await asyncio.sleep(sum(map(len, before[:-1])) * SECONDS_A_CHARACTER - 0.5)
        await phone.say(words, 0.9)
        await phone.agent_is_done()
        assert phone.cleared == 1
        assert (await scene.record()).progress.consent is consent
        if consent is RecordingConsent.UNKNOWN:
            await phone.say("네 좋습니다", 0.9)
            await phone.agent_is_done()
            assert (await scene.record()).progress.consent is RecordingConsent.GIVEN
