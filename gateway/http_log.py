"""The log of the HTTP server itself: what clients send that is no HTTP is counted as theirs, and never quoted."""

import logging

from aiohttp.http_exceptions import HttpProcessingError


class _WithoutContent(logging.Filter):
    """Keeps bytes of broken requests, which may be anything, out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.msg, record.args = "malformed request: %s", (type(error).__name__,)
            record.exc_info = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def server_logger() -> logging.Logger:
    """Returns the logger for `aiohttp.web.AppRunner`."""
    logger = logging.getLogger(__name__)
    if not logger.filters:
        logger.addFilter(_WithoutContent())
    return logger
