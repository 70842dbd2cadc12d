"""What can go wrong with a stream, named as Twilio names it."""

import aiohttp


class StreamFailure(Exception):
    """Raised when a stream cannot be opened or breaks off; `code` is Twilio's."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)


def failure_of_opening(error: Exception) -> StreamFailure:
    """Names what the WebSocket client raised."""
    match error:
        case aiohttp.WSServerHandshakeError(status=status):
            return StreamFailure(31920, f"the handshake was answered with HTTP {status}")
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            return StreamFailure(31902, "the connection was refused")
        case aiohttp.ClientSSLError():
            return StreamFailure(31910, "the TLS handshake failed")
        case aiohttp.InvalidURL() | ValueError():
            return StreamFailure(31923, "the URL is malformed")
        case aiohttp.ClientConnectorError() | TimeoutError():
            return StreamFailure(31901, "there was no answer to the handshake")
        case _:
            return StreamFailure(31920, f"the handshake broke off ({type(error).__name__})")
