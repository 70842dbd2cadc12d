"""What came of an attempt, and when the person is called again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.dialogue.campaign.retry_rules import MOST_CALL_BACKS, SOME_OTHER_TIME, next_attempt, result_of
from orchestrator.domain.campaign import AttemptResult, RetryRules
from orchestrator.domain.codes import DialFailure, ExceptionCode
from orchestrator.domain.consultation import State
from orchestrator.domain.outcome import CallBackWish
from orchestrator.domain.progress import Progress
from tests.fakes.campaigns import item
from tests.fakes.consultations import NOON, consultation

Result = AttemptResult
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNANSWERED = Progress(exception=ExceptionCode.NOT_ANSWERED)


@pytest.mark.parametrize(
    ("failure", "result"),
    [
        (DialFailure.BUSY, Result.BUSY),
        (DialFailure.NETWORK, Result.BUSY),
        (DialFailure.RATE_LIMITED, Result.BUSY),
        (DialFailure.NO_ANSWER, Result.NO_ANSWER),
        (DialFailure.UNKNOWN, Result.NO_ANSWER),
        (DialFailure.NONE, Result.VOICEMAIL),
        (DialFailure.INVALID_NUMBER, Result.NO_SUCH_NUMBER),
        (DialFailure.GEO_PERMISSION, Result.REFUSED),
        (DialFailure.TRIAL_ACCOUNT, Result.REFUSED),
        (DialFailure.UNAUTHORISED, Result.REFUSED),
        (DialFailure.INVALID_CALLER, Result.REFUSED),
        (DialFailure.FORBIDDEN_NUMBER, Result.REFUSED),
        (DialFailure.CONFIGURATION, Result.REFUSED),
    ],
)
def test_what_came_of_a_call_that_nobody_answered(failure: DialFailure, result: AttemptResult) -> None:
    record = consultation(state=State.FAILED, dial_failure=failure, progress=UNANSWERED)
    assert result_of(record) is result


@pytest.mark.parametrize("exception", [code for code in ExceptionCode if code is not ExceptionCode.NOT_ANSWERED])
def test_who_talked_was_reached_however_it_ended(exception: ExceptionCode) -> None:
    record = consultation(state=State.FAILED, progress=Progress(exception=exception))
    assert result_of(record) is Result.REACHED


def test_a_wish_and_what_was_cancelled() -> None:
    wished = consultation(state=State.COMPLETED, progress=Progress(call_back=CallBackWish("내일요", 4)))
    assert result_of(wished) is Result.CALL_BACK
    assert result_of(consultation(state=State.CANCELLED)) is Result.CANCELLED
    assert result_of(consultation(state=State.CANCELLED, dial_failure=DialFailure.NOT_NOW)) is Result.NOT_NOW


@pytest.mark.parametrize(
    ("results", "wait"),
    [
        ([Result.BUSY], 10 * MINUTE),
        ([Result.BUSY, Result.BUSY], 10 * MINUTE),
        ([Result.NO_ANSWER], 30 * MINUTE),
        ([Result.NO_ANSWER, Result.NO_ANSWER], DAY),
        ([Result.NO_ANSWER, Result.BUSY, Result.NO_ANSWER, Result.NO_ANSWER], DAY),
        ([Result.BUSY, Result.NO_ANSWER], 30 * MINUTE),
        ([Result.VOICEMAIL], 3 * HOUR),
        ([Result.VOICEMAIL, Result.VOICEMAIL], DAY),
        ([Result.NOT_NOW], timedelta(0)),
        ([Result.NO_SUCH_NUMBER], None),
        ([Result.REFUSED], None),
        ([Result.REACHED], None),
        ([Result.CANCELLED], None),
        ([Result.BUSY] * 5, None),
        ([Result.NOT_NOW, *[Result.BUSY] * 4], 10 * MINUTE),
    ],
)
def test_the_usual_rules(results: list[AttemptResult], wait: timedelta | None) -> None:
    attempts = sum(result is not Result.NOT_NOW for result in results)
    again = next_attempt(item("a", results=tuple(results), attempts=attempts), RetryRules(), None, NOON)
    assert again == (None if wait is None else NOON + wait)


def test_no_retries_at_all() -> None:
    once = item("a", results=(Result.NO_ANSWER,), attempts=1)
    assert next_attempt(once, RetryRules(most_attempts=1), None, NOON) is None


def test_a_wish_goes_before_the_rules_and_beyond_the_attempts() -> None:
    rules = RetryRules(most_attempts=1)
    called = item("a", results=(Result.CALL_BACK,), attempts=1)
    wish = CallBackWish("내일 두 시요", 4, not_before=NOON + 21 * HOUR)
    assert next_attempt(called, rules, wish, NOON) == NOON + 21 * HOUR
    assert next_attempt(called, rules, replace(wish, not_before=NOON - HOUR), NOON) == NOON
    assert next_attempt(called, rules, replace(wish, not_before=None), NOON) == NOON + SOME_OTHER_TIME
    often = item("a", results=(Result.CALL_BACK,) * (MOST_CALL_BACKS + 1), attempts=4)
    assert next_attempt(often, rules, wish, NOON) is None
