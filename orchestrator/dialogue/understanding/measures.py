"""What an answer measures, by dimension: how often, how long or how long ago, at what time, how many of what.

Expected answers say such things too ("일주일에 한두 번", "5년 넘게", "열두 시 전"). Held against each other within one
dimension they entail or exclude one another, whatever the words: "사나흘에 한 번" is twice a week, and no answer to
"how many hours".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from orchestrator.dialogue.understanding.numerals import ONES, TENS, native_korean, sino_korean

Span = tuple[float, float]
"""The least and the most."""

Measures = Mapping[str, Span]
"""By dimension: `rate` a day, `time` in days, `clock` in hours, `won`, and numbers of what is counted."""

_BETWEEN = {
    "한두": (1, 2), "두어": (2, 2), "두세": (2, 3), "두서너": (2, 4), "서너": (3, 4), "너댓": (4, 5), "네댓": (4, 5),
    "네다섯": (4, 5), "대여섯": (5, 6), "예닐곱": (6, 7), "일고여덟": (7, 8), "이삼": (2, 3), "삼사": (3, 4),
    "사오": (4, 5), "오륙": (5, 6), "팔구": (8, 9), "팔구십": (80, 90), "몇": (2, 6), "여러": (4, 9), "수십": (20, 90),
    "반": (0.5, 0.5),
}  # fmt: skip
_DAYS = {
    "하루": (1, 1), "이틀": (2, 2), "사흘": (3, 3), "나흘": (4, 4), "사나흘": (3, 4), "닷새": (5, 5), "엿새": (6, 6),
    "이레": (7, 7), "일주일": (7, 7), "열흘": (10, 10), "보름": (15, 15), "며칠": (2, 5), "메칠": (2, 5),
    "이삼일": (2, 3), "삼사일": (3, 4), "일이주": (7, 14), "한나절": (0.2, 0.3), "반나절": (0.1, 0.2),
}  # fmt: skip
# How long ago.
_AGO = {
    "오늘": (0.1, 0.5), "방금": (0.01, 0.05), "아까": (0.05, 0.4), "어제": (1, 1), "어저께": (1, 1), "엊저녁": (0.5, 1),
    "그저께": (2, 2), "그제": (2, 2), "엊그제": (2, 3), "지난주": (4, 12), "저번주": (4, 12), "지난달": (20, 60),
    "저번달": (20, 60), "작년": (200, 500), "재작년": (500, 900), "올해": (1, 330), "올봄": (30, 300),
    "최근": (0.01, 45), "얼마 전": (3, 60), "오래전": (150, 20000), "오래 전": (150, 20000),
}  # fmt: skip
_NUMBER = "|".join(
    (
        *sorted(_BETWEEN, key=len, reverse=True),
        rf"(?:{TENS})?\s?(?:{ONES})|{TENS}",
        r"[0-9]{1,9}|[일이삼사오육칠팔구십백천]+",
    )
)
_PERIOD = {
    "시간": 1 / 24, "분": 1 / 1440, "일": 1, "날": 1, "주": 7, "주일": 7, "달": 30, "개월": 30,
    "년": 365, "해": 365,
}  # fmt: skip
_NAMED = "|".join(sorted(_DAYS, key=len, reverse=True))
_UNITS_OF_TIME = r"시간|분(?!이|들)|일(?!주|곱|하|을|이)|주일|주(?!무|세|로|말)|달|개월|년|해"
_LENGTH = rf"(?:(?P<named>{_NAMED})|(?<![가-힣0-9])(?P<number>{_NUMBER})\s?(?P<period>{_UNITS_OF_TIME}))"
_COUNTERS = {
    "번": "times", "회": "times", "차례": "times", "통": "times", "명": "people", "분": "honoured", "사람": "people",
    "식구": "people", "남매": "people", "형제": "people", "끼": "meals", "잔": "cups", "컵": "cups", "고뿌": "cups",
    "병": "bottles", "개비": "pieces", "갑": "packs", "개": "pieces", "알": "pieces", "가지": "pieces",
    "군데": "pieces", "장": "sheets", "층": "floors", "살": "years", "세": "years", "계단": "pieces", "칸": "pieces",
    "마리": "animals", "도": "degrees", "키로": "weight", "킬로": "weight", "봉지": "bags", "포대": "bags",
    "그릇": "bowls",
    "공기": "bowls",
}  # fmt: skip
_UNIT = "|".join(sorted(_COUNTERS, key=len, reverse=True))
_COUNT = re.compile(rf"(?<![가-힣0-9])(?P<number>{_NUMBER})\s?(?P<unit>{_UNIT})(?![가-힣]?자마자)")
_RATE = re.compile(
    rf"{_LENGTH}\s?(?:(?:에|이면|면)?\s?(?:꼭|딱|겨우|거의|적어도|많으면|보통)?\s?"
    rf"(?P<times>{_NUMBER})\s?(?P<unit>{_UNIT})"
    r"|(?P<every>마다|걸러|건너|꼴))"
)
_SKIPPING = {"걸러", "건너"}
_ALWAYS = re.compile(r"매일|날마다|맨날|만날|하루도\s?(?:안|빠)|아침마다|저녁마다|밤마다|새벽마다|매끼")
_EVERY = (
    (re.compile(r"격일"), 1 / 2),
    (re.compile(r"매주|주마다|주말(?:마다|이면)"), 1 / 7),
    (re.compile(r"매달|매월|달마다|다달이"), 1 / 30),
    (re.compile(r"매년|해마다"), 1 / 365),
)
# What is counted at several times of the day, or once and again, adds up.
_PARTS_OF_DAY = re.compile(r"새벽|아침|오전|점심|낮|오후|저녁|밤|자기 전")
_AGAIN = re.compile(r"(?<![가-힣])또(?![가-힣])")
_WEEKDAYS = re.compile(
    r"([월화수목금토일])요일(?=마다|이면|에|하고|이랑|,|\s)|(?<![가-힣])([월화수목금토일]{2,4})(?=으로|에|\s|$)"
)
_PLAIN_LENGTH = re.compile(_LENGTH)
_RELATIVE = re.compile("|".join(sorted(_AGO, key=len, reverse=True)))
_CLOCK = re.compile(
    r"(?P<part>새벽|아침|오전|낮|점심|오후|저녁|밤)?(?:에|은|엔)?\s?(?<![가-힣0-9])"
    rf"(?P<hour>(?:열)?\s?(?:{ONES})|열|[0-9]{{1,2}})\s?시(?!간|장|골|작|내|집)\s?(?P<half>반)?"
)
_DIGITS = "0-9일이삼사오육칠팔구십백천"
_WON = re.compile(rf"(?<![가-힣0-9])(?P<won>[{_DIGITS}]{{0,9}}만\s?[{_DIGITS}]{{0,9}}|[{_DIGITS}]{{1,9}})\s?원")
_AFTERNOON = {"낮", "점심", "오후", "저녁", "밤"}
_FROM = re.compile(r"이상|넘|초과|부터|이후|지나|더\s?(?:많|된|돼|됐)|후에")
_TO = re.compile(r"이하|미만|아래|까지|이전|못\s?되|안\s?되|안쪽|이내|안에|(?<=시)\s전|[분간]도\s?(?:못|안|채)|덜")
_RANGE = re.compile(r"에서|~|사이")
_NOON = 12.0
# What lies so far apart is quite different: a factor of 4.5, three hours.
_LOGARITHMIC = 1.5
# Who does something every other day does it about three times a week.
_ABOUT = 0.15
_HOURS_OFF = 3.0
_LEAST = 1e-4


@lru_cache(maxsize=4096)
def measures(text: str) -> Measures:
    """Returns what a sentence measures; where it names several of one dimension, from the least to the most."""
    said = " ".join(text.replace(",", "").split())
    found: dict[str, Span] = {}
    for dimension, span in _found(said):
        known = found.get(dimension)
        found[dimension] = span if known is None else (min(known[0], span[0]), max(known[1], span[1]))
    return {dimension: _open(span, said) for dimension, span in found.items()}


def apart(dimension: str, said: Span, expected: Span) -> float:
    """Returns how far two spans lie apart: 0 they meet, 1 they are quite different."""
    if dimension == "clock":
        shifts = (0.0, _NOON, -_NOON)
        return min(1.0, min(_gap((said[0] + shift, said[1] + shift), expected) for shift in shifts) / _HOURS_OFF)
    low, high = (_log(said), _log(expected))
    far = min(1.0, _gap(low, high) / _LOGARITHMIC)
    return 0.0 if dimension == "rate" and far < _ABOUT and said[0] < 1 else far


def in_period(found: Measures, question: str) -> Measures:
    """Returns measures with what comes at a rate counted within the question's period: "하루에 몇 번"."""
    asked = _PLAIN_LENGTH.search(question)
    if asked is None or "rate" not in found or (days := _length(asked)) is None:
        return found
    times = (found["rate"][0] * days[0], found["rate"][1] * days[1])
    return {**found, "times": times}


