"""A welfare officer's note as it is told to the person: "무릎이 아픔" becomes "무릎이 아프다고 하셨어요".

Notes end in a noun form that nobody says aloud. Where the ending leaves no doubt about the verb behind it, it becomes
reported speech; any other note is repeated as it stands.
"""

from __future__ import annotations

_SAID = "고 하셨어요"
_REPEATED = ", 이렇게 말씀하셨어요"
# Endings of notes, and how they are reported; the longest that fits decides.
_ENDINGS = {
    "있음": "있다", "없음": "없다", "싶음": "싶다", "많음": "많다", "적음": "적다", "같음": "같다", "싫음": "싫다",
    "좋음": "좋다", "낮음": "낮다", "높음": "높다", "모름": "모른다", "았음": "았다", "었음": "었다", "였음": "였다",
    "했음": "했다", "됐음": "됐다", "졌음": "졌다", "렸음": "렸다", "났음": "났다", "쳤음": "쳤다", "겠음": "겠다",
    "아픔": "아프다", "슬픔": "슬프다", "고픔": "고프다", "나쁨": "나쁘다", "힘듦": "힘들다", "힘듬": "힘들다",
    "어려움": "어렵다", "무거움": "무겁다", "무서움": "무섭다", "외로움": "외롭다", "괴로움": "괴롭다", "추움": "춥다",
    "더움": "덥다", "가려움": "가렵다", "어지러움": "어지럽다", "걱정됨": "걱정된다", "고장 남": "고장 났다",
    "필요함": "필요하다", "불편함": "불편하다", "부족함": "부족하다", "심함": "심하다", "불안함": "불안하다",
    "우울함": "우울하다", "답답함": "답답하다", "약함": "약하다", "막막함": "막막하다", "곤란함": "곤란하다",
    "못함": "못한다", "못 함": "못 한다", "원함": "원한다", "희망함": "희망한다", "거름": "거른다", "굶음": "굶는다",
    "바람": "바란다", "느낌": "느낀다", "어려워함": "어려워한다", "힘들어함": "힘들어한다", "걱정함": "걱정한다",
}  # fmt: skip


def reported(note: str) -> str:
    """Returns a note as it is told to the person it is about, without a full stop."""
    for ending in sorted(_ENDINGS, key=len, reverse=True):
        if note.endswith(ending):
            return note.removesuffix(ending) + _ENDINGS[ending] + _SAID
    return note + _REPEATED
