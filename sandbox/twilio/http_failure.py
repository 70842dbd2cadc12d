"""What can go wrong when Twilio requests something, named as Twilio names it."""

import aiohttp

from sandbox.twilio.overrides import Failure


class HttpFailure(Exception):
    """Raised when a request got no usable answer.

    Attributes:
        code: Twilio's error code.
        kind: the failure as connection overrides name it; None: it is never tried again.
    """

    def __init__(self, code: int, message: str, kind: Failure | None = None) -> None:
        self.code = code
        self.kind = kind
        super().__init__(message)


def failure_of(error: Exception) -> HttpFailure:
    """Names what the HTTP client raised."""
    match error:
        case aiohttp.InvalidURL() | ValueError():
            return HttpFailure(11100, "the URL is not valid")
        case aiohttp.ClientConnectorDNSError():
            return HttpFailure(11210, "the host name does not resolve", "ct")
        case aiohttp.ConnectionTimeoutError():
            return HttpFailure(11201, "the TCP connection timed out", "ct")
        case aiohttp.ClientSSLError():
            return HttpFailure(11220, "the TLS handshake failed", "ct")
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return HttpFailure(11202, "the TCP connection was refused", "ct")
        case aiohttp.ClientConnectorError():
            return HttpFailure(11205, "the connection failed", "ct")
        case TimeoutError():
            return HttpFailure(11200, "the answer took too long", "rt")
        case _:
            return HttpFailure(11200, f"the answer broke off or was no HTTP ({type(error).__name__})", "rt")


def failure_of_status(status: int) -> HttpFailure | None:
    """Names an answer that is an error; None if it is none."""
    if status < 400:
        return None
    return HttpFailure(11200, f"the application answered HTTP {status}", "5xx" if status >= 500 else "4xx")
