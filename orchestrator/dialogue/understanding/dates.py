"""Birth dates as people say and press them, whole or in part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from orchestrator.dialogue.understanding.numerals import digits_of, sino_korean

_CENTURY = 1900
_TWO_DIGITS = 100
# A month of the Chinese calendar begins so many days before, or after, it would by the sun.
_LUNAR_LAG = (timedelta(days=18), timedelta(days=52))

_SINO = r"[0-9영공일이삼사오육륙칠팔구십백천]+"
_MONTHS = {"정월": 1, "유월": 6, "육월": 6, "시월": 10, "십월": 10, "동짓달": 11, "섣달": 12}
_DAYS = ("하루", "이틀", "사흘", "나흘", "닷새", "엿새", "이레", "여드레", "아흐레", "열흘")
_YEAR = re.compile(r"([0-9]+|[영공일이삼사오육륙칠팔구십백천]+)년(?!전|동안|째|뒤|후)")
_MONTH = re.compile(rf"{'|'.join(_MONTHS)}|({_SINO})월")
_DAY = re.compile(
    rf"(?P<tens>초|열|스무|스물)?(?P<native>{'|'.join(_DAYS)}|하룻|사흗|나흗|닷|엿|이렛|여드렛|아흐렛|열흘)(?:날)?|"
    rf"(?P<other>보름|스무날|그믐)|(?P<sino>{_SINO})일(?!년)"
)
_DAY_STEMS = {"하룻": 1, "사흗": 3, "나흗": 4, "닷": 5, "엿": 6, "이렛": 7, "여드렛": 8, "아흐렛": 9}
_OTHER_DAYS = {"보름": 15, "스무날": 20, "그믐": 30}
_DAY_TENS = {"초": 0, "열": 10, "스무": 20, "스물": 20}
_SPELT = re.compile(r"[0-9영공일이삼사오육륙칠팔구]+(?=$|이?요|이?에요|예요|입니다|이?여|이?지|이?라|생)")
_PUNCTUATED = re.compile(r"(?<!\d)(\d{4}|\d{2})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class SpokenDate:
    """A birth date as far as it was said.

    Attributes:
        year: in full; two digits are of the twentieth century.
        century: whether the century was said too.
        lunar: whether it was said to be of the lunar calendar.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    century: bool = False
    lunar: bool = False

    @property
    def whole(self) -> bool:
        """Whether year, month and day were said."""
        return None not in {self.year, self.month, self.day}

    def matches(self, birth_date: date) -> bool:
        """Whether everything that was said agrees with a birth date.

        A lunar date agrees with its own numbers, which is how many were registered, and, if it is whole, with the
        days on which it can fall by the sun.
        """
        same_year = self.year is None or (
            self.year == birth_date.year if self.century else self.year % _TWO_DIGITS == birth_date.year % _TWO_DIGITS
        )
        if same_year and self.month in {None, birth_date.month} and self.day in {None, birth_date.day}:
            return (self.year, self.month, self.day) != (None, None, None)
        return self.lunar and self._falls_on(birth_date)

    def _falls_on(self, birth_date: date) -> bool:
        if self.year is None or self.month is None or self.day is None:
            return False
        by_numbers = date(self.year, self.month, min(self.day, 28))
        return _LUNAR_LAG[0] <= birth_date - by_numbers <= _LUNAR_LAG[1]


def read_date(text: str) -> SpokenDate | None:
    """Returns the date, or the part of one, that an utterance gives; None if it gives none that exists."""
    lunar = "음력" in text
    punctuated = _PUNCTUATED.search(text)
    if punctuated is not None:
        return _date(punctuated[1], int(punctuated[2]), int(punctuated[3]), lunar=lunar)
    said = re.sub(r"[\s,.?~-]", "", text)
    spelt = _SPELT.search(said)
    if spelt is not None and (read := read_date_keys(_without_copula(spelt[0]), lunar=lunar)) is not None:
        return read
    return _worded(said, lunar=lunar)


def read_date_keys(digits: str, *, lunar: bool = False) -> SpokenDate | None:
    """Returns the date that six or eight digits stand for ("480312", "19480312"); None if they stand for none."""
    plain = "".join(character for character in digits if character.isdigit())
    if len(plain) not in {6, 8}:
        return None
    return _date(plain[:-4], int(plain[-4:-2]), int(plain[-2:]), lunar=lunar)


def _worded(said: str, *, lunar: bool) -> SpokenDate | None:
    year = _YEAR.search(said)
    rest = f"{said[: year.start()]} {said[year.end() :]}" if year else said
    month = _MONTH.search(rest)
    if month is None:
        return _date(year[1], None, None, lunar=lunar) if year else None
    number = _MONTHS.get(month[0]) or sino_korean(month[1] or "")
    day = _DAY.search(rest, month.end())
    if number is None:
        return None
    return _date(year[1] if year else None, number, _day(day) if day else None, lunar=lunar)


def _without_copula(spelt: str) -> str:
    digits = digits_of(spelt) or ""
    return digits[:-1] if len(digits) in {7, 9} and spelt.endswith("이") else digits


def _day(match: re.Match[str]) -> int | None:
    if match["sino"]:
        return sino_korean(match["sino"])
    if match["other"]:
        return _OTHER_DAYS[match["other"]]
    name = match["native"]
    ones = _DAYS.index(name) + 1 if name in _DAYS else _DAY_STEMS[name]
    return _DAY_TENS.get(match["tens"] or "", 0) + ones


def _date(year_text: str | None, month: int | None, day: int | None, *, lunar: bool) -> SpokenDate | None:
    year = _year(year_text) if year_text else None
    if (year_text and year is None) or (month is not None and not 1 <= month <= 12):
        return None
    longest = 30 if month in {4, 6, 9, 11} else 29 if month == 2 and not lunar else 31
    if day is not None and not 1 <= day <= longest:
        return None
    full = year if year is None or year >= _TWO_DIGITS else year + _CENTURY
    return SpokenDate(full, month, day, year is not None and year >= _TWO_DIGITS, lunar)


def _year(text: str) -> int | None:
    digits = digits_of(text)
    value = int(digits) if digits else sino_korean(text)
    return value if value is not None and (value < _TWO_DIGITS or 1850 <= value <= 2100) else None
