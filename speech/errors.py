"""What goes wrong in here, free of status codes (`speech.rpc.errors` maps them).

SpeechError
├── InvalidFieldError      a field of the request is missing, of the wrong form, or out of range
├── RejectedAudioError     the audio is no audio, empty or too long
├── StreamingNotSupportedError
├── EngineFailedError      the engine does not answer or failed; trying again may help
└── OverloadedError        more work waits than this process can do
"""


class SpeechError(Exception):
    """The root of this package's errors. Their texts go to clients: no text of a foreign exception, nothing said."""


class InvalidFieldError(SpeechError):
    """Raised for a request that breaks the API's rules."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__(f"{field}: {description}")
        self.field = field
        self.description = description


class RejectedAudioError(InvalidFieldError):
    """Raised for audio that cannot be taken."""


class StreamingNotSupportedError(SpeechError):
    """Raised where an engine only takes whole recordings."""


class EngineFailedError(SpeechError):
    """Raised when an engine failed.

    Attributes:
        retry_after: Seconds after which a retry makes sense.
    """

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OverloadedError(SpeechError):
    """Raised instead of queueing work that would wait too long."""
