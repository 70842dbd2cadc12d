"""Notes of welfare officers, told to the person."""

from __future__ import annotations

import pytest

from orchestrator.dialogue.interview.reported_speech import reported


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("전기요금이 석 달째 밀려 있음", "전기요금이 석 달째 밀려 있다고 하셨어요"),
        ("무릎이 아파서 병원에 가고 싶음", "무릎이 아파서 병원에 가고 싶다고 하셨어요"),
        ("무릎이 아픔", "무릎이 아프다고 하셨어요"),
        ("걷기 힘듦", "걷기 힘들다고 하셨어요"),
        ("집안일을 못함", "집안일을 못한다고 하셨어요"),
        ("거동이 불편함", "거동이 불편하다고 하셨어요"),
        ("말벗을 원함", "말벗을 원한다고 하셨어요"),
        ("약을 자주 거름", "약을 자주 거른다고 하셨어요"),
        ("허리를 다쳤음", "허리를 다쳤다고 하셨어요"),
        ("혼자 있기 어려워함", "혼자 있기 어려워한다고 하셨어요"),
    ],
)
def test_a_noun_form_becomes_reported_speech(note: str, said: str) -> None:
    assert reported(note) == said


@pytest.mark.parametrize("note", ["전기요금 체납", "보일러가 고장 나서 집이 추워요", "난방비 부담", ""])
def test_what_leaves_doubt_is_repeated_as_it_stands(note: str) -> None:
    assert reported(note) == f"{note}, 이렇게 말씀하셨어요"
