"""Twilio's published signature vectors, through our own check."""

from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from gateway.errors import ForbiddenError
from gateway.twilio_signature import _verified

FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "Digits": "1234",
    "From": "+14158675310",
    "To": "+18005551212",
}
# Twilio docs, "Validating Signatures from Twilio", and the tests of the official libraries.
DOCUMENTED = [
    ("12345", "https://example.com", "/myapp.php?foo=1&bar=2", FORM, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
    (
        "12345",
        "https://mycompany.com",
        "/myapp.php?foo=1&bar=2",
        FORM | {"Caller": "+14158675309", "From": "+14158675309"},
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    ),
]


async def verified(token: str, base: str, path: str, body: str, signature: str) -> Any:
    import asyncio

    loop = asyncio.get_running_loop()
    payload = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
    payload.feed_data(body.encode())
    payload.feed_eof()
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    request = make_mocked_request("POST", path, headers, payload=payload)
    return await _verified(request, RequestValidator(token), [base])


@pytest.mark.parametrize(("token", "base", "path", "form", "signature"), DOCUMENTED)
async def test_documented_vectors(token, base, path, form, signature):
    webhook = await verified(token, base, path, urlencode(form), signature)
    assert dict(webhook.form) == form
    assert dict(webhook.query) == {"foo": "1", "bar": "2"}


@pytest.mark.parametrize(("token", "base", "path", "form", "signature"), DOCUMENTED)
async def test_documented_vectors_changed(token, base, path, form, signature):
    for other in (
        (token + "6", base, path, form),
        (token, base.replace("https", "http"), path, form),
        (token, base, path + "&x=", form),
        (token, base, path, form | {"Digits": "12345"}),
        (token, base, path, form | {"Extra": ""} | {"Extra": "1"}),
    ):
        with pytest.raises(ForbiddenError):
            await verified(*other[:3], urlencode(other[3]), signature)


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=6), st.text(max_size=10))
async def test_any_form_that_twilio_signs(form, note):
    """Empty, Korean, trailing spaces, control characters: all enter the signature as they are."""
    form = {name: value for name, value in form.items() if (name + value).isascii() or "\ud800" not in name + value}
    path = "/twilio/voice?" + urlencode({"consultation": "c", "note": note})
    signature = RequestValidator("12345").compute_signature("https://example.com" + path, form)
    webhook = await verified("12345", "https://example.com", path, urlencode(form), signature)
    assert dict(webhook.form) == form
    assert webhook.query["note"] == note


async def test_repeated_fields():
    """The official library signs distinct values in order."""
    body = "A=2&A=1&A=2&B="
    path = "/twilio/voice"
    good = RequestValidator("t").compute_signature("https://e.org" + path, {"A": "1", "B": ""}).encode()
    with pytest.raises(ForbiddenError):
        await verified("t", "https://e.org", path, body, good.decode())
    import base64
    import hashlib
    import hmac

    signed = b"https://e.org/twilio/voiceA1A2B"
    signature = base64.b64encode(hmac.new(b"t", signed, hashlib.sha1).digest()).decode()
    assert await verified("t", "https://e.org", path, body, signature)
