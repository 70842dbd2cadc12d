"""The deterministic floor: what must be noticed with every model down, and what must not be taken for danger."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.danger import looks_alike, on_screen, read_danger
from orchestrator.domain.danger import DangerKind

DANGERS = {
    DangerKind.SELF_HARM: [
        "죽고 싶어요",
        "주꼬 시퍼요 진짜로",
        "네 밥은 먹었어요 근데 죽고 싶어요",
        "수면제를 모아 놨어요 오늘 다 먹으려고",
        "번개탄 사 왔어요",
        "더 살기 싫어유",
        "옥상에서 뛰어내리려고요",
        "이제 그만 갈라고 끈도 사다 놨어요",
    ],
    DangerKind.VIOLENCE: [
        "아들이 때려요",
        "누가 문을 부수고 있어요",
        "남편한테 맨날 맞고 살아요",
        "손자가 칼을 들고 협박해요",
        "방에 가둬 놓고 밥을 안 줘요",
        "목을 졸랐어요",
    ],
    DangerKind.COLLAPSE: [
        "남편이 쓰러졌어요",
        "가슴을 쥐어짜듯이 아파요",
        "넘어져서 못 일어나겠어요",
        "갑자기 한쪽 팔에 힘이 하나도 없어요",
        "피가 안 멎어요",
        "집사람이 흔들어도 안 일어나요",
        "코피가 두 시간째 안 멎어요",
        "드라마 보다가 쓰러졌어요",
        "텔레비전 보다가 쓰러졌어요",
    ],
    DangerKind.BREATHING: ["숨을 못 쉬겠어요", "숨이 막혀요", "숨이 안 쉬어진당께", "떡이 목에 걸려서 숨을 못 쉬어요"],
    DangerKind.STARVATION_COLD: [
        "며칠째 아무것도 못 먹었어요",
        "쌀이 떨어져서 굶고 있어요",
        "보일러가 끊겨서 얼어 죽겠어요",
        "사흘을 굶었심더",
    ],
    DangerKind.FIRE: [
        "불이 났어요",
        "방에 연기가 차요",
        "부엌이 뿌옇고 탄내가 나요",
        "가스 냄새가 나요",
        "이불에 불이 붙었어요",
        "집이 타고 있어요",
    ],
}
HARMLESS = [
    "배고파 죽겠네",
    "더워 죽겠어",
    "좋아 죽겠어 우리 손주",
    "힘들어 죽겠어요 그래도 뭐",
    "죽 쒀 먹었어요",
    "늙으면 죽어야지 뭐",
    "작년에 쓰러졌었는데 지금은 괜찮아요",
    "옛날에는 남편이 때렸는데 지금은 혼자 편히 살아요",
    "뉴스에서 불났다고 하대",
    "테레비에서 아들이 어미를 때렸다고 나오더라",
    "옆집에 도둑이 들었대요",
    "죽고 싶은 생각은 없어요",
    "숨차지는 않아요",
    "때리지는 않아요",
    "불 켜져 있어요",
    "가슴이 뿌듯해요",
    "약은 잘 모아 놨어요 달력에",
    "입맛이 없어서 조금 먹었어요",
    "숨이 차서 천천히 걸어요",
    "혼자 살아요",
    "주사 맞고 왔어요",
    "동사무소 직원이 왔어요",
    "불날까 봐 가스는 꼭 잠가요",
    "담배 연기가 싫어요",
    "벼가 다 쓰러졌어요",
    "더 할 말 없어요",
    # What runs together once the spaces are gone.
    "이불이야 뭐 장롱에 꽉 찼어요",
    "글씨가 두 개로 보여요",
    "눈이 뿌예서 하나도 못 읽어요",
    "어딘가 뒀는데 찾아봐야 알아요",
    "옆 동 사는 조카가 태워 줘요",
    "내 손으로 끓여 먹지 누가 챙기노",
    "화장실 자주 갈까 봐 일부러 안 마셔요",
    "뭘 먹어도 꿀떡꿀떡 넘어가요",
    "커피를 너무 많이 마셔요",
    "수술이 다음 달로 연기됐어요",
    "가습기 절대 끄지 마요",
    "거실 신경 쓰지 마요",
    # What is about to be done, and no more.
    "다음 주나 돼야 갈라고",
    "병원은 내일 가기로 했어요",
    "옷장 좀 정리하려고요",
    # What is taken back.
    "죽고 싶다거나 그런 건 아니고",
    "때리긴 누가 때려 우리 아들은 순둥이여",
    "쌀을 포대로 부쳐 줘서 굶을 일은 없어요",
    "캄캄해서 손으로 더듬어 다녀요",
    "링거 맞고 있어요",
    "",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in DANGERS.items() for text in texts])
def test_danger_is_noticed(kind: DangerKind, text: str) -> None:
    assert read_danger(text).kind is kind


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_are_no_danger(text: str) -> None:
    assert read_danger(text).kind is None


@pytest.mark.parametrize(("kind", "text"), [(kind, texts[0]) for kind, texts in DANGERS.items()])
def test_it_is_noticed_beside_whatever_else_is_said(kind: DangerKind, text: str) -> None:
    for harmless in HARMLESS:
        assert read_danger(f"{harmless} 근데 {text}").kind is kind, harmless


def test_a_sign_that_is_taken_back_is_known() -> None:
    assert read_danger("죽고 싶은 생각은 없어요").taken_back
    assert not read_danger("밥 먹었어요").taken_back


@given(st.text(max_size=60))
def test_whatever_is_said_is_read(text: str) -> None:
    read_danger(text)


@pytest.mark.parametrize("piece", ["불", "죽고 ", "숨이 안 ", "때리 ", "요 "])
def test_a_long_monologue_costs_no_time(piece: str) -> None:
    started = time.perf_counter()
    read_danger(piece * (3000 // len(piece)))
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    "text",
    [
        "주인이 다음 달까지 집을 비우래요",
        "집주인이 나가라고 해요",
        "방 빼라고 성화야",
        "드라마 주인공이 칼에 찔려서 쓰러졌어요",
        "지금 연속극에서 며느리가 시어머니를 때리네요",
    ],
)
def test_what_only_sounds_like_danger_is_known(text: str) -> None:
    assert looks_alike(text)


@pytest.mark.parametrize(
    "text",
    [
        "집주인이 방 안 빼면 죽인다고 해요",
        "주인이 방을 빼라고 문을 발로 차요",
        "집에서 나가라고 나를 끌어내요",
        "드라마에서처럼 남편이 나를 때려요",
        "영화에서 본 것처럼 하고 싶어요",
        "아들이 때려요",
    ],
)
def test_what_may_be_danger_only_sounds_like_nothing(text: str) -> None:
    assert not looks_alike(text)


def test_what_is_on_television_is_no_answer_unless_one_asks_for_it() -> None:
    assert on_screen("텔레비전에서 가수가 노래를 참 잘하네요")
    assert not on_screen("텔레비전을 보고 있어요")
    assert not on_screen("네, 따뜻해요. 뉴스에서 불났다고 하대요")
