"""Fields that several requests of the REST API have, checked as Twilio checks them."""

from typing import get_args
from urllib.parse import urlsplit

from multidict import MultiMapping

from sandbox.twilio.api_error import ApiError
from sandbox.twilio.verbs import Method


def read_method(form: MultiMapping[str], name: str) -> Method:
    """Reads an HTTP method; POST if it is not given.

    Raises:
        ApiError: 21209: it is neither GET nor POST.
    """
    given = form.get(name, "POST").upper()
    for method in get_args(Method):
        if given == method:
            return "GET" if given == "GET" else "POST"
    raise ApiError(21209, form[name])


def read_url(form: MultiMapping[str], name: str, code: int) -> str:
    """Reads a URL; empty if it is not given.

    Raises:
        ApiError: with `code`: it is not absolute, not HTTP, or its host name has an underscore.
    """
    url = form.get(name, "")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"} or "_" in host or any(letter.isspace() for letter in url):
        raise ApiError(code, url)
    return url
