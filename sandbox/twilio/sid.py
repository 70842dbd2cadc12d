"""Twilio's identifiers: two letters and 32 hexadecimal digits."""

import hashlib
import secrets


def new_sid(prefix: str) -> str:
    """Makes an identifier that nothing else has.

    Args:
        prefix: `CA` for a call, `RE` for a recording, and so on.
    """
    return prefix + secrets.token_hex(16)


def sid_of_number(number: str) -> str:
    """Returns the identifier (`PN...`) of a telephone number of the account: always the same."""
    return "PN" + hashlib.sha256(number.encode()).hexdigest()[:32]
