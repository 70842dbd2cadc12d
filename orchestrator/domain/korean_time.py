"""Korean time: the callees' and the backend's."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

KOREA = timezone(timedelta(hours=9))  # without daylight saving since 1988


def local_time(moment: datetime) -> str:
    """Returns a moment as the backend writes its own: Korean, ISO 8601 in seconds, without a zone."""
    return moment.astimezone(KOREA).replace(tzinfo=None).isoformat(timespec="seconds")
