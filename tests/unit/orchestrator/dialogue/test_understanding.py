"""What callees mean, as a table: Korean as recognisers write it, mostly without punctuation."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.understanding.understand import understand
from orchestrator.dialogue.utterance import Intent, Utterance
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.question import ExpectedAnswer
from orchestrator.domain.turn import Source

# Said to every step: the same meaning whatever was asked.
EVERYWHERE = {
    Intent.WANT_HUMAN: [
        "상담원하고 얘기하고 싶어요",
        "사람이랑 통화할래요",
        "담당자 바꿔 주세요",
        "직원 좀 연결해 주세요",
        "복지사 선생님 좀 연결해 주세요",
        "사람하고 말하고 싶어",
    ],
    Intent.REPEAT_PLEASE: [
        "네?",
        "뭐라고요",
        "뭐라고 하셨어요?",
        "다시 한번 말씀해 주시겠어요",
        "다시 말해 봐요",
        "잘 안 들려요",
        "못 들었어요",
        "크게 좀 말해 주세요",
        "천천히 말씀해 주세요",
        "무슨 말인지 모르겠어요",
        "여보세요",
        "네 여보세요?",
    ],
    Intent.REFUSE_QUESTION: [
        "그건 말하기 싫어요",
        "대답하기 싫어요",
        "그건 비밀이에요",
        "그냥 넘어갑시다",
        "다음 질문이요",
        "몰라도 돼요",
    ],
    Intent.QUESTION: [
        "누구세요",
        "아니 누구신데요",
        "어디세요?",
        "어디서 전화하는 거예요",
        "왜 그러시는데요",
        "이거 돈 드나요",
        "이거 돈 내야 돼요",
        "무료예요?",
        "보이스피싱 아니에요",
        "사람이에요 기계예요",
        "진짜 사람이에요",
        "로봇이죠",
        "지금 녹음되는 거예요",
        "선생님은 언제 오세요",
        "얼마예요",
        "어떻게 신청해요",
        "쌀 좀 받을 수 있을까요",
        "쌀 좀 받을 수 있습니까",
        "그게 뭔가요",
        "몇 시까지 합니까",
    ],
}

# Ends the call wherever it is said before the last question; there, it is the answer "nothing more".
REFUSALS = [
    "전화하지 마세요",
    "전화 끊을게요",
    "이만 끊겠습니다",
    "끊어요",
    "이제 그만합시다",
    "상담 안 할래요",
    "통화하기 싫어요",
    "전화 그만 걸어요",
    "귀찮게 하지 마세요",
    "관심 없어요",
]

BY_STEP = {
    StepKind.GOOD_TIME: {
        Intent.YES: [
            "네",
            "예",
            "예 괜찮습니다",
            "네 말씀하세요",
            "말씀하세요",
            "어 괜찮아",
            "응 그래",
            "그럼요",
            "예예",
            "네네 좋아요",
        ],
        Intent.NO: [
            "아니요",
            "지금은 좀 곤란해요",
            "나중에 다시 전화 주세요",
            "지금 운전 중이에요",
            "이따가 하세요",
            "지금 바빠요",
            "바쁜데요",
            "지금 병원이에요",
            "지금은 안 돼요",
            "통화가 어려워요",
            "안 괜찮아요",
        ],
        Intent.WRONG_PERSON: ["그런 사람 없어요", "전화 잘못 거셨어요", "저는 딸인데요", "번호가 바뀌었어요"],
        Intent.UNSURE: ["글쎄요", "글쎄요."],
        Intent.NO_MATCH: ["음", "음...", "어... 저...", "아이고", "...", "홍시가 맛있어요"],
    },
    StepKind.IDENTITY: {
        Intent.YES: [
            "네 맞아요",
            "예 맞습니다",
            "맞는데요",
            "맞소",
            "그려",
            "접니다",
            "전데요",
            "응 나야",
            "본인입니다",
            "네 제가 홍길동이에요",
            "홍길동입니다",
            "홍 길동 이라고 합니다",
        ],
        Intent.NO: ["아니요", "아닙니다", "아니에요", "아녜요", "아뇨"],
        Intent.WRONG_PERSON: [
            "아닌데요",
            "저 그 사람 아니에요",
            "홍길동 아닌데요",
            "아들인데요",
            "남편입니다",
            "지금 안 계세요",
            "잘못 거셨어요",
            "번호 바뀐 것 같은데요",
        ],
        Intent.REFUSE_CALL: ["싫어요", "됐어요", "필요 없어요", "안 해요", "바빠요"],
        Intent.NO_MATCH: ["제가 왜요", "김철수입니다", "오늘 날씨가 좋네요"],
    },
    StepKind.PROBLEM: {
        Intent.YES: [
            "네",
            "예 아직도 그래요",
            "네 여전해요",
            "아직 못 냈어요",
            "아니요 아직 안 냈어요",
            "더 심해졌어요",
            "계속 아파요",
            "똑같아요",
            "그대로예요",
            "안 좋아요",
            "안 나았어요",
            "나아지지 않았어요",
            "좋아지지는 않았어요",
            "해결 안 됐어요",
            "해결되지 않았어요",
            "안 돼요",
            "못 해요",
            "별로 안 좋아요",
            "별로예요",
            "괜찮지 않아요",
            "힘들죠 뭐",
            "그렇지요",
            "돈이 들어서 병원에 못 가요",
            "병원에 안 갔어요",
        ],
        Intent.NO: [
            "아니요",
            "아니에요 이제 괜찮아요",
            "네 이제 괜찮아요",
            "네 괜찮아요",
            "지금은 괜찮습니다",
            "다 냈어요",
            "다 나았어요",
            "많이 좋아졌어요",
            "해결됐어요",
            "고쳤어요",
            "사람을 불러서 고쳤어요",
            "이제 안 아파요",
            "이젠 아프지 않아요",
            "이제 힘들지 않아요",
            "그렇지 않아요",
            "안 그래요",
            "없어졌어요",
            "없어요",
        ],
        Intent.UNSURE: ["글쎄요", "잘 모르겠어요", "그건 모르겠네요", "그저 그래요"],
        Intent.NO_MATCH: [
            "애들이 바빠서요",
            "자식들이 전화를 해요",
            "술을 끊었어요",
            "딸이에요",
            "열이 나요",
        ],
    },
    StepKind.HUMAN_WANTED: {
        Intent.YES: [
            "네",
            "네 그렇게 해 주세요",
            "그러면 좋겠어요",
            "연락 주세요",
            "통화하고 싶어요",
            "부탁드려요",
            "한번 받을게요",
        ],
        Intent.NO: [
            "아니요",
            "괜찮아요",
            "네 괜찮아요",
            "필요 없어요",
            "상담은 필요 없어요",
            "아직은 괜찮아요",
            "안 해도 돼요",
            "통화하고 싶지 않아요",
            "상담원하고 얘기하고 싶지 않아요",
            "연락하지 마세요",
            "됐어요",
            "다음에요",
        ],
    },
    StepKind.ANYTHING_ELSE: {
        Intent.YES: ["네", "있어요", "네 있어요"],
        Intent.NO: [
            "없어요",
            "아니요",
            "아니요 없어요",
            "네 없습니다",
            "아니요 괜찮습니다",
            "특별히 없어요",
            "별로 없어요",
            "할 말 없어요",
            "더 하고 싶은 말은 없어요",
            "됐어요",
            "네 고맙습니다",
            "수고하세요",
            "없어요 이만 끊을게요",
        ],
        Intent.ANSWER: [
            "쌀이 떨어졌어요",
            "아니 근데 요즘 허리가 아파요",
            "없는 살림이라 쌀 좀 보내 주세요",
            "특별히 허리가 아파요",
            "네 요즘 허리가 많이 아파요",
        ],
    },
    StepKind.QUESTION: {
        Intent.ANSWER: [
            "네 따뜻해요",
            "춥죠 뭐",
            "아들이 바빠서 안 와요",
            "자식들이 전화도 안 해요",
            "아무도 전화를 안 받아요",
            "통화는 안 하고 지내요",
            "아무도 나한테 관심 없어요",
            "담배 끊었어요",
            "전기가 끊어졌어요",
            "열이 나요",
            "기운이 안 나요",
            "언제부턴가 밥맛이 없어요",
            "언제 죽을지 몰라요",
            "어디 갈 데가 없어요",
            "얼마나 힘든지 몰라요",
            "돈을 많이 받아요",
            "이웃 사람이에요",
            "딸이에요",
            "무료 급식소에 가요",
            "보일러가 다시 말썽이에요",
        ],
        Intent.UNSURE: ["모르겠어요", "기억이 안 나요", "생각이 잘 안 나요"],
        Intent.REFUSE_QUESTION: ["대답하고 싶지 않습니다", "그 얘기는 하고 싶지 않아요"],
    },
}

TABLE = [
    *((text, kind, intent) for intent, texts in EVERYWHERE.items() for text in texts for kind in StepKind),
    *((text, kind, Intent.REFUSE_CALL) for text in REFUSALS for kind in (StepKind.PROBLEM, StepKind.QUESTION)),
    *((text, kind, intent) for kind, rows in BY_STEP.items() for intent, texts in rows.items() for text in texts),
]

MEALS = (ExpectedAnswer("네, 잘 먹어요"), ExpectedAnswer("아니요, 잘 못 먹어요"), ExpectedAnswer("가끔 걸러요"))


def step(kind: StepKind, expected: tuple[ExpectedAnswer, ...] = ()) -> Step:
    return Step(kind, "subject", "홍길동" if kind is StepKind.IDENTITY else "무엇", ("하나", "둘", "셋"), expected)


def spoken(text: str, kind: StepKind, expected: tuple[ExpectedAnswer, ...] = ()) -> Intent:
    return understand(Utterance(text, Source.SPEECH, 0.9), step(kind, expected)).intent


def test_the_table_is_long_enough() -> None:
    assert len({(text, kind) for text, kind, _ in TABLE}) == len(TABLE) >= 120


@pytest.mark.parametrize(("text", "kind", "intent"), TABLE)
def test_meaning(text: str, kind: StepKind, intent: Intent) -> None:
    assert spoken(text, kind) is intent


@pytest.mark.parametrize("form", ["{}.", "  {} ", "{}..."])
def test_spacing_and_a_full_stop_change_nothing(form: str) -> None:
    changed = [
        (text, kind)
        for text, kind, intent in TABLE
        if not text.endswith("?") and spoken(form.format(text), kind) is not intent
    ]
    assert changed == []


@pytest.mark.parametrize(
    ("text", "expected_answer"),
    [
        ("네", 0),
        ("네 잘 먹어요", 0),
        ("그럼요 잘 먹지요", 0),
        ("아니요", 1),
        ("잘 못 먹어요", 1),
        ("잘 안 먹어요", 1),
        ("요즘 통 못 먹어", 1),
        ("가끔 걸러", 2),
        ("가끔 거르죠", None),
        ("강아지를 키워요", None),
    ],
)
def test_an_answer_is_matched_to_what_was_expected(text: str, expected_answer: int | None) -> None:
    understood = understand(Utterance(text, Source.SPEECH, 0.9), step(StepKind.QUESTION, MEALS))
    assert understood.expected_answer == expected_answer


@pytest.mark.parametrize(
    ("digits", "kind", "expected", "intent", "expected_answer"),
    [
        ("1", StepKind.GOOD_TIME, (), Intent.YES, None),
        ("2", StepKind.PROBLEM, (), Intent.NO, None),
        ("2#", StepKind.HUMAN_WANTED, (), Intent.NO, None),
        ("3", StepKind.IDENTITY, (), Intent.NO_MATCH, None),
        ("0", StepKind.QUESTION, MEALS, Intent.NO_MATCH, None),
        ("*", StepKind.QUESTION, MEALS, Intent.NO_MATCH, None),
        ("3", StepKind.QUESTION, MEALS, Intent.ANSWER, 2),
        ("4", StepKind.QUESTION, MEALS, Intent.NO_MATCH, None),
        ("1", StepKind.ANYTHING_ELSE, (), Intent.YES, None),
    ],
)
def test_keys(
    digits: str, kind: StepKind, expected: tuple[ExpectedAnswer, ...], intent: Intent, expected_answer: int | None
) -> None:
    understood = understand(Utterance(digits, Source.KEYPAD, 1.0), step(kind, expected))
    assert (understood.intent, understood.expected_answer) == (intent, expected_answer)


def test_a_key_quotes_the_answer_it_stands_for() -> None:
    understood = understand(Utterance("2", Source.KEYPAD, 1.0), step(StepKind.QUESTION, MEALS))
    assert understood.text == "2번: 아니요, 잘 못 먹어요"


@pytest.mark.parametrize("kind", StepKind)
def test_silence_and_noise(kind: StepKind) -> None:
    assert understand(Utterance("", Source.SILENCE), step(kind)).intent is Intent.NO_INPUT
    assert understand(Utterance("", Source.UNINTELLIGIBLE), step(kind)).intent is Intent.NO_MATCH


@given(st.text(max_size=60), st.sampled_from(StepKind), st.booleans())
def test_anything_at_all_has_a_meaning(text: str, kind: StepKind, expecting: bool) -> None:
    assert spoken(text, kind, MEALS if expecting else ()) in Intent


@given(st.text())
def test_compact_is_idempotent_and_has_no_spaces(text: str) -> None:
    short = compact(text)
    assert not any(character.isspace() for character in short)
    assert compact(short) == short


@pytest.mark.parametrize("piece", ["아니", "네 없어요 ", "음... ", "다시 ", "하고싶은", "전화 좀 ", "가"])
def test_a_long_monologue_costs_no_time(piece: str) -> None:
    started = time.perf_counter()
    for kind in StepKind:
        spoken(piece * (5000 // len(piece)) + "끝", kind, MEALS)
    assert time.perf_counter() - started < 1.0
