"""What callees mean, as a table."""

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
from tests.unit.orchestrator.dialogue.utterances import TABLE

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
