"""Figures in Korean text: numbers with their units in digits and both numeral systems, and the days that are named.

Made to compare what a language model says with what it may say: a figure that is missed would be let through, one seen
where there is none only costs a sentence. So single syllables that are words of their own ("이 일", "네", "한번") count
only before a unit that makes them a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A number.

    Attributes:
        unit: in one spelling; `시` is an hour of which nobody said which half of the day, `시각` one of 24;
            empty: none was named.
    """

    value: float
    unit: str = ""


_DIGITS = {syllable: value for value, syllable in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "빵": 0, "륙": 6}
_SMALL = {"십": 10, "백": 100, "천": 1000}
_LARGE = {"만": 10_000, "억": 100_000_000}
_TENS = {
    "열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90,
}  # fmt: skip
_ONES = {
    "하나": 1, "한두": 1.5, "한": 1, "두서너": 3, "두세": 2.5, "둘": 2, "두": 2, "서너": 3.5, "셋": 3, "세": 3, "석": 3,
    "네댓": 4.5, "넷": 4, "네": 4, "넉": 4, "대여섯": 5.5, "다섯": 5, "댓": 5, "예닐곱": 6.5, "여섯": 6, "일곱": 7,
    "여덟": 8, "아홉": 9,
}  # fmt: skip
_COUNTED_DAYS = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "여드레": 8, "아흐레": 9, "열흘": 10, "보름": 15,
}  # fmt: skip
_ORDINALS = {"첫": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5}
_SPELLINGS = {"주일": "주", "개월": "달", "회": "번", "프로": "%", "퍼센트": "%", "킬로": "kg", "세": "살"}

# What only Sino-Korean numbers count, what only native ones do, and what both do.
_SINO_UNITS = "원|개월|년|월|주일|일|초|층|호|퍼센트|프로|%|킬로|kg|도|세|분|번|회"
_NATIVE_UNITS = "시간|시(?![작골])|달|주|번|개|명|분|가지|살|끼|군데|곳|장|통|병|그릇|마리|포대|봉지|상자|해"
_SINGLE_UNITS = "원|개월|년|월|주일|일|층|퍼센트|프로|%|킬로|분|번"
_UNITS = f"{_SINO_UNITS}|{_NATIVE_UNITS}"
# "한 번", "한 분", "한 가지" count nothing that anybody could be held to.
_ONE_UNITS = "시간|시(?![작골적])|달|주|끼|해"
# What may come after a number without a unit: nothing, or a particle or an ending.
_TAIL = r"(?:(?![가-힣])|(?=이에요|예요|이요|요|입니다|에|은|는|이(?![가-힣])|가|을|를|도|까지|부터|정도|쯤|보다|씩))"

_WORD = r"(?<![가-힣])"
_D = "[일이삼사오육칠팔구]"
_GROUP = rf"(?:{_D}?천\s?)?(?:{_D}?백\s?)?(?:{_D}?십)?{_D}?"
_SINO = rf"(?={_D}?[십백천만억])(?:{_GROUP}억\s?)?(?:{_GROUP}만\s?)?{_GROUP}"
_ARABIC = r"\d+(?:,\d{3})*(?:\.\d+)?"
_ONE = "|".join(_ONES)
_NATIVE = rf"(?:(?:{'|'.join(_TENS)})(?:\s?(?:{_ONE}))?|{_ONE})"
_BARE_NATIVE = rf"(?:(?!열(?!\s?(?:{_ONE})))(?:{'|'.join(_TENS)})(?:\s?(?:{_ONE}))?|둘|셋|넷|다섯|여섯|일곱|여덟|아홉)"
_HALF = r"(?:(오전|오후|새벽|아침|낮|저녁|밤)에?\s?)?"

Reader = Callable[[re.Match[str]], Iterable[Figure]]


def figures(text: str) -> frozenset[Figure]:
    """Returns the numbers in a text."""
    found: set[Figure] = set()
    for pattern, read in _RULES:
        for match in pattern.finditer(text):
            found.update(read(match))
        text = pattern.sub(" ", text)
    return frozenset(found)


def days(text: str) -> frozenset[str]:
    """Returns the days and other times that a text names by words."""
    return frozenset("".join(found.group().split()) for found in _DAY.finditer(text))


def figures_supported(text: str, source: str) -> bool:
    """Whether every number and day in a text stands in a source too."""
    known = figures(source)
    return days(text) <= days(source) and all(_stands_in(figure, known) for figure in figures(text))


def _stands_in(figure: Figure, known: frozenset[Figure]) -> bool:
    for other in known:
        if figure.value == other.value and (figure.unit == other.unit or not figure.unit or not other.unit):
            return True
        if figure.unit == "시" and other.unit in {"시", "시각"} and figure.value % 12 == other.value % 12:
            return True
    return False


