"""How Koreans write and say numbers: the other direction of what is tested."""

from __future__ import annotations

from collections.abc import Callable

DIGITS = "영일이삼사오육칠팔구"
_PLACES = ("", "십", "백", "천")
_MYRIADS = ("", "만", "억")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_BEFORE_COUNTERS = {"하나": "한", "둘": "두", "셋": "세", "넷": "네"}


def sino(number: int, *, ones: bool = False, gap: str = "") -> str:
    """Sino-Korean words; `ones`: 일백, 일천; `gap`: between the myriads."""
    return _by_myriads(number, lambda section: _section(section, ones=ones), gap) or "영"


def mixed(number: int) -> str:
    """Digits with the myriads in words: 3만 5000."""
    return _by_myriads(number, str, " ") or "0"


def native(number: int, *, counting: bool = False) -> str:
    """Native words for 1 to 99; `counting`: as before a counter."""
    tens, ones = _TENS[number // 10], _ONES[number % 10]
    if counting:
        return "스무" if number == 20 else tens + _BEFORE_COUNTERS.get(ones, ones)
    return tens + ones


def one_by_one(number: int) -> str:
    """Each digit by itself: 일구사팔."""
    return "".join(DIGITS[int(digit)] for digit in str(number))


def _by_myriads(number: int, spell: Callable[[int], str], gap: str) -> str:
    parts = []
    for place in (2, 1, 0):
        section = number // 10 ** (4 * place) % 10_000
        if section:
            parts.append(("" if (section, place) == (1, 1) else spell(section)) + _MYRIADS[place])
    return gap.join(parts)


def _section(number: int, *, ones: bool) -> str:
    said = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            said += ("" if digit == 1 and place and not ones else DIGITS[digit]) + _PLACES[place]
    return said
