"""Opaque page tokens for lists that go on after a number."""

from __future__ import annotations

import base64
import binascii
import struct

from orchestrator.domain.errors import InvalidPageToken

_FORM = struct.Struct(">2sI")
_MARK = b"pt"


def after(given: str) -> int:
    """Returns the number to go on after; 0 for the first page.

    Raises:
        InvalidPageToken: the token is none of ours.
    """
    if not given:
        return 0
    try:
        _, number = _FORM.unpack(base64.urlsafe_b64decode(given.encode()))
    except (binascii.Error, struct.error, UnicodeEncodeError, ValueError) as error:
        raise InvalidPageToken from error
    if given != token(number):
        raise InvalidPageToken
    return int(number)


def token(number: int) -> str:
    """Returns the token of the page after a number."""
    return base64.urlsafe_b64encode(_FORM.pack(_MARK, number)).decode()
