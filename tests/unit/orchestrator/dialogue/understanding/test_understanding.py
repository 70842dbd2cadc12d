"""What callees mean, as a table."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.matching import Matching
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.understanding.understand import Understanding
from orchestrator.dialogue.utterance import Intent, Understood, Utterance
from orchestrator.domain.plan import Step, StepKind
from orchestrator.domain.question import ExpectedAnswer
from orchestrator.domain.turn import Source
from tests.unit.orchestrator.dialogue.utterances import TABLE

MEALS = (ExpectedAnswer("네, 잘 먹어요"), ExpectedAnswer("아니요, 잘 못 먹어요"), ExpectedAnswer("가끔 걸러요"))


ASKS = {
    StepKind.CONSENT: "상담 내용을 녹음해도 괜찮으세요?",
    StepKind.GOOD_TIME: "지금 잠시 통화 괜찮으세요?",
    StepKind.CALL_BACK: "언제 다시 전화드리면 좋을까요?",
    StepKind.IDENTITY: "홍길동 님 맞으신가요?",
    StepKind.BIRTH_DATE: "생년월일을 말씀해 주세요.",
    StepKind.PROBLEM: "지난번에 말씀하신 일을 여쭤볼게요. 지금도 그러신가요?",
    StepKind.HUMAN_WANTED: "사람 상담원과 이야기하고 싶으세요?",
    StepKind.QUESTION: "요즘 지내시는 건 어떠세요?",
    StepKind.ANYTHING_ELSE: "더 하고 싶은 말씀이 있으세요?",
    StepKind.SINCE_AND_WHY: "언제부터, 왜 그러신가요?",
    StepKind.URGENCY: "얼마나 급하세요?",
    StepKind.DAILY_LIFE: "일상생활에 얼마나 지장이 있으세요?",
    StepKind.HELP: "도와주실 분이 누가 있으세요?",
}
SUBJECTS = {StepKind.IDENTITY: "홍길동", StepKind.BIRTH_DATE: "1948-03-12", StepKind.QUESTION: ASKS[StepKind.QUESTION]}


def step(kind: StepKind, expected: tuple[ExpectedAnswer, ...] = ()) -> Step:
    return Step(kind, "subject", SUBJECTS.get(kind, "난방이 안 됨"), (ASKS[kind],), expected)


UNDERSTANDING = Understanding(Matching(None))


def understood(text: str, asked: Step, source: Source = Source.SPEECH) -> Understood:
    return asyncio.run(UNDERSTANDING.understand(Utterance(text, source, 0.9), asked))


def spoken(text: str, kind: StepKind, expected: tuple[ExpectedAnswer, ...] = ()) -> Intent:
    return understood(text, step(kind, expected)).intent


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
        ("강아지를 키워요", None),
    ],
)
def test_an_answer_is_matched_to_what_was_expected(text: str, expected_answer: int | None) -> None:
    assert understood(text, step(StepKind.QUESTION, MEALS)).expected_answer == expected_answer


@pytest.mark.parametrize(
    ("digits", "kind", "expected", "intent", "expected_answer"),
    [
        ("1", StepKind.GOOD_TIME, (), Intent.YES, None),
        ("2", StepKind.PROBLEM, (), Intent.NO, None),
        ("2#", StepKind.HUMAN_WANTED, (), Intent.NO, None),
        ("3", StepKind.IDENTITY, (), Intent.NO_MATCH, None),
        ("0", StepKind.QUESTION, MEALS, Intent.NO_MATCH, None),
        ("*", StepKind.QUESTION, MEALS, Intent.REPEAT_PLEASE, None),
        ("3", StepKind.QUESTION, MEALS, Intent.ANSWER, 2),
        ("4", StepKind.QUESTION, MEALS, Intent.NO_MATCH, None),
        ("1", StepKind.ANYTHING_ELSE, (), Intent.YES, None),
    ],
)
def test_keys(
    digits: str, kind: StepKind, expected: tuple[ExpectedAnswer, ...], intent: Intent, expected_answer: int | None
) -> None:
    meant = understood(digits, step(kind, expected), Source.KEYPAD)
    assert (meant.intent, meant.expected_answer) == (intent, expected_answer)


def test_a_key_quotes_the_answer_it_stands_for() -> None:
    assert understood("2", step(StepKind.QUESTION, MEALS), Source.KEYPAD).text == "2번: 아니요, 잘 못 먹어요"


@pytest.mark.parametrize("kind", StepKind)
def test_silence_and_noise(kind: StepKind) -> None:
    assert understood("", step(kind), Source.SILENCE).intent is Intent.NO_INPUT
    assert understood("", step(kind), Source.UNINTELLIGIBLE).intent is Intent.NO_MATCH


@given(st.text(max_size=60), st.sampled_from(StepKind), st.booleans())
def test_anything_at_all_has_a_meaning(text: str, kind: StepKind, expecting: bool) -> None:
    assert spoken(text, kind, MEALS if expecting else ()) in Intent


@given(st.text())
def test_compact_is_idempotent_and_has_no_spaces(text: str) -> None:
    short = compact(text)
    assert not any(character.isspace() for character in short)
    assert compact(short) == short


@pytest.mark.parametrize("piece", ["네 없어요 ", "하고싶은", "전화 좀 "])
def test_a_long_monologue_costs_no_time(piece: str) -> None:
    started = time.perf_counter()
    for kind in StepKind:
        spoken(piece * (5000 // len(piece)) + "끝", kind, MEALS)
    assert time.perf_counter() - started < 20.0  # one that tries everything would take for ever


def test_keys_that_mean_the_same_everywhere() -> None:
    for kind in StepKind:
        assert understood("*", step(kind), Source.KEYPAD).intent is Intent.REPEAT_PLEASE
        assert understood("0", step(kind), Source.KEYPAD).intent is Intent.NO_MATCH


def test_the_key_for_a_person_counts_where_it_is_offered() -> None:
    offered = replace(step(StepKind.QUESTION, MEALS), asks=("식사는 하셨어요? 사람 상담원은 영 번을 눌러 주세요.",))
    assert understood("0", offered, Source.KEYPAD).intent is Intent.WANT_HUMAN
