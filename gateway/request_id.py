"""The id that ties a request to its lines in the logs of both programs. Travels as `x-request-id`."""

import re
import uuid
from contextvars import ContextVar

HEADER = "X-Request-Id"
current: ContextVar[str] = ContextVar("request_id", default="")

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def accepted_or_new(given: str | None) -> str:
    """Returns the id that a client chose, if it is fit for a log; otherwise a new one."""
    return given if given and _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
