"""Page tokens: the place after which a list goes on, unreadable, and useless for another list."""

from __future__ import annotations

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from orchestrator.domain.errors import InvalidPageToken

_CHECK_LENGTH = 8
_SCORE_LENGTH = 8


def encode(list_name: str, score: int, consultation_id: str) -> str:
    """Returns the token of a place: a score from 0 and an id."""
    place = score.to_bytes(_SCORE_LENGTH) + consultation_id.encode()
    return urlsafe_b64encode(_check(list_name, place) + place).decode().rstrip("=")


def decode(list_name: str, token: str) -> tuple[int, str]:
    """Returns the place of a token.

    Raises:
        InvalidPageToken: it is none of this list's.
    """
    try:
        raw = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        check, place = raw[:_CHECK_LENGTH], raw[_CHECK_LENGTH:]
        if check != _check(list_name, place):
            raise InvalidPageToken
        return int.from_bytes(place[:_SCORE_LENGTH]), place[_SCORE_LENGTH:].decode()
    except (binascii.Error, UnicodeError):
        raise InvalidPageToken from None


def _check(list_name: str, place: bytes) -> bytes:
    return hashlib.blake2b(place, digest_size=_CHECK_LENGTH, person=list_name.encode()).digest()
