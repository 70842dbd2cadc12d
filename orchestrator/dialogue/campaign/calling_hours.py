"""When people may be called."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from orchestrator.dialogue.ports.holidays import Holidays
from orchestrator.domain.campaign import CallingHours
from orchestrator.domain.korean_time import KOREA

# No row of holidays and other days off is longer.
_LONGEST_REST = 400


def is_open(hours: CallingHours, moment: datetime, holidays: Holidays) -> bool:
    """Whether people may be called at a moment."""
    local = moment.astimezone(KOREA)
    return _calls_on(hours, local.date(), holidays) and hours.opens <= _minutes(local) < hours.closes


def next_open(hours: CallingHours, moment: datetime, holidays: Holidays) -> datetime:
    """Returns the first moment from another one on at which people may be called; in UTC."""
    if is_open(hours, moment, holidays):
        return moment
    local = moment.astimezone(KOREA)
    first = local.date() if _minutes(local) < hours.opens else local.date() + timedelta(days=1)
    days = (first + timedelta(days=number) for number in range(_LONGEST_REST))
    day = next(day for day in days if _calls_on(hours, day, holidays))
    return (datetime.combine(day, time(), KOREA) + timedelta(minutes=hours.opens)).astimezone(UTC)


def _calls_on(hours: CallingHours, day: date, holidays: Holidays) -> bool:
    return day.weekday() in hours.weekdays and (hours.holidays or not holidays.is_holiday(day))


def _minutes(local: datetime) -> int:
    return local.hour * 60 + local.minute
