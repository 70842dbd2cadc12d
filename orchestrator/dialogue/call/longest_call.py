"""When a call has lasted as long as it may, whatever the telephone network makes of its own limit. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation

# The telephone network ends the call at the limit itself; only one that it forgot is ended from here.
GRACE = timedelta(seconds=10)
# So long before it the agent says goodbye, so that nobody is cut off; in a very short call, for its last third.
CLOSING = timedelta(seconds=60)
# Seconds of it that are kept for the goodbye, and seconds that an answer is given in any case.
_GOODBYE = 30.0
_SHORTEST_ANSWER = 10.0


def overdue_at(brief: Brief, consultation: Consultation) -> datetime | None:
    """Returns when a call is to be hung up at the latest; None if nobody rang yet."""
    limit = timedelta(seconds=brief.dialling.time_limit) + GRACE
    if consultation.answered_at is not None:
        return consultation.answered_at + limit
    if consultation.dialled_at is not None:
        return consultation.dialled_at + timedelta(seconds=brief.dialling.ring_timeout) + limit
    return None


def is_closing(brief: Brief, consultation: Consultation, now: datetime) -> bool:
    """Whether a call is so near its longest time that it is to be brought to its end."""
    if consultation.answered_at is None:
        return False
    limit = timedelta(seconds=brief.dialling.time_limit)
    return now >= consultation.answered_at + limit - min(CLOSING, limit / 3)


def longest_answer(brief: Brief, consultation: Consultation, now: datetime, most: float) -> float:
    """Returns how many seconds the callee's next answer may last, so that there is time for a goodbye after it.

    Args:
        brief: has the longest time of the call.
        consultation: says when it began.
        now: when the answer is asked for.
        most: seconds that it may last at most.
    """
    if consultation.answered_at is None:
        return most
    left = brief.dialling.time_limit - (now - consultation.answered_at).total_seconds()
    return min(most, max(_SHORTEST_ANSWER, left - _GOODBYE))


def looked_up_at(brief: Brief, consultation: Consultation, now: datetime, quiet: timedelta) -> datetime:
    """Returns when a call is looked up next: after a time without news, and not later than it is overdue."""
    overdue = overdue_at(brief, consultation)
    return min(now + quiet, overdue) if overdue is not None and overdue > now else now + quiet
