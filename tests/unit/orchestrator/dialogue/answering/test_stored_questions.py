"""Which stored question is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.dialogue.answering import stored_questions as module
from orchestrator.dialogue.answering.question_likeness import QuestionIndex
from orchestrator.dialogue.answering.stored_questions import StoredQuestions, encoded, stored_questions
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.domain.question import ExpectedAnswer, FrequentQuestion, Question
from tests.fakes.consultations import brief
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder
from tests.virtual_time import run

STORED = tuple(
    FrequentQuestion(question, answer)
    for question, answer in (
        ("이 통화는 녹음되나요?", "녹음해도 된다고 하신 때에만 녹음해요."),
        ("제 전화번호를 어떻게 아셨어요?", "복지관에 등록된 번호예요."),
        ("요금이 드나요?", "무료예요."),
        ("도시락은 언제 오나요?", "열한 시 반에 와요."),
        ("방문을 그만 받고 싶으면 어떻게 하나요?", "말씀만 하시면 돼요."),
        ("신청할 때 어떤 서류가 필요한가요?", "신분증만 가져오세요."),
    )
)


@pytest.mark.parametrize("with_vectors", [False, True])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("이 통화 녹음되나요", 0),
        ("내 번호는 어디서 알았어요", 1),
        ("이거 공짜예요", 2),
        ("도시락 몇 시에 와요", 3),
        ("이제 안 와도 되는데 그만 받으려면 어떡해요", 4),
        ("뭐 챙겨 가야 돼요 신분증 같은 거", 5),
    ],
)
async def test_a_question_in_other_words_is_found(text: str, place: int, *, with_vectors: bool) -> None:
    sentences = Sentences(ScriptedSentenceEncoder()) if with_vectors else None
    found = await StoredQuestions(sentences).best(STORED, text)
    assert found is not None
    assert found.index == place


async def test_what_is_stored_word_for_word_is_certain() -> None:
    for entry in STORED:
        found = await StoredQuestions(None).best(STORED, entry.question)
        assert found is not None
        assert STORED[found.index] == entry
        assert found.alike


async def test_something_else_is_not_alike() -> None:
    found = await StoredQuestions(None).best(STORED, "감기에는 생강차가 좋아요")
    assert found is None or not found.alike


async def test_nothing_stored_finds_nothing() -> None:
    assert await StoredQuestions(Sentences(ScriptedSentenceEncoder())).best((), "누구세요") is None


def test_what_is_certain_is_alike() -> None:
    index = QuestionIndex(STORED)
    for text in ("녹음되나요", "도시락 언제 와요", "비가 오네요", "얼마예요"):
        found = index.best(text, None)
        assert found is not None
        assert found.alike or not found.certain


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(STORED), unique=True, max_size=6),
    st.text(max_size=20) | st.sampled_from(["녹음되나요", "도시락 언제 와요"]),
    st.sets(st.integers(0, 5)),
)
def test_what_is_not_meant_is_never_found(stored: list[FrequentQuestion], text: str, places: set[int]) -> None:
    without = {place for place in places if place < len(stored)}
    found = QuestionIndex(stored).best(text, None, without=without)
    if len(without) == len(stored):
        assert found is None
    else:
        assert found is not None
        assert found.index not in without
        assert 0 < found.score < 1
        assert 0 < found.clear <= 1


def test_of_very_many_the_right_one_is_looked_at() -> None:
    many = (*(FrequentQuestion(f"{number}번 창구는 어디인가요?", "") for number in range(2000)), *STORED)
    sentences = Sentences(ScriptedSentenceEncoder())
    meanings = run(encoded(sentences, many, timeout=60))
    assert meanings is not None
    vectors = run(sentences.vectors(["도시락은 언제 와요"]))
    assert vectors is not None
    for found in (
        QuestionIndex(many).best("도시락은 언제 와요", None),
        QuestionIndex(many, meanings).best("도시락은 언제 와요", vectors[0]),
    ):
        assert found is not None
        assert many[found.index].question == "도시락은 언제 오나요?"


async def test_only_so_many_sets_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_SETS", 3)
    questions = StoredQuestions(None)
    for number in range(5):
        await questions.of(str(number), replace(brief(), frequent_questions=(FrequentQuestion(str(number), ""),)))
    assert list(questions._of_consultations) == ["2", "3", "4"]
    assert len(questions._sets) == 3


async def test_consultations_of_one_institution_share_their_index() -> None:
    questions = StoredQuestions(None)
    order = replace(brief(), questions=(), frequent_questions=STORED)
    assert await questions.of("one", order) is await questions.of("other", replace(order, question_set_id="other"))


def test_stored_questions_are_the_known_ones_phrasing_by_phrasing_and_those_with_an_answer() -> None:
    seed = Question("복지관은 몇 시까지 하나요?", (ExpectedAnswer("저녁 여섯 시까지 해요."), ExpectedAnswer("다른 답")))
    known = (FrequentQuestion("누구세요? 어디세요?", "복지관이에요."), FrequentQuestion("주차 문의", "안 돼요."))
    order = replace(brief(), questions=(Question("답이 없어요?"), seed), frequent_questions=known)
    assert stored_questions(order) == (
        FrequentQuestion("누구세요?", "복지관이에요."),
        FrequentQuestion("어디세요?", "복지관이에요."),
        FrequentQuestion("주차 문의", "안 돼요."),
        FrequentQuestion(seed.text, "저녁 여섯 시까지 해요."),
    )
