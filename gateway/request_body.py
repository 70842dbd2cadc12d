"""Reads request bodies: bounded in size and time, and in UTF-8."""

import asyncio
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.errors import (
    BodyTooLargeError,
    InvalidRequestError,
    RequestTimeoutError,
    UnsupportedMediaTypeError,
)

MAX_JSON_BYTES = 1024 * 1024
JSON_SECONDS = 10.0

Body = TypeVar("Body", bound=BaseModel)

_PHRASES = {
    "missing": "is missing",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "list_type": "must be an array",
    "literal_error": "must be {expected}",
    "model_type": "must be an object",
    "extra_forbidden": "is not known",
    "too_long": "must have at most {max_length} entries",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


async def read_text(request: web.Request, *, max_bytes: int, timeout: float) -> str:
    """Reads a body of UTF-8 text.

    Args:
        request: The request.
        max_bytes: How large the body may be, after decompression.
        timeout: How long it may take to arrive, in seconds.

    Raises:
        BodyTooLargeError: It is larger.
        RequestTimeoutError: It takes longer.
        InvalidRequestError: It is not UTF-8.
    """
    try:
        async with asyncio.timeout(timeout):
            content = await request.clone(client_max_size=max_bytes).read()
        return content.decode("utf-8")
    except web.HTTPRequestEntityTooLarge as error:
        raise BodyTooLargeError(f"The body is larger than {max_bytes // 1024} KiB.") from error
    except TimeoutError as error:
        raise RequestTimeoutError("The body did not arrive in time.") from error
    except UnicodeDecodeError as error:
        raise InvalidRequestError(f"The body is not UTF-8 (byte {error.start}).", reason="INVALID_ENCODING") from error
    except web.RequestPayloadError as error:
        raise InvalidRequestError("The body is incomplete or damaged.", reason="INVALID_BODY") from error


async def read_json(request: web.Request, model: type[Body], *, max_bytes: int = MAX_JSON_BYTES) -> Body:
    """Reads a JSON body.

    Args:
        request: The request; its content type must be JSON.
        model: What the body must be.
        max_bytes: How large it may be.

    Raises:
        UnsupportedMediaTypeError: It says that it is something else.
        InvalidRequestError: It is not JSON, or not of this form; names the first wrong field.
        BodyTooLargeError: It is too large.
        RequestTimeoutError: It takes too long.
    """
    if request.content_type != "application/json" and not request.content_type.endswith("+json"):
        raise UnsupportedMediaTypeError("The Content-Type must be application/json.")
    text = await read_text(request, max_bytes=max_bytes, timeout=JSON_SECONDS)
    return parse_json(text, model)


def parse_json(text: str, model: type[Body]) -> Body:
    """Parses JSON; see `read_json`. Nothing of the text is in the error: only where it is wrong and how."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
    first = problems[0]
    if first["type"] == "json_invalid":
        raise InvalidRequestError(f"The body is not valid JSON: {first['ctx']['error']}.", reason="INVALID_JSON")
    field = _path(first["loc"])
    more = f" ({len(problems)} fields are wrong.)" if len(problems) > 1 else ""
    raise InvalidRequestError(f"{field or 'The body'} {_phrase(first)}.{more}", field=field)


def _path(location: tuple[int | str, ...]) -> str:
    """Writes a place in JSON as `question_list[0].text`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".")


def _phrase(problem: ErrorDetails) -> str:
    phrase = _PHRASES.get(problem["type"])
    return phrase.format(**problem.get("ctx", {})) if phrase else problem["msg"]
