"""Callees who want a person, in their own words; and those who only speak of one."""

import pytest

from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.understanding.wishes import wish
from orchestrator.dialogue.utterance import Intent


@pytest.mark.parametrize(
    "text",
    [
        "상담원",
        "네 상담원이요",
        "아니 인간 상담사로 해 줘",
        "사람이 전화하라 그래",
        "담당자 보고 나한테 전화 좀 하라고 전해 줘",
        "면사무소 김 주사 좀 대 주소",
        "직원으로 넘겨 주세요",
        "시청으로 돌려 줘 봐",
        "종이 보내 봐야 못 읽어 직원 좀 보내 줘",
        "담당자랑 통화 가능한가요",
        "동사무소 직원하고 직접 통화하면 안 될까요",
        "이건 상담사하고 상의하고 싶어요",
        "복지사님 좀 만나고 싶어요",
        "진짜 사람 목소리가 듣고 싶네",
        "복지사한테 연락해 줘",
        "거기 직원 있나요",
        "직원이랑 말해 보고 결정할게 바꿔 줘요",
    ],
)
def test_a_person_is_wanted(text: str) -> None:
    assert wish(compact(text)) is Intent.WANT_HUMAN


@pytest.mark.parametrize(
    "text",
    [
        "복지사 선생님이 어제 왔다 갔어요",
        "의사 선생님하고 상의했어요",
        "의사가 전화하라고 해서 했어요",
        "동네 사람이랑 해요",
        "상담사하고 통화했어요 지난주에",
        "그런 사람하고 말 섞어 본 일이 없어",
        "아니요 상담원은 괜찮아요",
        "지금 오는 사람이 안 맞는데 딴 사람으로 해 줘",
        "직원이 와서 고쳐 줬어요",
        "시청해 주셔서 감사합니다",
        "딸한테 전화하라고 해 줘요",
    ],
)
def test_a_person_is_only_spoken_of(text: str) -> None:
    assert wish(compact(text)) is not Intent.WANT_HUMAN
