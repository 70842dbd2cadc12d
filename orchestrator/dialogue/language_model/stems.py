"""The stem of a Korean word, roughly: to tell whether two words of two texts are forms of one.

No dictionary is needed for that, only the same treatment of both words: particles and endings are taken off, and what
changes before them is made regular.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from orchestrator.dialogue.understanding.hangul import ending_in, open_syllable

# "갑니다", "간다": the consonant belongs to the ending.
_FORMAL = re.compile(rf"((?!습){ending_in('ㅂ')})(?:니다|니까)$|((?!는){ending_in('ㄴ')})다$")
# Endings that are long and sure, and short ones that are only taken off where a word is left.
_ENDINGS = re.compile(
    r"(?:이라고|라고|다고|자고|냐고|는다고|는다|요|습니다|습니까|이에요|예요|이었|았|었|였|겠|으시|세요|셔요|시는|하시|네요|는데요|은데요|는데|"
    r"은데|인데|거든요|지요|어요|아요|여요|해요|하고|하는|하던|하다|하여|했|함|하지|되고|되는|된다|되어|됐|되었|돼요|됨|아서|어서|으면|"
    r"다면|니까|으니|지만|으며|면서|으로|에서|에게|한테|께서|부터|까지|보다|처럼|마다|이랑|이나|라도|이고|이며|이다|이죠|은지|는지|을지|"
    r"스럽|스러|데|어도|아도|려고|으려|도록)$"
)
_AFTER_CONSONANT = re.compile(r"(?:이|은|을|과|음|어|아|으|는|고|지|게|기|다|도|만|에|의|네|나|죠|자|던|서|면)$")
_AFTER_VOWEL = re.compile(r"(?:가|는|를|와|랑|요|도|만|에|의|로|고|지|게|다|서|면|며|네|나|죠|시|셔|세|니|한|할)$")
# Words that only look as if they had an ending.
_WHOLE_WORDS = """
    혼자 하나 나이 아이 전기 가게 여자 남자 환자 의자 과자 사과 결과 효과 이자 휴지 창고
    사고 허리 다리 머리 식사 의사 생일 바다 모기 온도 정도 필요 중요 휴가 도시 처지 편지
    돼지 강아지 아버지 할머니 어머니 언니
"""
_WHOLE = set(_WHOLE_WORDS.split())
# Words that are another one: polite ones, and "to live", whose consonant comes and goes.
_ANOTHER = (
    (re.compile("^(?:사(?:는|시|신|니|네|셔|세)|산다|삽니다)"), "살"),
    (re.compile("^주무"), "자"),
    (re.compile("^(?:드(?:시|셔|셨|신|실|세)|잡수)"), "먹"),
    (re.compile("^편찮"), "아프"),
)
# What changes at the end of a stem, and what it is without the change; the first that fits.
_CHANGE_WORDS = """
    도와:돕 도우:돕 몰라:모르 불러:부르 눌러:누르 흘러:흐르 ^걸어:걷 ^나아:낫 ^나은:낫 홀로:혼자
    해:하 돼:되 와:오 봐:보 줘:주 둬:두 파:프 퍼:프 빠:쁘 커:크 써:쓰
"""
_CHANGES = [
    (re.compile(f"{changed}$"), regular) for changed, regular in (pair.split(":") for pair in _CHANGE_WORDS.split())
]
_FINAL_B = "\u11b8"
_OPENED_B = re.compile(r"([가-힣])(?:워|운|우)$")


@lru_cache(maxsize=4096)
def stem_of(word: str) -> str:
    """Returns a word without particle and ending."""
    for pattern, other in _ANOTHER:
        if pattern.match(word):
            return other
    stem = _FORMAL.sub(lambda match: open_syllable(match[1] or match[2]) + "다", word)
    while (shorter := _shorter(stem)) != stem:
        stem = shorter
    return _regular(stem)


def same(stem: str, other: str) -> bool:
    """Whether two stems are forms of one word: equal, or one begins or ends the other and has two syllables."""
    if stem == other:
        return True
    short, long = sorted((stem, other), key=len)
    if len(short) < 2:
        return False
    return long.startswith(short) or long.endswith(short) or _letters(long).startswith(_letters(short))


def _shorter(stem: str) -> str:
    if stem not in _WHOLE and (without := _ENDINGS.sub("", stem)) and without != stem:
        return without
    if len(stem) < 2 or stem in _WHOLE:
        return stem
    closed = open_syllable(stem[-2]) != stem[-2]
    without = (_AFTER_CONSONANT if closed else _AFTER_VOWEL).sub("", stem)
    return without or stem


def _regular(stem: str) -> str:
    """Returns a stem as it is before every ending."""
    stem = _past(stem)
    for pattern, regular in _CHANGES:
        if pattern.search(stem):
            stem = pattern.sub(regular, stem)
            break
    if (match := _OPENED_B.search(stem)) and open_syllable(match[1]) == match[1]:
        return f"{stem[: match.start()]}{_closed(match[1], _FINAL_B)}"  # "추워", "외로운"
    if len(stem) > 2:
        stem = stem.removesuffix("하")  # "불편하"
    if len(stem) > 1 and re.search(f"{ending_in('ㄴㄹㅁ')}$", stem):
        stem = stem[:-1] + open_syllable(stem[-1])  # "만날", "밀린", "힘들"
    return _contracted(stem)


def _past(stem: str) -> str:
    """Returns a stem without the consonant of the past: "갔", "아팠"."""
    return stem[:-1] + open_syllable(stem[-1]) if re.search(f"{ending_in('ㅆ')}$", stem) and stem != "있" else stem


def _contracted(stem: str) -> str:
    """Returns a stem whose vowel is not drawn together with that of its ending: "밀려" is "밀리"."""
    letters = unicodedata.normalize("NFD", stem)
    drawn = len(stem) > 1 and letters.endswith("\u1167")
    return unicodedata.normalize("NFC", letters[:-1] + "\u1175") if drawn else stem


def _closed(syllable: str, final: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", syllable) + final)


@lru_cache(maxsize=4096)
def _letters(stem: str) -> str:
    return unicodedata.normalize("NFD", stem)
