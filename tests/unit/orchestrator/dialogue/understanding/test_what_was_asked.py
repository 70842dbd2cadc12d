"""The form of the agent's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.asked import Form, asked_by, asked_in
from orchestrator.domain.plan import Step, StepKind

FORMS = {
    Form.STATEMENT: [
        "",
        "안녕하세요. 행복복지센터의 인공지능 상담원입니다.",
        "통화 내용은 상담을 위해 기록됩니다.",
        "날이 추우니 따뜻하게 입으세요.",
        "건강하게 지내세요. 안녕히 계세요.",
    ],
    Form.YES_NO: [
        "식사는 잘 하고 계세요?",
        "어디 불편한 데 있으세요?",
        "혹시 누가 어르신을 괴롭히나요?",
        "생년월일이 1941년 5월 3일 맞으시죠?",
        "아직도 힘드신가요? 네, 아니요로 말씀해 주세요.",
    ],
    Form.OPEN: [
        "요즘 어떻게 지내세요?",
        "약은 언제 드세요?",
        "보호자 전화번호를 알려 주시겠어요?",
        "성함이 어떻게 되세요?",
    ],
    Form.EITHER_OR: ["혼자 사세요, 가족과 함께 사세요?", "오전이 좋으세요, 아니면 오후가 좋으세요?"],
    Form.HOW_MANY: [
        "하루에 몇 끼 드세요?",
        "연세가 어떻게 되세요?",
        "월세는 얼마예요?",
        "0에서 10까지 숫자로 말씀해 주세요.",
    ],
    Form.IDENTITY: ["홍길동 님 맞으신가요?", "혹시 홍길동 님 본인이신가요? 네, 아니요로 말씀해 주세요."],
    Form.BIRTH_DATE: ["생년월일을 말씀해 주세요.", "생년월일이 어떻게 되세요?"],
    Form.GOOD_TIME: ["지금 잠시 통화 괜찮으세요?", "지금 통화하셔도 될까요?"],
    Form.CONSENT: ["녹음해도 괜찮으세요?", "개인정보 이용에 동의하시나요?"],
    Form.OFFER_HUMAN: ["상담원과 연결해 드릴까요?", "사람 상담원과 이야기하고 싶으세요?"],
    Form.ANYTHING_ELSE: ["더 하고 싶은 말씀이 있으세요?", "그 밖에 또 있으세요?"],
    Form.KEYPAD: ["통화가 괜찮으시면 일 번, 아니면 이 번을 눌러 주세요."],
    Form.CALL_BACK: ["언제 다시 전화드리면 좋을까요?"],
}


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in FORMS.items() for text in texts])
def test_forms(form: Form, text: str) -> None:
    assert asked_in(text).form is form


@pytest.mark.parametrize(
    ("text", "trouble"), [("무릎이 아프세요?", True), ("무릎은 나아지셨어요?", False), ("잘 주무세요?", False)]
)
def test_whether_yes_would_mean_trouble(text: str, *, trouble: bool) -> None:
    assert asked_in(text).trouble is trouble


@pytest.mark.parametrize("kind", StepKind)
def test_every_step_asks_something(kind: StepKind) -> None:
    assert asked_by(Step(kind, "subject", "식사는 하셨어요?", ("식사는 하셨어요?",))).form is not Form.STATEMENT


@given(st.text(max_size=60))
def test_whatever_is_asked_has_a_form(text: str) -> None:
    assert asked_in(text).form in Form
