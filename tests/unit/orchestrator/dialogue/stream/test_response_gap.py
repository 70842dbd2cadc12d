"""How soon a callee's question is answered by engines that take their time.

Final words come 350 ms after the end of speech, interim ones 150 ms behind; a language model's first token after
375 ms, each of the next 25 ms later; the first audio of any text after 100 ms.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import pytest

from orchestrator.dialogue.ports.speech import Final, Interim
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene
from tests.unit.orchestrator.dialogue.stream.live_phone import SILENCE, LivePhone, Recogniser, Speech
from tests.unit.orchestrator.dialogue.stream.test_live_calls_as_streams import heard, said
from tests.virtual_time import virtual_time

INTERIM, FINAL, FIRST_TOKEN, TOKEN, FIRST_AUDIO = 0.15, 0.35, 0.375, 0.025, 0.1
LETTERS_A_TOKEN = 2
OPENER_AFTER = 0.1
# Seconds that a callee hears nothing, from the end of their question on.
BAR = 0.885

FIRST, REST = "노래 교실 시간은 저도 잘 알지 못해요.", "담당자에게 꼭 전해 드릴게요."
QUESTIONS = ["언제 와요?", "김치는 어떻게 담가요?", "복지관에서 하는 노래 교실은 언제 시작해요?"]


class Behind(Recogniser):
    """Has all words some time after the end of speech, and is sure of them later."""

    async def recognize(self, audio: AsyncIterator[bytes], *, timeout: float) -> AsyncGenerator[Interim | Final, None]:
        text = self.words.pop(0) or ""
        async for piece in audio:
            if piece.endswith(SILENCE):
                break
        await asyncio.sleep(INTERIM)
        yield Interim(text)
        await asyncio.sleep(FINAL - INTERIM)
        yield Final(text, 0.9)


class Ahead(Speech):
    """Has begun to speak what it was told of before."""

    def __init__(self, *at_hand: str) -> None:
        super().__init__()
        self._first_audio_at = dict.fromkeys(at_hand, 0.0)

    def prepare(self, sentences: Sequence[str], *, keep: bool) -> None:
        super().prepare(sentences, keep=keep)
        for sentence in sentences:
            self._first_audio_at.setdefault(sentence, _now() + FIRST_AUDIO)

    async def speak(self, sentence: str, *, keep: bool) -> AsyncGenerator[bytes, None]:
        await asyncio.sleep(max(0.0, self._first_audio_at.get(sentence, _now() + FIRST_AUDIO) - _now()))
        async for piece in super().speak(sentence, keep=keep):
            yield piece


async def gap_after(question: str, *, opener_after: float | None, think_ahead: bool = True) -> tuple[LivePhone, float]:
    """Returns a call in which a question was answered, and the seconds until the agent was heard again."""
    model = ScriptedLanguageModel(f"{FIRST} {REST}", delay=FIRST_TOKEN, piece_delay=TOKEN, piece_length=LETTERS_A_TOKEN)
    scene = Scene(language_model=model)
    await scene.start()
    phone = LivePhone(scene, opener_after=opener_after)
    phone.recogniser, phone.speech = Behind(), Ahead(scene.wording.answer_opener)
    phone.streams = phone.replica(think_ahead=think_ahead)
    async with phone.call():
        await phone.agent_is_done()
        await phone.say(question, 1.2)
        ended = _now()
        await phone.agent_speaks()
        gap = _now() - ended
        phone.longest_pause = 0.0
        while REST not in phone.speech.spoken:
            await phone.agent_is_done()
    await phone.assert_truthful()
    return phone, gap


def _now() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("question", QUESTIONS)
@virtual_time
async def test_an_opened_answer_is_heard_in_time_and_goes_on_without_a_pause(question: str) -> None:
    phone, gap = await gap_after(question, opener_after=OPENER_AFTER)
    assert gap <= BAR
    assert phone.longest_pause <= 0.1
    agent = await said(phone)
    assert agent[2:5] == [phone.scene.wording.answer_opener, FIRST, REST]
    assert (await heard(phone))[3:] == agent[3:]


@virtual_time
async def test_words_that_wait_for_an_opener_to_end_are_spoken_meanwhile() -> None:
    phone, _ = await gap_after(QUESTIONS[0], opener_after=OPENER_AFTER, think_ahead=False)
    assert FIRST in phone.speech.prepared


@pytest.mark.parametrize("question", QUESTIONS)
@virtual_time
async def test_the_words_of_an_answer_come_no_later_than_the_engines_make_them(question: str) -> None:
    phone, gap = await gap_after(question, opener_after=None)
    tokens = len(FIRST) // LETTERS_A_TOKEN + 1  # the one after a sentence says that it is over
    engines = INTERIM + FIRST_TOKEN + TOKEN * tokens + FIRST_AUDIO
    assert gap <= engines + 0.12
    assert (await said(phone))[2] == FIRST
