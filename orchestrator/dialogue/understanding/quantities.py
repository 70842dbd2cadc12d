"""How many: the amount that an utterance gives, and the span of amounts that an expected answer stands for."""

from __future__ import annotations

import math
import re

from orchestrator.dialogue.understanding.numerals import native_korean, sino_korean

Span = tuple[float, float]
"""The least and the most."""

# Words for neighbouring numbers.
_BETWEEN = {
    "한두": (1, 2), "두어": (2, 2), "두세": (2, 3), "두서너": (2, 4), "서너": (3, 4), "너댓": (4, 5), "네다섯": (4, 5),
    "네댓": (4, 5), "너덧": (4, 5), "대여섯": (5, 6), "예닐곱": (6, 7), "일고여덟": (7, 8), "이삼": (2, 3),
    "삼사": (3, 4),
    "사오": (4, 5), "사나흘": (3, 4), "며칠": (2, 5), "여러": (4, 9), "나흘": (4, 4), "사흘": (3, 3), "이틀": (2, 2),
}  # fmt: skip
_UNIT = (
    r"번|끼|잔|컵|고뿌|명|분(?!에)|개|사람|식구|시간|시(?!간|원)|살|세(?!요)|만\s?원|만|원|층|차례|회|일(?:에)?|달|병|마리|군데|장|알|"
    r"그릇|가지|천원|키로|킬로"
)
_NATIVE = r"(?:열|스물|스무|서른|마흔|쉰)?(?:하나|한|둘|두|셋|세|석|넷|네|넉|다섯|여섯|일곱|여덟|아홉)|열|스무|스물"
_SINO = (
    r"[0-9]+(?:만|천|백)?|[일이삼사오육칠팔구십백천]*[일이삼사오육칠팔구십백천](?:만(?:[일이삼사오육칠팔구십백천]+)?)?"
)
_COUNT = re.compile(
    rf"(?P<between>{'|'.join(sorted(_BETWEEN, key=len, reverse=True))})(?:\s?(?:{_UNIT}))?|"
    rf"(?<![가-힣0-9])(?P<number>{_NATIVE}|{_SINO})\s?(?P<unit>{_UNIT})|"
    rf"(?<![가-힣0-9])(?P<alone>[0-9]+|하나|둘|셋|넷|다섯|[이삼사오육칠팔구]?십[일이삼사오육칠팔구]?)(?=$|\s|이(?:요|여|에|지)|요|식)"
)
# How often something comes, in days: "한 달에 두 번" is twice in 30.
_PERIODS = (
    (re.compile(r"하루\s?(?:걸러|건너)|이틀(?:에|마다|거리)|격일"), 2.0),
    (re.compile(r"이삼일에"), 2.5),
    (re.compile(r"사흘(?:에|마다|이 멀다)"), 3.0),
    (re.compile(r"하루(?:에|면)?(?=\s)|날마다|매일"), 1.0),
    (re.compile(r"일주일(?:에|이면)?(?=\s)|한\s?주에?(?=\s)|주에\s|주마다|매주|주말(?:마다|이면)"), 7.0),
    (re.compile(r"보름(?:에|마다)"), 15.0),
    (re.compile(r"한\s?달(?:에|이면)?(?=\s)|달마다|매달|다달이|월초|월말"), 30.0),
    (re.compile(r"일\s?년에|한\s?해에"), 365.0),
)
_WEEKDAYS = re.compile(r"([월화수목금토일])요일|(?<![가-힣])([월화수목금토일]{2,4})(?=으로|에|\s|요일|$)")
_MEALS = re.compile(r"아침|점심|저녁")
_SKIPS = re.compile(r"거르|걸러|걸렀|건너|빼먹|안\s?먹|굶")
_FROM = re.compile(r"이상|넘|초과|부터|이후|더\s?많")
_TO = re.compile(r"이하|미만|아래|까지|이전|못\s?되|안\s?되|안쪽")
_RANGE = re.compile(r"에서|부터|~|사이")
_THIS_TIME = re.compile(r"(?<![가-힣])이번(?=에|엔|은|주|달|해|년|여름|겨울|봄|가을|설|추석|명절)")
_WEEK = 7.0
# Money is often said without its unit: "오십" is 500,000 won of rent.
_MYRIAD = 10_000.0


def span(text: str) -> Span | None:
    """Returns the amounts that an expected answer stands for: "서너 잔" 3 to 4, "20만 원 아래" up to 200,000."""
    values = _values(text)
    if not values:
        return None
    low, high = min(low for low, _ in values), max(high for _, high in values)
    if len(values) > 1 and _RANGE.search(text):
        return low, high
    if _FROM.search(text):
        return low, math.inf
    return (-math.inf, high) if _TO.search(text) else (low, high)


def amount(text: str, question: str = "") -> Span | None:
    """Returns the amount that an utterance gives, in the question's unit of time.

    Weekdays are counted, and meals that were had; what is said of several occasions is added up.
    """
    asked = _period(question)
    days = sum(len(match[1] or match[2]) for match in _WEEKDAYS.finditer(text))
    if days:
        return _scaled((days, days), asked / _WEEK if asked else 1.0)
    values = _values(text)
    if not values:
        return _meals(text)
    low, high = min(low for low, _ in values), max(high for _, high in values)
    if len(values) > 1 and low == high:
        low = high = low * len(values)
    said = _period(text)
    return _scaled((low, high), asked / said if asked and said else 1.0)


def distance(said: Span, expected: Span) -> float:
    """Returns how far two spans lie apart, relative to their size: 0 they meet, 1 they are quite different."""
    finite = [bound for bound in expected if math.isfinite(bound)]
    if min(finite) >= _MYRIAD and said[1] < _MYRIAD / 10:
        said = _scaled(said, _MYRIAD)
    low, high = max(said[0], expected[0]), min(said[1], expected[1])
    if low <= high:
        return 0.0
    return min(1.0, 0.3 + (low - high) / max(abs(low), abs(high), 1.0))


def _scaled(amounts: Span, factor: float) -> Span:
    return amounts[0] * factor, amounts[1] * factor


def _period(text: str) -> float | None:
    return next((days for words, days in _PERIODS if words.search(text)), None)


def _meals(text: str) -> Span | None:
    named = len(set(_MEALS.findall(text)))
    had = float(named - len(_SKIPS.findall(text)))
    return (had, had) if named > 1 and had > 0 else None


def _values(text: str) -> list[Span]:
    said = _THIS_TIME.sub(" ", " ".join(text.replace(",", "").split()))
    for words, _ in _PERIODS:
        said = words.sub(" ", said)
    return [value for match in _COUNT.finditer(said) if (value := _value(match)) is not None]


def _value(match: re.Match[str]) -> Span | None:
    if match["between"]:
        low, high = _BETWEEN[match["between"]]
        return float(low), float(high)
    numeral, unit = match["number"] or match["alone"], match["unit"] or ""
    native = native_korean(numeral)
    value = sino_korean(numeral) if native is None else native
    if value is None:
        return None
    worth = _MYRIAD if unit.startswith("만") else 1000.0 if unit == "천원" else 1.0
    return value * worth, value * worth
