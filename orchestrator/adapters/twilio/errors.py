"""What Twilio's error codes mean (Twilio docs, Error and Warning Dictionary)."""

from __future__ import annotations

from orchestrator.domain.codes import DialFailure
from orchestrator.domain.errors import DialRefused, TelephoneUnavailable

TOO_MANY_REQUESTS = 20429
NOT_FOUND = 20404
CALL_IS_OVER = 21220

# Refused before anything was dialled, and worth another try later: too many API requests, too many calls at once,
# more than 24 hours of calls queued.
_NOT_NOW = {TOO_MANY_REQUESTS, 10004, 22005}

_REFUSALS = {
    10001: DialFailure.UNAUTHORISED,  # account inactive
    10002: DialFailure.TRIAL_ACCOUNT,
    13227: DialFailure.GEO_PERMISSION,
    20001: DialFailure.CONFIGURATION,  # unknown parameters
    20003: DialFailure.UNAUTHORISED,  # wrong credentials, or suspended
    20404: DialFailure.CONFIGURATION,  # no such account
    21201: DialFailure.INVALID_NUMBER,  # no To
    21202: DialFailure.FORBIDDEN_NUMBER,  # premium
    21203: DialFailure.GEO_PERMISSION,  # international calls are not enabled
    21205: DialFailure.CONFIGURATION,  # Url
    21206: DialFailure.CONFIGURATION,  # SendDigits
    21208: DialFailure.CONFIGURATION,  # Timeout
    21209: DialFailure.CONFIGURATION,  # Method
    21210: DialFailure.INVALID_CALLER,  # From is not verified
    21211: DialFailure.INVALID_NUMBER,
    21212: DialFailure.INVALID_CALLER,
    21213: DialFailure.INVALID_CALLER,  # no From
    21214: DialFailure.INVALID_NUMBER,  # cannot be reached
    21215: DialFailure.GEO_PERMISSION,
    21216: DialFailure.FORBIDDEN_NUMBER,  # on the blocked list
    21217: DialFailure.INVALID_NUMBER,
    21218: DialFailure.CONFIGURATION,  # ApplicationSid
    21219: DialFailure.TRIAL_ACCOUNT,  # To is not verified
    21234: DialFailure.CONFIGURATION,  # answering machine detection
    21262: DialFailure.CONFIGURATION,
    21263: DialFailure.CONFIGURATION,
    32205: DialFailure.GEO_PERMISSION,
}


def dial_error(http_status: int, code: int | None) -> DialRefused | TelephoneUnavailable:
    """Returns what the refusal to make a call means.

    Args:
        http_status: 400 or above. From 500 on nobody knows whether the call was made (Twilio docs, error 20500).
        code: Twilio's; it repeats the HTTP status where Twilio gave none.
    """
    if code in _NOT_NOW or http_status == 429:
        return TelephoneUnavailable(provider_code=code, happened=False, failure=DialFailure.RATE_LIMITED)
    if http_status >= 500:
        return TelephoneUnavailable(provider_code=code)
    if http_status in {401, 403}:
        return DialRefused(_REFUSALS.get(code or 0, DialFailure.UNAUTHORISED), code)
    return DialRefused(_REFUSALS.get(code or 0, DialFailure.UNKNOWN), code)
