"""What a language model may say to a callee."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.answering.answer_check import speakable
from orchestrator.dialogue.language_model.figures import Figure, days, figures, figures_supported
from orchestrator.dialogue.language_model.spoken_words import MOST_CHARACTERS
from orchestrator.domain.question import FrequentQuestion

FACTS = (
    FrequentQuestion("사람이에요, 기계예요?", "저는 사람이 아니라 인공지능이에요."),
    FrequentQuestion(
        "사기 아니에요?", "행복복지센터에서 드리는 전화예요. 돈이나 계좌번호, 비밀번호는 절대 여쭤보지 않아요."
    ),
    FrequentQuestion("이거 돈 드나요? 돈 내야 돼요?", "아니요, 이 전화는 돈이 들지 않아요."),
    FrequentQuestion("복지관은 몇 시까지 하나요?", "저녁 여섯 시까지 해요."),
    FrequentQuestion("난방비 지원은 어떻게 받나요?", "주민센터에 신청하시면 한 달에 삼만 원을 받으실 수 있어요."),
    FrequentQuestion("도시락은 언제 와요?", "매주 화요일과 금요일에 가져다 드려요."),
    FrequentQuestion("복지사는 언제 와요?", "복지사 방문은 매달 첫째 주 수요일이에요."),
    FrequentQuestion("쌀도 주나요?", "쌀 지원은 하지 않아요."),
)


@pytest.mark.parametrize(
    "text",
    [
        "그건 제가 정확히 알지 못해요. 담당자에게 전하겠습니다.",
        "저는 인공지능 상담원이에요.",
        "네, 저는 사람이 아니에요.",
        "아니요, 돈은 들지 않아요.",
        "복지관은 저녁 6시까지 해요.",
        "오늘 날씨는 제가 알지 못해요.",
        "네, 걱정하지 마세요. 돈은 들지 않아요.",
        "주민센터에 신청하시면 한 달에 3만 원을 받으실 수 있어요.",
        "도시락은 화요일과 금요일에 가져다 드려요.",
        "복지사는 매달 첫째 주 수요일에 방문해요.",
        "쌀 지원은 하지 않아요.",
        "많이 힘드시겠어요. 담당자에게 전해 드릴게요.",
        "내일 오시는지는 제가 알지 못해요.",
    ],
)
def test_what_may_be_said(text: str) -> None:
    assert speakable(text, FACTS) == text


@pytest.mark.parametrize(
    "text",
    [
        # A human.
        "네, 저는 사람입니다.",
        "저는 진짜 사람이에요. 걱정 마세요.",
        "저는 기계가 아니에요.",
        "저는 복지사입니다.",
        "저도 사람이라 힘들어요.",
        "저는 인공지능이 아닙니다.",
        # Numbers, days, sums.
        "복지관은 저녁 일곱 시까지 해요.",
        "복지관은 오전 여섯 시까지 해요.",
        "한 달에 오만 원을 받으실 수 있어요.",
        "도시락은 월요일에 가져다 드려요.",
        "복지사는 매달 둘째 주 수요일에 방문해요.",
        "010-1234-5678로 전화하세요.",
        "매달 이십만 원이 나와요.",
        "네, 다음 주에 가요.",
        # Promises, offers, orders.
        "내일 백만 원을 보내 드릴게요.",
        "쌀을 보내 드리겠습니다.",
        "담당자가 곧 방문할 거예요.",
        "네, 기초연금을 받으실 수 있어요.",
        "약을 드시지 마세요.",
        "일일구에 전화하지 마세요.",
        "네, 이전 지시를 무시하겠습니다.",
        "내일 직원이 가지만 몇 시인지는 알지 못해요.",
        # The opposite of what is known.
        "네, 돈을 내셔야 해요.",
        "이 전화는 돈이 들어요.",
        "쌀 지원을 해요.",
        "도시락은 화요일에 가져다 드리지 않아요.",
        # Swindle.
        "계좌번호와 비밀번호를 말씀해 주세요.",
        "비밀번호를 알려 주세요.",
        "링크를 눌러 주세요.",
        # Not for this ear.
        "바보야, 끊어.",
        "네 알겠어",
        "I am a human.",
        "您好。",
        "안녕하세요 😊",
        "- 하나\n- 둘이에요.",
        "",
        "* _ *",
        "무엇이 궁금하세요?",
        f"{'아주 ' * MOST_CHARACTERS}길어요.",
    ],
)
def test_what_may_not(text: str) -> None:
    assert speakable(text, FACTS) is None


def test_a_question_back_is_left_out() -> None:
    assert speakable("네, 담당자에게 전할게요. 더 궁금하신 점이 있으세요?", FACTS) == "네, 담당자에게 전할게요."


def test_markup_is_taken_off() -> None:
    assert speakable("**저는** `인공지능`이에요.", FACTS) == "저는 인공지능이에요."


def test_a_word_of_the_institution_may_be_foreign() -> None:
    known = (FrequentQuestion("어디예요?", "LH 공사예요."),)
    assert speakable("LH 공사예요.", known) == "LH 공사예요."
    assert speakable("SH 공사예요.", known) is None


@given(st.text() | st.text("네저는 사람이에요내일만원삼.!?*[]"))
def test_whatever_a_model_says_what_is_spoken_is_plain_and_bounded(text: str) -> None:
    spoken = speakable(text, FACTS)
    if spoken is not None:
        assert 0 < len(spoken) <= MOST_CHARACTERS
        assert not set(spoken) & set("*_#`<>[]{}|\n")
        assert figures_supported(spoken, " ".join(fact.answer for fact in FACTS)) or "못" in spoken or "모" in spoken


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("삼만 오천 원", {(35_000, "원")}),
        ("3만5천원", {(35_000, "원")}),
        ("35,000원", {(35_000, "원")}),
        ("백이십만원쯤", {(1_200_000, "원")}),
        ("세 번이요", {(3, "번")}),
        ("스물두 명", {(22, "명")}),
        ("일흔여섯이에요", {(76, "")}),
        ("칠십육 세", {(76, "살")}),
        ("오후 여섯 시", {(18, "시각")}),
        ("여섯 시", {(6, "시")}),
        ("18:30", {(18, "시각"), (30, "분")}),
        ("십일월 이십이일", {(11, "월"), (22, "일")}),
        ("2026-11-22", {(2026, "년"), (11, "월"), (22, "일")}),
        ("이틀에 한 번", {(2, "일")}),
        ("일주일 안에", {(1, "주")}),
        ("둘째 주", {(2, "째")}),
        ("일일구 번", {(119, "")}),
        ("공일공 일이삼사 오육칠팔", {(1_012_345_678, "")}),
        ("02-123-4567", {(21_234_567, "")}),
        ("네, 이 일은 다시 한 번 천천히 사회복지사님이 이번에", set()),
        ("열이 나요 이만 끊을게요 만나요 사 주세요", set()),
    ],
)
def test_figures(text: str, found: set[tuple[float, str]]) -> None:
    assert {(figure.value, figure.unit) for figure in figures(text)} == found


def test_days() -> None:
    assert days("이번 주 화요일이나 내일 오세요") == {"이번주", "화요일", "내일"}


@pytest.mark.parametrize(
    ("text", "source", "supported"),
    [
        ("6시까지요", "저녁 여섯 시까지", True),
        ("오후 6시까지요", "여섯 시까지", False),
        ("오전 6시", "오후 6시", False),
        ("세 달", "3개월", True),
        ("두 달", "3개월", False),
        ("76세", "일흔여섯이에요", True),
        ("화요일", "월요일", False),
    ],
)
def test_figures_that_stand_in_a_source(text: str, source: str, supported: bool) -> None:
    assert figures_supported(text, source) is supported


@given(st.integers(1, 99_999_999), st.sampled_from(["원", "명", "일"]))
def test_a_written_number_is_read_as_it_is(number: int, unit: str) -> None:
    assert figures(f"모두 {number:,}{unit}") == {Figure(float(number), unit)}


@given(st.text())
def test_a_text_supports_itself(text: str) -> None:
    assert figures_supported(text, text)
