"""Who searches for words, weeps, or passes the phone on has neither answered nor refused."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.understanding.asked import asked_in
from orchestrator.dialogue.understanding.faltering import searches_for_words, weeps
from orchestrator.dialogue.understanding.rules import rule_intent
from orchestrator.dialogue.utterance import Intent

MEALS = "요즘 식사는 하루에 몇 번 하세요?"
NAME = "김순자 님 맞으신가요?"


@pytest.mark.parametrize("text", ["그... 저기... 뭐냐...", "음, 그게, 그...", "그 뭐더라, 그거...", "어 그러니까 그"])
def test_who_searches_for_words_has_said_nothing_yet(text: str) -> None:
    assert searches_for_words(text)
    assert rule_intent(text, asked_in(MEALS)) is Intent.NO_MATCH


@pytest.mark.parametrize("text", ["그... 세 번이요", "응 그래", "가만히 누워 있어요", "그 사람이요"])
def test_who_says_something_does_not_search(text: str) -> None:
    assert not searches_for_words(text)


@pytest.mark.parametrize("text", ["그거", "저기...", "음..."])
def test_one_word_alone_may_point_at_something(text: str) -> None:
    assert rule_intent(text, asked_in(MEALS)) is None


@pytest.mark.parametrize(
    "text", ["흑흑", "흑흑, 아이고.", "아이고, 미안해요. 눈물이 나서 말을 못 하겠어요.", "자꾸 눈물이 나네요"]
)
def test_who_weeps_refuses_nothing(text: str) -> None:
    assert weeps(text)
    assert rule_intent(text, asked_in(MEALS)) is Intent.NO_MATCH


@pytest.mark.parametrize(
    "text", ["영감 생각만 하면 눈물이 나요", "아이고 미안해요", "목이 메어서 밥을 못 먹겠어요", "흑염소를 먹어요"]
)
def test_who_tells_why_has_said_something(text: str) -> None:
    assert not weeps(text)


@pytest.mark.parametrize("asked", [MEALS, NAME])
@pytest.mark.parametrize(
    "text", ["잠깐만요, 어머니 바꿔 드릴게요", "간호사 선생님 바꿔 줄게요", "딸인데요 엄마 바꿔 드릴게요"]
)
def test_who_passes_the_phone_on_is_no_stranger_and_wants_nobody(text: str, asked: str) -> None:
    assert rule_intent(text, asked_in(asked)) is Intent.PHONE_HANDED_ON


@pytest.mark.parametrize("text", ["상담원 바꿔 주세요", "복지사 선생님 좀 바꿔 줘요", "담당자 바꿔 줄래요"])
def test_who_asks_for_a_person_passes_nothing_on(text: str) -> None:
    assert rule_intent(text, asked_in(MEALS)) is Intent.WANT_HUMAN


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("저는 요양보호사인데요, 제가 대신 말씀드릴게요", Intent.WRONG_PERSON),
        ("제가 옆에서 대신 대답할게요", Intent.WRONG_PERSON),
        ("밥 대신 떡을 먹어요", None),
    ],
)
def test_who_answers_for_another_says_so(text: str, intent: Intent | None) -> None:
    assert rule_intent(text, asked_in(MEALS)) is intent
