"""What day it is, and what time, as it is said: no language model is asked to guess."""

from __future__ import annotations

from datetime import datetime

from orchestrator.domain.korean_time import KOREA

_WEEKDAYS = "월화수목금토일"
_DIGITS = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_MONTHS = ("일", "이", "삼", "사", "오", "유", "칠", "팔", "구", "시", "십일", "십이")
_HOURS = ("열두", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한")
_NOON = 12


def day_in_words(now: datetime) -> str:
    """Returns a day as it is said: "십일월 이십삼일 월요일"."""
    day = now.astimezone(KOREA)
    return f"{_MONTHS[day.month - 1]}월 {_sino(day.day)}일 {_WEEKDAYS[day.weekday()]}요일"


def time_in_words(now: datetime) -> str:
    """Returns a time of day as it is said: "오후 세 시 십오 분"."""
    time = now.astimezone(KOREA)
    half = "오전" if time.hour < _NOON else "오후"
    minutes = f" {_sino(time.minute)} 분" if time.minute else ""
    return f"{half} {_HOURS[time.hour % _NOON]} 시{minutes}"


def _sino(number: int) -> str:
    """Returns a number below a hundred in Sino-Korean."""
    tens, ones = divmod(number, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'십' if tens else ''}{_DIGITS[ones]}"
