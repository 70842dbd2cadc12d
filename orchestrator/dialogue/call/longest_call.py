"""When a call has lasted as long as it may, whatever the telephone network makes of its own limit. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation

# The telephone network ends the call at the limit itself; only one that it forgot is ended from here.
GRACE = timedelta(seconds=10)


def overdue_at(brief: Brief, consultation: Consultation) -> datetime | None:
    """Returns when a call is to be hung up at the latest; None if nobody rang yet."""
    limit = timedelta(seconds=brief.dialling.time_limit) + GRACE
    if consultation.answered_at is not None:
        return consultation.answered_at + limit
    if consultation.dialled_at is not None:
        return consultation.dialled_at + timedelta(seconds=brief.dialling.ring_timeout) + limit
    return None


def looked_up_at(brief: Brief, consultation: Consultation, now: datetime, quiet: timedelta) -> datetime:
    """Returns when a call is looked up next: after a time without news, and not later than it is overdue."""
    overdue = overdue_at(brief, consultation)
    return min(now + quiet, overdue) if overdue is not None and overdue > now else now + quiet