def _written_number(match: re.Match[str]) -> Iterable[Figure]:
    return (Figure(float(re.sub(r"\D", "", match.group()))),)


def _date(match: re.Match[str]) -> Iterable[Figure]:
    return (Figure(float(number), unit) for number, unit in zip(match.groups(), "년월일", strict=True))


def _clock(match: re.Match[str]) -> Iterable[Figure]:
    half, hour, minute = match.groups()
    yield _hour(float(hour), half)
    if int(minute):
        yield Figure(float(minute), "분")


def _digit_by_digit(match: re.Match[str]) -> Iterable[Figure]:
    return (Figure(float("".join(str(_DIGITS[syllable]) for syllable in match[1] if syllable in _DIGITS))),)


def _named(match: re.Match[str]) -> Iterable[Figure]:
    month = {"유월": 6, "시월": 10}.get(match[1])
    return (Figure(_COUNTED_DAYS[match[1]], "일") if month is None else Figure(month, "월"),)


def _ordinal(match: re.Match[str]) -> Iterable[Figure]:
    return (Figure(_ORDINALS[match[1]], "째"),)


def _sino(match: re.Match[str]) -> Iterable[Figure]:
    half, number, unit = match.groups()
    return (_counted(_sino_value(number), unit, half),)


def _native(match: re.Match[str]) -> Iterable[Figure]:
    half, number, unit = match.groups()
    tens = next((tens for tens in _TENS if number.startswith(tens)), "")
    value = _TENS.get(tens, 0) + _ONES.get(number[len(tens) :].strip(), 0)
    return (_counted(value, unit, half),)


def _counted(value: float, unit: str | None, half: str | None) -> Figure:
    if unit == "시":
        return _hour(value, half)
    return Figure(value, _SPELLINGS.get(unit or "", unit or ""))


def _hour(value: float, half: str | None) -> Figure:
    if half is None and value <= 12:
        return Figure(value, "시")
    afternoon = half in {"오후", "저녁", "밤", "낮"} and value < 12
    return Figure(value + 12 if afternoon else value, "시각")


def _sino_value(number: str) -> float:
    """Returns the value of a number in digits, Sino-Korean syllables, or both: `3만 5천`, `삼만 오천`."""
    total = section = 0.0
    last: float | None = None
    for token in re.findall(rf"{_ARABIC}|[가-힣]", number):
        if token in _SMALL:
            section += (1 if last is None else last) * _SMALL[token]
            last = None
        elif token in _LARGE:
            total += (section + (last or 0) or 1) * _LARGE[token]
            section, last = 0.0, None
        else:
            last = float(_DIGITS[token]) if token in _DIGITS else float(token.replace(",", ""))
    return total + section + (last or 0)


# The first rule that fits takes the words away from those after it.
_RULES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)"), _date),
    (re.compile(r"\d{2,4}(?:-\d{3,4})+"), _written_number),
    (re.compile(rf"{_HALF}(\d{{1,2}}):(\d\d)(?!\d)"), _clock),
    (re.compile(rf"{_HALF}({_ARABIC}(?:[십백천만억]\s?(?:{_ARABIC}|{_D})?)*)(?:\s?({_UNITS}))?"), _sino),
    (
        re.compile(rf"{_WORD}((?:[공영빵일이삼사오육륙칠팔구]{{3,}}[-\s]?(?![십백천만억]))+)(?:번|{_TAIL})"),
        _digit_by_digit,
    ),
    (re.compile(rf"{_WORD}({'|'.join(_ORDINALS)})(?:째|\s?번째)"), _ordinal),
    (re.compile(rf"{_WORD}(유월|시월|{'|'.join(_COUNTED_DAYS)})"), _named),
    # "이만" and "만일" are words, "이 분", "이 일", "이번" point at something, "사 주세요" buys something.
    (re.compile(rf"{_WORD}()(?!이만(?!\s?원)|만일|천만에)({_SINO})(?:\s?({_UNITS})|{_TAIL})"), _sino),
    (re.compile(rf"{_WORD}()([일삼사오육칠팔구]\s?|이(?!번|분|일))({_SINGLE_UNITS})"), _sino),
    (re.compile(rf"{_WORD}{_HALF}(한)\s?({_ONE_UNITS})"), _native),
    (re.compile(rf"{_WORD}{_HALF}(?!한\s?(?:{_NATIVE_UNITS}))({_NATIVE})\s?({_NATIVE_UNITS})"), _native),
    (re.compile(rf"{_WORD}()({_BARE_NATIVE})(){_TAIL}"), _native),
)
_DAY = re.compile(
    r"내일모레|모레|내일|글피|오늘|어제|그저께|엊그제|(?:다다음|다음|이번|지난)\s?(?:주말|주|달|해)|내달|내년|올해|작년|연말|월말|"
    r"주말|평일|공휴일|[월화수목금토일]요일|며칠|조만간"
)
