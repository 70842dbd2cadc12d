"""Structured logs in which no personal data can appear unmasked.

`configure` is called once by each program's `__main__`; modules take their logger by `log.get(__name__)`.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from typing import TYPE_CHECKING, Literal

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

LogFormat = Literal["json", "console"]

# Keys whose values are what people said, or who they are: never written, whoever logs them.
_PERSONAL_KEYS = frozenset(
    {
        "name", "phone", "to", "to_phone", "birth_date", "address", "text", "said", "heard", "quote", "summary",
        "utterance", "question", "answer", "body", "payload", "transcript", "prompt", "content",
    }
)  # fmt: skip
_PHONE = re.compile(r"(?<![0-9A-Za-z_-])\+?\d(?:[\d -]{7,16})\d(?![0-9A-Za-z_-])")


def get(name: str) -> FilteringBoundLogger:
    """Returns the logger of a module; pass `__name__`."""
    logger: FilteringBoundLogger = structlog.get_logger(module=name)
    return logger


def configure(log_format: LogFormat = "json", level: str = "INFO") -> None:
    """Sets up logging for a program: one line an event on stderr.

    Args:
        log_format: `json` for machines, `console` for people.
        level: `DEBUG`, `INFO`, `WARNING` or `ERROR`.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_exception_text,
        mask,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Masks personal data in a log event: known keys wholly, telephone numbers wherever they stand."""
    return {key: "***" if key in _PERSONAL_KEYS else _masked(value) for key, value in event.items()}


def masked_phone(phone: str) -> str:
    """Returns a telephone number with all but its last two digits masked."""
    digits_left = sum(character.isdigit() for character in phone) - 2
    masked = []
    for character in phone:
        if character.isdigit() and digits_left > 0:
            digits_left -= 1
            masked.append("*")
        else:
            masked.append(character)
    return "".join(masked)


def _without_exception_text(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replaces an exception by its type and frames: its text may hold what somebody said."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()[1]
    elif isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["error"] = type(found).__name__
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(found.__traceback__)
        ]
    return event


def _masked(value: object) -> object:
    if isinstance(value, str):
        return _PHONE.sub(lambda match: masked_phone(match.group()), value)
    if isinstance(value, dict):
        return {key: "***" if key in _PERSONAL_KEYS else _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value if value is None or isinstance(value, int | float) else f"<{type(value).__name__}>"
