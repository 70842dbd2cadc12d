"""Every error code of Twilio that a dial can meet."""

import pytest

from orchestrator.adapters.twilio.errors import dial_error
from orchestrator.domain.codes import DialFailure
from orchestrator.domain.errors import DialRefused, TelephoneUnavailable

REFUSED = {
    DialFailure.INVALID_NUMBER: [21201, 21211, 21214, 21217],
    DialFailure.GEO_PERMISSION: [13227, 21203, 21215, 32205],
    DialFailure.TRIAL_ACCOUNT: [10002, 21219],
    DialFailure.UNAUTHORISED: [10001, 20003],
    DialFailure.INVALID_CALLER: [21210, 21212, 21213],
    DialFailure.FORBIDDEN_NUMBER: [21202, 21216],
    DialFailure.CONFIGURATION: [20001, 20404, 21205, 21206, 21208, 21209, 21218, 21234, 21262, 21263],
    DialFailure.UNKNOWN: [21220, 21999, 400],
}


@pytest.mark.parametrize(("failure", "code"), [(failure, code) for failure, codes in REFUSED.items() for code in codes])
def test_refusals(failure: DialFailure, code: int) -> None:
    error = dial_error(400, code)
    assert isinstance(error, DialRefused)
    assert (error.failure, error.provider_code) == (failure, code)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (429, 429), (400, 10004), (400, 22005), (429, None)])
def test_what_was_certainly_not_dialled_and_may_be_tried_later(status: int, code: int | None) -> None:
    error = dial_error(status, code)
    assert isinstance(error, TelephoneUnavailable)
    assert (error.happened, error.provider_code) == (False, code)


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (503, 20503), (502, 502), (500, None)])
def test_what_nobody_knows(status: int, code: int | None) -> None:
    error = dial_error(status, code)
    assert isinstance(error, TelephoneUnavailable)
    assert (error.happened, error.provider_code) == (None, code)


@pytest.mark.parametrize(("status", "code"), [(401, None), (401, 401), (403, 403)])
def test_who_is_not_let_in_without_a_code(status: int, code: int | None) -> None:
    error = dial_error(status, code)
    assert isinstance(error, DialRefused)
    assert error.failure is DialFailure.UNAUTHORISED
