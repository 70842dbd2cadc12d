"""Errors of the REST API, in Twilio's JSON."""

from typing import Any, Final

_ERRORS: Final[dict[int, tuple[int, str]]] = {
    20001: (400, "{}"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20007: (400, "Page size must be greater than 0"),
    20009: (409, "Cannot delete the call because it is not complete"),
    20404: (404, "The requested resource {} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21201: (400, "No 'To' number is specified"),
    21202: (400, "The number {} is a premium number"),
    21203: (400, "International calling is not enabled"),
    21205: (400, "Url is not a valid URL: {}"),
    21206: (400, "Invalid SendDigits: {}"),
    21208: (400, "Invalid Timeout: {}"),
    21209: (400, "Invalid method: {}"),
    21210: (400, "The source phone number provided, {}, is not yet verified for your account."),
    21211: (400, "The phone number you are attempting to call, {}, is not valid."),
    21212: (400, "The source phone number provided, {}, is not valid."),
    21213: (400, "No 'From' number is specified"),
    21214: (400, "The phone number you are attempting to call, {}, cannot be reached."),
    21215: (400, "Account not authorized to call {}. Perhaps you need to enable some international permissions."),
    21216: (400, "Call to {} blocked by Twilio"),
    21217: (400, "Phone number does not appear to be valid: {}"),
    21218: (400, "Invalid ApplicationSid: {}"),
    21219: (400, "The number {} is unverified. Trial accounts may only make calls to verified numbers."),
    21220: (400, "Call is not in-progress. Cannot redirect."),
    21234: (400, "Invalid MachineDetection value: {}"),
    21609: (400, "The StatusCallback URL {} is not a valid URL."),
    21626: (400, "Invalid StatusCallbackEvents: {}"),
    22005: (400, "Call queue is full"),
}


class ApiError(Exception):
    """Raised to answer a REST request with an error.

    Attributes:
        code: Twilio's.
        status: of the HTTP answer.
        message: for people.
    """

    def __init__(self, code: int, subject: str = "") -> None:
        """Makes the error.

        Args:
            code: Twilio's; one of those known here.
            subject: what the message is about, for instance the number.
        """
        self.code = code
        self.status, message = _ERRORS[code]
        self.message = message.format(subject)
        super().__init__(self.message)

    def to_json(self) -> dict[str, Any]:
        """Returns the body of the answer."""
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more_info, "status": self.status}


def is_known(code: int) -> bool:
    """Tells whether `ApiError` knows a code."""
    return code in _ERRORS
