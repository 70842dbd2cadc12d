"""When somebody wants to be called again ("내일 오후 세 시", "점심 먹고"), seen from a Korean local time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from orchestrator.dialogue.understanding.numerals import native_korean, sino_korean
from orchestrator.domain.outcome import PartOfDay

_WEEKDAYS = "월화수목금토일"
_HOURS = {
    PartOfDay.MORNING: (time(9), time(12)),
    PartOfDay.NOON: (time(12), time(13)),
    PartOfDay.AFTERNOON: (time(13), time(18)),
    PartOfDay.EVENING: (time(18), time(21)),
}
_WHOLE_DAY = (time(9), time(21))
# A time that was named holds for so long; "in a while" begins so soon.
_LEEWAY = timedelta(hours=1)
_SOON = timedelta(minutes=30)

_NUMBER = r"([0-9]+|[일이삼사오육칠팔구십]+|열한|열두|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)"
_LATER = r"(?:있다가?|이따가?|뒤|후|지나|이후)"
_PASSING = re.compile(rf"(?:{_NUMBER}(시간|분)(반)?|(반시간))(?:쯤|정도|만)?(?:은|에)?{_LATER}")
_DAYS_ON = re.compile(rf"(?:{_NUMBER}(일|주일?|달)|(하루|이틀|사흘|나흘|닷새|일주일|보름|며칠))(?:쯤|정도|만)?{_LATER}")
_DAY_NAMES = {"하루": 1, "이틀": 2, "사흘": 3, "며칠": 3, "나흘": 4, "닷새": 5, "일주일": 7, "보름": 15}
_UNIT_DAYS = {"일": 1, "주": 7, "주일": 7, "달": 30}
_RELATIVE_DAYS = (("글피", 3), ("모레", 2), ("내일모레", 2), ("내일", 1), ("낼", 1), ("오늘", 0))
_WEEKDAY = re.compile(r"(이번주?|다음주?|담주?|돌아오는)?(?:에)?([월화수목금토일])욜?(?:요일)(?:날)?")
_DATE = re.compile(rf"(?:{_NUMBER}월)?{_NUMBER}일(?:날)?(?!{_LATER})")
_CLOCK = re.compile(rf"{_NUMBER}시(?!간)(?:(반)|{_NUMBER}분)?")
_PARTS = (
    (PartOfDay.AFTERNOON, re.compile(r"오후|점심(?:밥)?(?:을)?(?:먹고|먹은|지나|후)|한낮|낮에")),
    (PartOfDay.EVENING, re.compile(r"저녁|밤|해지")),
    (PartOfDay.NOON, re.compile(r"점심|정오")),
    (PartOfDay.MORNING, re.compile(r"오전|아침|새벽")),
)
_AFTER = re.compile(r"시(?:반|\S{1,3}분)?(?:이후|넘어|지나|부터|후)")
_BEFORE = re.compile(r"시(?:반|\S{1,3}분)?(?:이전|전(?!화)|까지|안)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of time in which somebody may be called; times as far as they were named, in the zone of `now`."""

    not_before: datetime | None = None
    not_after: datetime | None = None
    part_of_day: PartOfDay | None = None


def read_moment(text: str, now: datetime) -> Moment | None:
    """Returns when an utterance says to call again.

    Args:
        text: what was said.
        now: the Korean local time, with zone.

    Returns:
        The stretch of time; None if no time is named ("나중에").
    """
    meant = _read(re.sub(r"[\s,.?!~]", "", text), now)
    if meant is None or meant.not_before is None or meant.not_before >= now:
        return meant
    later = meant.not_after is None or meant.not_after > now
    return replace(meant, not_before=now, not_after=meant.not_after if later else now + _LEEWAY)


def _read(said: str, now: datetime) -> Moment | None:
    passing = _PASSING.search(said)
    if passing is not None:
        begin = now + _duration(passing)
        return Moment(begin, begin + _LEEWAY)
    day = _day(said, now)
    part = next((part for part, pattern in _PARTS if pattern.search(said)), None)
    clock = _CLOCK.search(said)
    if clock is not None:
        return _at(clock, said, day or now, part, now)
    if day is None and part is None:
        later = re.search(r"이따|있다|좀뒤|조금뒤", said)
        return Moment(now + _SOON, max(_on(now, _WHOLE_DAY[1]), now + _SOON + _LEEWAY)) if later else None
    return _within(day or now, part, now, today=day is None)


