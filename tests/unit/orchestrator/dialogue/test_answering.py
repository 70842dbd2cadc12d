"""What is answered when the callee asks."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.answering import SUBJECT, CalleeQuestion, for_the_ear, stored_questions
from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.wording import Wording
from orchestrator.domain.errors import LanguageModelUnavailable
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion, Question
from orchestrator.domain.turn import Source
from tests.fakes.consultations import brief
from tests.fakes.language_model import ScriptedLanguageModel
from tests.unit.orchestrator.dialogue.scene import Scene, plain_brief
from tests.virtual_time import virtual_time

UNKNOWN = Wording().unknown_answer
SEED = Question(
    "복지관은 몇 시까지 하나요?",
    (
        ExpectedAnswer("저녁 여섯 시까지 해요."),
        ExpectedAnswer("다른 답"),
    ),
)


async def asking(text: str, model: ScriptedLanguageModel | None = None, **order: object) -> tuple[Scene, str, Source]:
    """A callee who asks something when the first question is open; what is answered, and by whom."""
    scene = Scene(language_model=model)
    await scene.ring(plain_brief(questions=(Question("집은 따뜻하세요?"),), **order), "네", "네")
    await scene.say(text)
    answer = (await scene.turns())[-2]
    assert answer.subject == SUBJECT
    assert scene.asked == "집은 따뜻하세요?", "the open question is asked again"
    return scene, answer.text, answer.source


@virtual_time
async def test_a_stored_question_is_answered_from_store_although_a_model_is_there() -> None:
    model = ScriptedLanguageModel()
    known = (FrequentQuestion("이거 돈 드나요?", "아니요, 무료예요."),)
    _, answer, source = await asking("이거 혹시 돈 드나요", model, frequent_questions=known)
    assert (answer, source) == ("아니요, 무료예요.", Source.STORED_ANSWER)
    assert model.asked == []


@virtual_time
async def test_a_question_of_the_list_is_a_stored_question_too() -> None:
    scene = Scene()
    await scene.ring(plain_brief(questions=(Question("집은 따뜻하세요?"), SEED)), "네", "네")
    await scene.say("복지관 몇 시까지 하나요")
    answer = (await scene.turns())[-2]
    assert (answer.text, answer.source) == ("저녁 여섯 시까지 해요.", Source.STORED_ANSWER)


@virtual_time
async def test_asking_the_open_question_back_is_not_answered_by_its_expected_answer() -> None:
    scene = Scene()
    await scene.ring(plain_brief(questions=(SEED,)), "네", "네")
    await scene.say("복지관이 몇 시까지 하나요 그걸 왜 저한테 물어보세요?")
    assert "저녁 여섯 시" not in " ".join(text for _, text in await scene.transcript())


@pytest.mark.parametrize(
    ("model", "answer", "source"),
    [
        (ScriptedLanguageModel("네, 다음 주에 가요."), "네, 다음 주에 가요.", Source.LANGUAGE_MODEL),
        (ScriptedLanguageModel(LanguageModelUnavailable()), UNKNOWN, Source.BUILT_IN),
        (ScriptedLanguageModel("네, 다음 주에", breaks_after=1), UNKNOWN, Source.BUILT_IN),
        (ScriptedLanguageModel(" **\n"), UNKNOWN, Source.BUILT_IN),
        (ScriptedLanguageModel("늦었어요.", delay=7), UNKNOWN, Source.BUILT_IN),
        (None, UNKNOWN, Source.BUILT_IN),
    ],
)
@virtual_time
async def test_what_nobody_stored(model: ScriptedLanguageModel | None, answer: str, source: Source) -> None:
    scene, *answered = await asking("선생님은 언제 오세요", model)
    assert answered == [answer, source]
    timing = (await scene.turns())[-2].timings.language_model
    assert (timing is None) == (model is None)


@virtual_time
async def test_a_model_is_told_the_facts_and_the_talk_so_far_as_data() -> None:
    model = ScriptedLanguageModel()
    known = (FrequentQuestion("주차되나요?", "안 돼요."),)
    scene, *_ = await asking("선생님은 언제 오세요", model, frequent_questions=known)
    system, user = model.asked[0]
    assert '{"질문": "주차되나요?", "답": "안 돼요."}' in system.content
    data = json.loads(user.content)
    assert data["질문"] == "선생님은 언제 오세요"
    assert data["대화"][-1] == "상담원: 집은 따뜻하세요?"
    assert all(brief().person.phone not in message.content for message in (system, user))
    assert scene.failures == []


@virtual_time
async def test_a_model_that_is_left_is_closed() -> None:
    model = ScriptedLanguageModel("네, 가요.", delay=5)
    scene = Scene(language_model=model)
    await scene.ring(plain_brief(), "네")
    webhook = asyncio.create_task(scene.take(scene.recording("선생님은 언제 오세요")))
    await asyncio.sleep(1)
    await scene.background.close()
    await asyncio.gather(webhook, return_exceptions=True)
    assert model.cancelled == 1


@virtual_time
async def test_many_stored_questions_are_indexed_beside_the_loop_and_once() -> None:
    known = tuple(FrequentQuestion(f"물음 {number}번은 어디에서 하나요?", f"{number}") for number in range(600))
    scene, answer, source = await asking("물음 577번은 어디에서 하나요", None, frequent_questions=known)
    assert (answer, source) == ("577", Source.STORED_ANSWER)
    await scene.say("물음 5번은 어디에서 하나요")
    assert (await scene.turns())[-2].text == "5"


@virtual_time
async def test_of_very_many_facts_a_model_is_told_those_that_fit() -> None:
    model = ScriptedLanguageModel()
    known = (
        *(FrequentQuestion(f"{number}번 창구", "일 층") for number in range(300)),
        FrequentQuestion("휠체어를 집까지 가져다주는 업체의 이름과 전화번호", "있어요"),
    )
    await asking(
        "어머니가 쓰실 휠체어 같은 것도 혹시 거기서 며칠만 빌려 쓸 수 있을까요", model, frequent_questions=known
    )
    system = model.asked[0][0].content
    assert "휠체어" in system
    assert len(system) < 5000


@virtual_time
async def test_only_so_many_indexes_are_kept() -> None:
    scene = Scene()
    answering = scene.calls._parts.answering
    question = CalleeQuestion("이거 돈 드나요", "", ())
    for number in range(300):
        await answering.answer(str(number), brief(), question, Budget(1))
    assert len(answering._indexes) == 256
    assert "299" in answering._indexes


def test_stored_questions_are_the_known_and_those_with_an_answer() -> None:
    order = replace(brief(), questions=(Question("답이 없어요?"), SEED))
    assert stored_questions(order) == (
        FrequentQuestion("이거 돈 드나요?", "아니요, 무료예요."),
        FrequentQuestion(SEED.text, "저녁 여섯 시까지 해요."),
    )


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("", ""),
        ("  네,\n 그래요. ", "네, 그래요."),
        ("**굵게** `코드` # 제목", "굵게 코드 제목"),
        ("한 문장. " + "가" * 150 + ". 끝.", "한 문장."),
        ("가" * 400 + ".", "가" * 300),
    ],
)
def test_words_for_the_ear(text: str, spoken: str) -> None:
    assert for_the_ear(text) == spoken


@given(st.text())
def test_words_for_the_ear_are_bounded_and_plain(text: str) -> None:
    spoken = for_the_ear(text)
    assert len(spoken) <= 300
    assert not set(spoken) & set("*_#`>[]{}|\n")
    assert spoken == spoken.strip()
