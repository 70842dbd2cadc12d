"""Which side of a yes/no question a sentence is on: an answer, or an expected answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orchestrator.dialogue.understanding.asked import Asked
from orchestrator.dialogue.understanding.senses import place, senses
from orchestrator.dialogue.understanding.spoken_form import compact

_YES = re.compile(
    r"네(?!시|번|명|끼|잔|개|분|식|군|댓|다섯)|예(?!전|약|순|방|쁘|배)|응(?!급)|그럼|그려|그래(?!도|서|프)|그렇(?!지(?:는|도)?않)|맞(?:아|다|습|는|지)|하모|암(?!검)|기여|그라[제지]"
)
_NO = re.compile(r"아니|아뇨|아녀|아닙|아이다|어데|언지|싫|됐(?:어|습|심)|필요(?:가|는)?없")
_ONE_WORD = re.compile(r"(?:네|예|응|그럼요?|그래요?|맞아요?)+|(?:아니요?|아니에요|아뇨)+")
_HAS = re.compile(r"있(?:다|어|음|습|지|네|제|심|슴|죠|는데|고|으)|많(?:아|다|지|네)")
_HAS_NOT = re.compile(r"없(?:다|어|음|습|지|네|제|심|슴|죠|는데|고|으|구)|적(?:은|이)?없|일(?:은|이)?없")
_WHETHER = re.compile(r"있(?:으|나|습|어|을|는)|계(?:시|세|신)")
_NEGATED = re.compile(
    r"(?<![가-힣])(?:안|못)\s?|지(?:를|는|도|가)?\s?(?:않|안|못|말)|않|못\s?[하해했가먹자내걷씻봐보]|없|싫|아니"
)
_DENIED = re.compile(r"(?<![가-힣])([가-힣]+)하(?:지(?:는|도|가)?|진)\s?않")
# Stems that say nothing of their own.
_PLAIN = {
    "하세",
    "있으",
    "계세",
    "지금",
    "요즘",
    "시나",
    "나요",
    "세요",
    "으세",
    "신가",
    "가요",
    "셨어",
    "어요",
    "하시",
    "하고",
    "까요",
    "으신",
    "적이",
    "신적",
}


def side(text: str, asked: Asked) -> float:
    """Returns 1 if a sentence says yes to a question, -1 if it says no, 0 if it does not show, and what lies between.

    In order: a yes or no at its beginning; that something is or is not there, where that was asked; the question's own
    words, with or without a denial; that all is well or not, where the question asks for it.
    """
    short = compact(text)
    if _NO.match(short):
        return -1.0
    if _YES.match(short):
        return 1.0
    if _WHETHER.search(asked.text) and (has := _HAS_NOT.search(short) or _HAS.search(short)):
        return -1.0 if has.re is _HAS_NOT else 1.0
    if _echoes(short, asked.text):
        return -0.8 if _NEGATED.search(text) else 0.8
    goodness = place(senses(text), "goodness") or 0.0
    return 0.6 * (-goodness if asked.trouble else goodness)


def chosen_by_one_word(text: str, expected: Sequence[str]) -> int | None:
    """Returns the only expected answer that begins with the yes or no that a sentence consists of; None: none does."""
    short = compact(text)
    if not _ONE_WORD.fullmatch(short):
        return None
    same = _NO if _NO.match(short) else _YES
    chosen = [index for index, answer in enumerate(expected) if same.match(compact(answer))]
    return chosen[0] if len(chosen) == 1 else None


def affirms_what_is_denied(text: str, answer: str) -> bool:
    """Whether a sentence says without a denial what an expected answer denies: "급하죠" is not "급하지 않아요"."""
    denied = _DENIED.search(answer)
    if denied is None or _NEGATED.search(text):
        return False
    return re.search(rf"(?<![가-힣]){denied[1]}[하해한합했]", text) is not None


def _echoes(short: str, question: str) -> bool:
    """Whether a sentence takes up the question's words: two syllables that are more than an ending."""
    asked = compact(question)
    pairs = {asked[start : start + 2] for start in range(len(asked) - 1)} - _PLAIN
    return any(short[start : start + 2] in pairs for start in range(len(short) - 1))