def _duration(match: re.Match[str]) -> timedelta:
    if match[4]:
        return timedelta(minutes=30)
    length = timedelta(hours=_value(match[1])) if match[2] == "시간" else timedelta(minutes=_value(match[1]))
    return length + timedelta(minutes=30 if match[3] else 0)


def _day(said: str, now: datetime) -> datetime | None:
    ahead = _DAYS_ON.search(said)
    if ahead is not None:
        return now + timedelta(days=_DAY_NAMES[ahead[3]] if ahead[3] else _value(ahead[1]) * _UNIT_DAYS[ahead[2]])
    for name, days in _RELATIVE_DAYS:
        if name in said:
            return now + timedelta(days=days)
    weekday = _WEEKDAY.search(said)
    if weekday is not None:
        return _next_weekday(weekday, now)
    if re.search(r"(?:다음|담)주", said):
        return now + timedelta(days=7 - now.weekday())
    if "주말" in said:
        return now + timedelta(days=(5 - now.weekday()) % 7)
    dated = _DATE.search(said)
    return _date(dated, now) if dated is not None else None


def _next_weekday(match: re.Match[str], now: datetime) -> datetime:
    wanted = _WEEKDAYS.index(match[2])
    if (match[1] or "").startswith(("다음", "담")):
        return now + timedelta(days=7 - now.weekday() + wanted)
    return now + timedelta(days=(wanted - now.weekday()) % 7 or 7 * (match[1] is None))


def _date(match: re.Match[str], now: datetime) -> datetime | None:
    month, day = (_value(match[1]) if match[1] else now.month), _value(match[2])
    for step in range(13):
        year = now.year + (now.month + step - 1) // 12
        current = (now.month + step - 1) % 12 + 1
        if match[1] and current != month:
            continue
        try:
            found = now.replace(year=year, month=current, day=day)
        except ValueError:
            continue
        if found >= now:
            return found
    return None


def _at(clock: re.Match[str], said: str, day: datetime, part: PartOfDay | None, now: datetime) -> Moment | None:
    hour, minute = _value(clock[1]), 30 if clock[2] else _value(clock[3]) if clock[3] else 0
    if hour > 24 or minute > 59:
        return None
    begin = _on(day, time(_on_the_day(hour, part) % 24, minute))
    if begin <= now and begin.hour < 12 and part is None:
        begin += timedelta(hours=12)
    if begin <= now:
        begin += timedelta(days=1)
    if _AFTER.search(said):
        return Moment(begin, max(_on(begin, _WHOLE_DAY[1]), begin + _LEEWAY), part)
    if _BEFORE.search(said):
        return Moment(max(min(now, begin - _LEEWAY), _on(begin, _WHOLE_DAY[0])), begin, part)
    return Moment(begin, begin + _LEEWAY, part)


def _on_the_day(hour: int, part: PartOfDay | None) -> int:
    """Returns the hour of 24: without a part of the day, one to seven are hours of the afternoon."""
    if part in {PartOfDay.AFTERNOON, PartOfDay.EVENING} and hour < 12:
        return hour + 12
    if part in {None, PartOfDay.NOON} and 1 <= hour <= 7:
        return hour + 12
    return hour


def _within(day: datetime, part: PartOfDay | None, now: datetime, *, today: bool) -> Moment:
    first, last = _HOURS[part] if part else _WHOLE_DAY
    begin, end = _on(day, first), _on(day, last)
    if end <= now:
        if not today:
            return Moment(now, now + _LEEWAY, part)
        begin, end = begin + timedelta(days=1), end + timedelta(days=1)
    return Moment(max(begin, now), end, part)


def _on(day: datetime, at: time) -> datetime:
    return day.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)


def _value(numeral: str) -> int:
    return native_korean(numeral) or sino_korean(numeral) or 0


def names_moment(text: str) -> bool:
    """Whether an utterance names a time, seen from any day."""
    return read_moment(text, datetime(2000, 1, 3, 12, tzinfo=UTC)) is not None
