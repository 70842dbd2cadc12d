"""What is answered when the callee asks."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from orchestrator.dialogue.answering.answering import Answering, CalleeQuestion
from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.move import CALLEE_QUESTION, Saying
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.domain.errors import EncoderUnavailable, LanguageModelUnavailable
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion, Question
from orchestrator.domain.turn import Source
from tests.fakes.consultations import NOON, brief
from tests.fakes.institution import institution
from tests.fakes.language_model import ScriptedLanguageModel
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder
from tests.virtual_time import virtual_time

WORDING = institution().wording
UNKNOWN = WORDING.unknown_answer
SEED = Question("복지관은 몇 시까지 하나요?", (ExpectedAnswer("저녁 여섯 시까지 해요."), ExpectedAnswer("다른 답")))
STORED = (
    FrequentQuestion("이거 돈 드나요?", "아니요, 무료예요."),
    FrequentQuestion("언제 방문하시나요?", "다음 주 화요일에 가요."),
    FrequentQuestion("도시락은 어떻게 신청하나요?", "복지관에 전화하시면 돼요."),
)


async def asking(
    text: str,
    model: ScriptedLanguageModel | None = None,
    *,
    stored: tuple[FrequentQuestion, ...] = STORED,
    questions: tuple[Question, ...] = (),
    open_question: str = "집은 따뜻하세요?",
    sentences: Sentences | None = None,
) -> Saying:
    """What is answered to a callee who asks something when a question is open."""
    order = replace(brief(), questions=questions, frequent_questions=stored)
    answering = Answering(WORDING, model, sentences)
    return await answering.answer("id", order, CalleeQuestion(text, open_question, (), NOON), Budget(20))


@virtual_time
async def test_a_stored_question_is_answered_from_store_although_a_model_is_there() -> None:
    model = ScriptedLanguageModel()
    answer = await asking("이거 혹시 돈 드나요", model)
    assert (answer.text, answer.source, answer.subject) == ("아니요, 무료예요.", Source.STORED_ANSWER, CALLEE_QUESTION)
    assert model.asked == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("오늘이 무슨 요일이에요?", "오늘은 십일월 이십이일 일요일이에요."),
        ("근데 오늘이 며칠이여", "오늘은 십일월 이십이일 일요일이에요."),
        ("지금 몇 시예요", "지금은 오후 두 시 됐어요."),
    ],
)
@virtual_time
async def test_the_day_and_the_time_are_told_and_not_guessed(text: str, told: str) -> None:
    model = ScriptedLanguageModel("오늘은 화요일이에요.")
    answer = await asking(text, model)
    assert (answer.text, answer.source) == (told, Source.BUILT_IN)
    assert model.asked == []


@pytest.mark.parametrize("text", ["도시락은 무슨 요일에 와요?", "복지관 몇 시까지 하나요", "오늘 며칠째 비가 와요?"])
@virtual_time
async def test_another_day_and_another_time_are_not_told(text: str) -> None:
    assert not (await asking(text)).text.startswith(("오늘은", "지금은"))


@virtual_time
async def test_a_question_of_the_list_is_a_stored_question_too() -> None:
    answer = await asking("복지관 몇 시까지 하나요", questions=(SEED,))
    assert (answer.text, answer.source) == ("저녁 여섯 시까지 해요.", Source.STORED_ANSWER)


@virtual_time
async def test_asking_the_open_question_back_is_not_answered_by_its_expected_answer() -> None:
    answer = await asking("복지관 몇 시까지 하나요", questions=(SEED,), open_question=SEED.text)
    assert "여섯 시" not in answer.text


@virtual_time
async def test_each_phrasing_of_a_question_finds_its_answer() -> None:
    stored = (FrequentQuestion("누구세요? 어디서 전화하는 거예요?", "복지관이에요."), *STORED)
    for text in ("누구세요", "어디서 전화하는 거예요"):
        assert "복지관이에요." in (await asking(text, stored=stored)).text


@virtual_time
async def test_an_answer_that_may_be_to_another_question_says_which() -> None:
    stored = (*STORED, FrequentQuestion("도시락값은 어떻게 내나요?", "안 내셔도 돼요."))
    answer = await asking("도시락은 돈을 어떻게 줘요", stored=stored)
    assert answer.text == "혹시 이걸 물으셨나요? 도시락은 어떻게 신청하나요? 복지관에 전화하시면 돼요."


@pytest.mark.parametrize("text", ["지금 사람이에요 기계예요", "로봇이에요", "진짜 사람 맞아요", "인공지능이에요?"])
@virtual_time
async def test_whether_a_machine_speaks_is_answered_truthfully(text: str) -> None:
    lie = (FrequentQuestion("사람이에요, 기계예요?", "네, 저는 상담원입니다."),)
    model = ScriptedLanguageModel("네, 저는 사람이에요.")
    for stored in ((), lie):
        answer = await asking(text, model, stored=stored)
        assert answer.text == WORDING.ai_answer
    assert model.asked == []


@virtual_time
async def test_the_institutions_own_truth_is_said_in_its_words() -> None:
    truth = (FrequentQuestion("사람이에요, 기계예요?", "저는 복지관의 인공지능이에요."),)
    assert "복지관의 인공지능" in (await asking("사람이에요 기계예요", stored=truth)).text


@pytest.mark.parametrize(
    ("model", "answer", "source"),
    [
        (
            ScriptedLanguageModel("그건 제가 정확히 알지 못해요."),
            "그건 제가 정확히 알지 못해요.",
            Source.LANGUAGE_MODEL,
        ),
        (ScriptedLanguageModel(LanguageModelUnavailable()), UNKNOWN, Source.BUILT_IN),
        (ScriptedLanguageModel("다음 주에", breaks_after=1), UNKNOWN, Source.BUILT_IN),
        (ScriptedLanguageModel(" **\n"), UNKNOWN, Source.BUILT_IN),
        (ScriptedLanguageModel("이번 달부터 매달 삼십만 원을 보내 드려요."), UNKNOWN, Source.BUILT_IN),
        (ScriptedLanguageModel("늦었어요.", delay=7), UNKNOWN, Source.BUILT_IN),
        (None, UNKNOWN, Source.BUILT_IN),
    ],
)
@virtual_time
async def test_what_nobody_stored(model: ScriptedLanguageModel | None, answer: str, source: Source) -> None:
    said = await asking("고등어가 요새 한 마리에 얼마나 해요", model)
    assert (said.text, said.source) == (answer, source)
    assert (said.language_model_ms is None) == (model is None)


@virtual_time
async def test_a_model_is_told_the_facts_as_data_and_not_who_is_called() -> None:
    model = ScriptedLanguageModel()
    await asking("고등어가 요새 한 마리에 얼마나 해요", model, stored=(FrequentQuestion("주차되나요?", "안 돼요."),))
    system, user = model.asked[0]
    assert '{"질문": "주차되나요?", "답": "안 돼요."}' in system.content
    assert json.loads(user.content)["질문"] == "고등어가 요새 한 마리에 얼마나 해요"
    assert all(brief().person.phone not in message.content for message in (system, user))


@virtual_time
async def test_of_very_many_facts_a_model_is_told_those_that_fit() -> None:
    model = ScriptedLanguageModel()
    wheelchair = FrequentQuestion("휠체어를 집까지 가져다주는 업체의 이름과 전화번호", "있어요")
    known = (*(FrequentQuestion(f"{number}번 창구", "일 층") for number in range(300)), wheelchair)
    await asking("어머니가 쓰실 휠체어 같은 것도 혹시 거기서 며칠만 빌려 쓸 수 있을까요", model, stored=known)
    system = model.asked[0][0].content
    assert "휠체어" in system
    assert system.count("창구") < 60


# Vectors.


class World:
    """Answering with an encoder, and what runs beside it."""

    def __init__(self, encoder: ScriptedSentenceEncoder) -> None:
        self.failures: list[BaseException] = []
        self.background = Background(lambda _, error: self.failures.append(error))
        self.answering = Answering(WORDING, None, Sentences(encoder), self.background)

    async def ask(self, text: str, consultation_id: str = "id") -> str:
        order = replace(brief(), questions=(), frequent_questions=STORED)
        return (
            await self.answering.answer(consultation_id, order, CalleeQuestion(text, "", (), NOON), Budget(20))
        ).text


@virtual_time
async def test_nobody_waits_for_the_vectors_of_an_index() -> None:
    loop = asyncio.get_running_loop()
    encoder = ScriptedSentenceEncoder(delay=0.1)
    world = World(encoder)
    assert await world.ask("이거 혹시 돈 드나요") == "아니요, 무료예요."
    assert loop.time() < 1, "the words alone answer meanwhile"
    await world.background.drain(60)
    made = len(encoder.encoded)
    assert await world.ask("이거 혹시 돈 드나요", "another call") == "아니요, 무료예요."
    assert len(encoder.encoded) == made, "the same questions are not encoded again"
    await world.background.close()
    assert world.failures == []


@virtual_time
async def test_an_encoder_that_does_not_answer_is_tried_again_later() -> None:
    encoder = ScriptedSentenceEncoder()
    world = World(encoder)
    encoder.error = EncoderUnavailable()
    assert await world.ask("이거 혹시 돈 드나요") == "아니요, 무료예요."
    await world.background.drain(60)
    encoder.error = None
    assert await world.ask("이거 혹시 돈 드나요") == "아니요, 무료예요."
    await world.background.drain(60)
    assert STORED[0].question in encoder.encoded
    await world.background.close()