def common_dimension(said: Measures, options: Sequence[Measures]) -> str | None:
    """Returns the dimension in which most expected answers can be compared with what was said; None: in none."""
    counts = {dimension: sum(dimension in option for option in options) for dimension in said}
    best = max(counts, key=lambda dimension: counts[dimension], default=None)
    return best if best is not None and counts[best] else None


def ends(options: Sequence[Measures]) -> tuple[int, int] | None:
    """Returns which expected answer measures least, and which most; None: they do not measure one thing."""
    dimensions = [dimension for option in options for dimension in option]
    dimension = max(dict.fromkeys(dimensions), key=dimensions.count, default=None)
    if dimension is None or dimensions.count(dimension) < 2:
        return None
    places = [place for place, option in enumerate(options) if dimension in option]
    return min(places, key=lambda place: options[place][dimension][1]), max(
        places, key=lambda place: options[place][dimension][0]
    )


def _found(said: str) -> Iterator[tuple[str, Span]]:
    yield from _rates(said)
    rest = _RATE.sub(" ", said)
    yield from _clocks(rest)
    yield from _plain(_CLOCK.sub(" ", rest))


def _rates(said: str) -> Iterator[tuple[str, Span]]:
    for match in _RATE.finditer(said):
        each = _length(match)
        times = _value(match["times"]) if match["times"] else (1.0, 1.0)
        if each is None or times is None:
            continue
        skipped = float(match["every"] in _SKIPPING)
        yield "rate", (times[0] / (each[1] + skipped), times[1] / (each[0] + skipped))
        if match["unit"]:
            yield _COUNTERS[match["unit"]], times
    if _ALWAYS.search(said):
        yield "rate", (1.0, 1.0)
    for words, rate in _EVERY:
        if words.search(said):
            yield "rate", (rate, rate)
    days = sum(len(match[1] or match[2]) for match in _WEEKDAYS.finditer(said))
    if days:
        yield "rate", (days / 7, days / 7)


