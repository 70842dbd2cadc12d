"""Korean public holidays, substitute ones included: the port `Holidays`, over the package of that name."""

from __future__ import annotations

from datetime import date

from holidays import country_holidays


class KoreanHolidays:
    """Looks up days; a year is computed when it is first asked for."""

    def __init__(self) -> None:
        self._days = country_holidays("KR")

    def is_holiday(self, day: date) -> bool:
        """Whether a day is a public holiday."""
        return day in self._days
