"""Written and spoken Korean numerals: what one numeral is worth. `numbers` finds them in what people say."""

from __future__ import annotations

import re

_DIGITS = {
    name: value
    for value, names in enumerate(("영공", "일", "이", "삼", "사", "오", "육륙", "칠", "팔", "구"))
    for name in names
}
_MYRIADS = (("억", 100_000_000), ("만", 10_000))
_DIGIT = r"([0-9]+|[일이삼사오육륙칠팔구])"
# Four places below a myriad: 삼천이백오십육, 3천2백, 3256.
_SECTION = re.compile(rf"(?:{_DIGIT}?(천))?(?:{_DIGIT}?(백))?(?:{_DIGIT}?(십))?{_DIGIT}?")

_ONES = {
    "하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "석": 3, "서": 3, "넷": 4, "네": 4, "넉": 4, "너": 4,
    "너이": 4, "다섯": 5, "댓": 5, "여섯": 6, "일곱": 7, "여덟": 8, "여덜": 8, "아홉": 9,
}  # fmt: skip
_TENS = {
    "열": 10, "스물": 20, "스무": 20, "서른": 30, "설흔": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70,
    "여든": 80, "아흔": 90,
}  # fmt: skip
_DAYS = {
    "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8, "아흐레": 9, "열흘": 10, "보름": 15,
}  # fmt: skip
# Alternatives of regular expressions, the longest first.
ONES = "|".join(sorted(_ONES, key=len, reverse=True))
TENS = "|".join(sorted(_TENS, key=len, reverse=True))
DAYS = "|".join(sorted(_DAYS, key=len, reverse=True))
_NATIVE = re.compile(rf"(?P<hundred>백)?(?P<tens>{TENS})?(?P<ones>{ONES})?")


def digits_of(text: str) -> str | None:
    """Returns the digits that a text spells one by one ("사팔공삼일이", "48 03 12"); None: it spells something else."""
    digits = [str(_DIGITS.get(character, character)) for character in text if not character.isspace()]
    return "".join(digits) if digits and all(digit.isascii() and digit.isdigit() for digit in digits) else None


def sino_korean(text: str) -> int | None:
    """Returns the value of a numeral in digits, Sino-Korean words or both ("삼만 5천", "120만"); None: it is none."""
    rest = re.sub(r"[\s,]", "", text)
    if rest in {"영", "공"}:
        return 0
    total = 0
    for name, worth in _MYRIADS:
        head, unit, tail = rest.partition(name)
        if unit:
            count = _section(head) if head else 1
            if count is None:
                return None
            total += count * worth
            rest = tail
            if not rest:
                return total
    section = _section(rest)
    return None if section is None else total + section


def native_korean(text: str) -> int | None:
    """Returns the value of a native numeral ("스물두", "일흔 여섯", "백하나", "사흘"), 1 to 199; None if it is none."""
    if text in _DAYS:
        return _DAYS[text]
    match = _NATIVE.fullmatch(re.sub(r"\s", "", text))
    if match is None or not (match["tens"] or match["ones"]):
        return None
    return 100 * bool(match["hundred"]) + _TENS.get(match["tens"], 0) + _ONES.get(match["ones"], 0)


def _section(text: str) -> int | None:
    match = _SECTION.fullmatch(text)
    if match is None or not text:
        return None
    total = 0
    for place, (digit, unit) in enumerate(((1, 2), (3, 4), (5, 6))):
        if match[unit]:
            total += (_digit(match[digit]) if match[digit] else 1) * 10 ** (3 - place)
    return total + (_digit(match[7]) if match[7] else 0)


def _digit(text: str) -> int:
    return _DIGITS[text] if text in _DIGITS else int(text)
