"""What Twilio signs: Twilio docs, "Webhooks security"."""

import re

from twilio.request_validator import RequestValidator

_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?:[^/?#]*@)?(?P<host>\[[^\]]*\]|[^/?#:]*)(?P<port>:\d*)?(?P<rest>[^#]*)", re.IGNORECASE
)


def sign(url: str, parameters: dict[str, str], auth_token: str) -> str:
    """Returns the value of `X-Twilio-Signature`.

    Args:
        url: as given to Twilio.
        parameters: form fields of a POST; empty for a GET, whose parameters are part of the URL.
        auth_token: the account's primary token.
    """
    signature: str = RequestValidator(auth_token).compute_signature(signed_url(url), parameters)
    return signature


def signed_url(url: str) -> str:
    """Returns the part of a URL that is signed: no fragment, no credentials, no HTTPS port; else every byte of it.

    Raises:
        ValueError: this is no absolute URL.
    """
    parts = _URL.match(url)
    if not parts:
        raise ValueError("no absolute URL")
    port = "" if parts["scheme"].lower() == "https" else parts["port"] or ""
    return f"{parts['scheme']}://{parts['host']}{port}{parts['rest']}"
