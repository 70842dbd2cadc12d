"""The backend's codes for a difficulty that somebody tells in their own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.problem_codes import _TABLES, ProblemCodes
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.domain.codes import DESIRE_LABELS, RISK_LABELS, TABLE_SIZES, ResponseType
from orchestrator.domain.errors import EncoderUnavailable
from tests.fakes.sentence_encoder import ScriptedSentenceEncoder
from tests.virtual_time import run

RISK, DESIRE = ResponseType.RISK, ResponseType.DESIRE


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        (RISK, "전기세를 넉 달이나 못 냈어요", 1),
        (RISK, "주인이 방을 빼래요", 2),
        (RISK, "공장에서 잘려서 놀고 있어", 3),
        (RISK, "요양 등급에서 떨어졌다 하대", 4),
        (RISK, "영감이 자꾸 손찌검을 해요", 5),
        (RISK, "다리가 부러져서 입원했어요", 6),
        (RISK, "보일러가 안 돌아가서 덜덜 떨어요", 7),
        (DESIRE, "밤에 누가 문을 두드려서 겁나", 1),
        (DESIRE, "어깨가 결려서 팔을 못 들어", 2),
        (DESIRE, "혼자 목욕을 못 해", 3),
        (DESIRE, "자식이 찾아오지를 않아요", 4),
        (DESIRE, "말할 사람이 하나도 없어", 5),
        (DESIRE, "이자 내고 나면 남는 게 없어", 6),
        (DESIRE, "컴퓨터 좀 배워 봤으면", 7),
        (DESIRE, "노인 일자리에 나가고 싶어", 8),
        (DESIRE, "지붕에서 비가 새", 9),
        (DESIRE, "빌려준 걸 떼였어 법으로 어떻게 안 되나", 10),
    ],
)
async def test_words_name_the_code(table: ResponseType, text: str, code: int) -> None:
    assert code in await ProblemCodes(None).codes_for(text, table)


@pytest.mark.parametrize("table", [RISK, DESIRE])
async def test_what_fits_nothing_is_other(table: ResponseType) -> None:
    for text in ("우리 집 개가 재채기를 해", "", "ㅋㅋ"):
        assert await ProblemCodes(None).codes_for(text, table) == (TABLE_SIZES[table],)


async def test_without_a_word_the_example_that_is_most_alike_decides() -> None:
    codes = ProblemCodes(Sentences(ScriptedSentenceEncoder()))
    text = "촛불을 켜고 살아요"
    assert _TABLES[RISK].by_words(text) == ()
    assert await codes.codes_for(text, RISK) == (7,)


async def test_an_encoder_that_does_not_answer_leaves_the_letters() -> None:
    encoder = ScriptedSentenceEncoder()
    encoder.error = EncoderUnavailable()
    text = "촛불을 켜고 살아요"
    expected = await ProblemCodes(None).codes_for(text, RISK)
    assert await ProblemCodes(Sentences(encoder)).codes_for(text, RISK) == expected


@pytest.mark.parametrize("table", [RISK, DESIRE])
async def test_every_example_has_its_code(table: ResponseType) -> None:
    codes = ProblemCodes(None)
    examples = _TABLES[table].examples
    for example in examples:
        assert example.code in await codes.codes_for(example.text, table)
    labels = RISK_LABELS if table is RISK else DESIRE_LABELS
    assert {example.code for example in examples} == set(labels) - {TABLE_SIZES[table]}


@given(st.text(max_size=60), st.sampled_from([RISK, DESIRE]))
def test_there_is_always_a_code_of_the_table(text: str, table: ResponseType) -> None:
    codes = run(ProblemCodes(None).codes_for(text, table))
    assert 1 <= len(codes) <= 2
    assert all(1 <= code <= TABLE_SIZES[table] for code in codes)
