"""The time of day, by the machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Implements the port `Clock`."""

    def now(self) -> datetime:
        """Returns the time, with zone UTC."""
        return datetime.now(UTC)
