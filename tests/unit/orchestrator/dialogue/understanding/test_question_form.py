"""What asks by its form alone, without a question mark."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.understanding.asked import asked_in
from orchestrator.dialogue.understanding.question_form import is_question, may_ask
from orchestrator.dialogue.understanding.rules import rule_intent
from orchestrator.dialogue.utterance import Intent

OFFER = "요양보호사 서비스를 받아 보시겠어요?"
ASKING = [
    "한 번 오면 얼마를 드려야 돼요",
    "그럼 나는 얼마 내면 돼요",
    "어떻게 하면 돼요",
    "받을라면 어디로 가야 되는데요",
    "무슨 서류를 떼야 해요",
    "그거 받으믄 매일 온당가요",
    "그거 하면 나라에서 돈을 깎는다던데 진짜예요",
    "양력으로 말해요 음력으로 말해요",
]
TELLING = [
    "누가 와야 돼요",
    "몇 번은 가야 돼요",
    "약을 먹어야 돼요",
    "얼마 있으면 돼요",
    "어디 가야 돼요",
    "어떻게 해야 할지 모르겠어요",
    "잘 지내요 정말이에요",
    "먹어요 잘 먹어요",
    "손으로 해요 기계로 하다가",
    "기다리면 된다던데요",
    "집은 따뜻하다니까요",
    "남편이랑 같이 사니까요",
]


@pytest.mark.parametrize("text", ASKING)
def test_an_interrogative_is_a_question_and_never_a_yes(text: str) -> None:
    assert is_question(text)
    assert rule_intent(text, asked_in(OFFER)) is Intent.QUESTION


@pytest.mark.parametrize("text", TELLING)
def test_what_only_resembles_a_question_is_none(text: str) -> None:
    assert not is_question(text)


def test_whatever_it_may_be_is_no_question() -> None:
    text = "아유 그럼요, 괜찮아요. 녹음을 하든지 뭘 하든지 나는 괜찮아요."
    assert not may_ask(text)
    assert rule_intent(text, asked_in("녹음해도 괜찮으세요?")) is Intent.YES