def _clocks(rest: str) -> Iterator[tuple[str, Span]]:
    last = None
    for match in _CLOCK.finditer(rest):
        hour = _value(match["hour"])
        if hour is None:
            continue
        at = hour[0] + 0.5 * bool(match["half"])
        if at < _NOON and (match["part"] in _AFTERNOON or (last is not None and _RANGE.search(rest) and at < last)):
            at += _NOON
        last = at
        yield "clock", (at, at)


def _plain(rest: str) -> Iterator[tuple[str, Span]]:
    for match in _PLAIN_LENGTH.finditer(rest):
        if (length := _length(match)) is not None:
            yield "time", length
    for match in _RELATIVE.finditer(rest):
        yield "time", _AGO[match[0]]
    for match in _WON.finditer(rest):
        if (won := _value(match["won"])) is not None:
            yield "won", won
    counts = list(_counts(rest))
    if len(counts) > 1 and len({counted for counted, _ in counts}) == 1 and _adds_up(rest, len(counts)):
        yield counts[0][0], (sum(low for _, (low, _) in counts), sum(high for _, (_, high) in counts))
    else:
        yield from counts


def _counts(rest: str) -> Iterator[tuple[str, Span]]:
    for match in _COUNT.finditer(rest):
        if (count := _value(match["number"])) is not None:
            counted = _COUNTERS[match["unit"]]
            if counted != "honoured":
                yield counted, count
            elif native_korean(match["number"]) is not None or match["number"] in _BETWEEN:  # else it is minutes
                yield "people", count


def _adds_up(rest: str, counts: int) -> bool:
    return _AGAIN.search(rest) is not None or len(set(_PARTS_OF_DAY.findall(rest))) >= counts


def _length(match: re.Match[str]) -> Span | None:
    """Returns a length of time in days."""
    if match["named"]:
        return _DAYS[match["named"]]
    value = _value(match["number"])
    if value is None or value[0] <= 0:
        return None
    return value[0] * _PERIOD[match["period"]], value[1] * _PERIOD[match["period"]]


def _value(numeral: str) -> Span | None:
    if numeral in _BETWEEN:
        return _BETWEEN[numeral]
    native = native_korean(numeral)
    value = sino_korean(numeral) if native is None else native
    return None if value is None else (float(value), float(value))


def _open(span: Span, said: str) -> Span:
    if span[0] == span[1] or not _RANGE.search(said):
        if _FROM.search(said):
            return span[0], math.inf
        if _TO.search(said):
            return 0.0, span[1]
    return span


def _log(span: Span) -> Span:
    low, high = (math.log(max(bound, _LEAST)) if math.isfinite(bound) else math.inf for bound in span)
    return low, high


def _gap(said: Span, expected: Span) -> float:
    return max(0.0, max(said[0], expected[0]) - min(said[1], expected[1]))
