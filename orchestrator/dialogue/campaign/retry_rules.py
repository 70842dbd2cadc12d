"""What came of an attempt to reach somebody, and when to try again."""

from __future__ import annotations

from datetime import datetime, timedelta

from orchestrator.domain.campaign import AttemptResult, Item, RetryRules
from orchestrator.domain.codes import DialFailure, ExceptionCode
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.outcome import CallBackWish

# Who wishes to be called later again and again is not called for ever.
MOST_CALL_BACKS = 3
# After a wish for "later" that says no time.
SOME_OTHER_TIME = timedelta(days=1)

_BY_FAILURE = {
    DialFailure.NONE: AttemptResult.VOICEMAIL,  # somebody answered who was nobody
    DialFailure.BUSY: AttemptResult.BUSY,
    DialFailure.NETWORK: AttemptResult.BUSY,
    DialFailure.RATE_LIMITED: AttemptResult.BUSY,
    DialFailure.NO_ANSWER: AttemptResult.NO_ANSWER,
    DialFailure.UNKNOWN: AttemptResult.NO_ANSWER,
    DialFailure.INVALID_NUMBER: AttemptResult.NO_SUCH_NUMBER,
}


def result_of(consultation: Consultation) -> AttemptResult:
    """Returns what came of a consultation that is over, for the campaign that ordered it."""
    if consultation.state is State.CANCELLED:
        not_now = consultation.dial_failure is DialFailure.NOT_NOW
        return AttemptResult.NOT_NOW if not_now else AttemptResult.CANCELLED
    if consultation.progress.exception is ExceptionCode.NOT_ANSWERED:
        return _BY_FAILURE.get(consultation.dial_failure, AttemptResult.REFUSED)
    return AttemptResult.CALL_BACK if consultation.progress.call_back else AttemptResult.REACHED


def wish_of(consultation: Consultation) -> CallBackWish | None:
    """Returns when a person wished to be called again, in a consultation that is over.

    The outcome says which time was meant ("tomorrow at three"); the progress only what was said.
    """
    outcome = consultation.outcome
    return (outcome.call_back if outcome else None) or consultation.progress.call_back


def next_attempt(item: Item, rules: RetryRules, wish: CallBackWish | None, now: datetime) -> datetime | None:
    """Returns when a person is called again; None: not at all.

    Args:
        item: with its latest result.
        rules: the campaign's.
        wish: the person's, if they had one in the latest call; it goes before the rules.
        now: when the latest attempt ended.
    """
    latest = item.results[-1]
    times = item.results.count(latest)
    if latest is AttemptResult.NOT_NOW:
        return now
    if latest is AttemptResult.CALL_BACK:
        wished = wish.not_before if wish and wish.not_before else now + SOME_OTHER_TIME
        return max(wished, now) if times <= MOST_CALL_BACKS else None
    waits = {
        AttemptResult.BUSY: rules.busy,
        AttemptResult.NO_ANSWER: rules.no_answer,
        AttemptResult.VOICEMAIL: rules.voicemail,
    }.get(latest, ())
    if not waits or item.attempts >= rules.most_attempts:
        return None
    return now + waits[min(times, len(waits)) - 1]
