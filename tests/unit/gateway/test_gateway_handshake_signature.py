"""The signature of a WebSocket's handshake covers its wss URL, with or without port, with or without a slash."""

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from gateway.errors import ForbiddenError
from gateway.twilio_signature import _verified

TOKEN = "12345"
PATH = "/twilio/media/tok-1"


async def passes(base: str, signed: str | None, path: str = PATH, token: str = TOKEN) -> bool:
    headers = {}
    if signed is not None:
        headers["x-twilio-signature"] = RequestValidator(token).compute_signature(signed, {})
    try:
        webhook = await _verified(make_mocked_request("GET", path, headers), RequestValidator(TOKEN), [base])
    except ForbiddenError:
        return False
    assert not webhook.form
    return True


@pytest.mark.parametrize(
    ("base", "signed"),
    [
        ("https://e.org", "wss://e.org" + PATH),
        ("https://e.org", "wss://e.org" + PATH + "/"),
        ("https://e.org", "wss://e.org:443" + PATH),
        ("https://e.org", "wss://e.org:443" + PATH + "/"),
        ("https://e.org:8443", "wss://e.org" + PATH),
        ("https://e.org:8443", "wss://e.org:8443" + PATH + "/"),
        ("https://e.org/calling", "wss://e.org/calling" + PATH),
        ("https://e.org/calling", "wss://e.org:443/calling" + PATH + "/"),
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000" + PATH),
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000" + PATH + "/"),
    ],
)
async def test_signed(base, signed):
    assert await passes(base, signed)


@pytest.mark.parametrize(
    "signed",
    [
        None,
        "https://e.org" + PATH,
        "ws://e.org" + PATH,
        "wss://e.org" + PATH + "//",
        "wss://e.org" + PATH + "2",
        "wss://e.org:444" + PATH,
        "wss://evil.example" + PATH,
        "wss://e.org/",
        "wss://e.org" + PATH + "?x=1",
    ],
)
async def test_signed_for_something_else(signed):
    assert not await passes("https://e.org", signed)


async def test_other_token():
    assert not await passes("https://e.org", "wss://e.org" + PATH, token="54321")


@given(st.text(max_size=30))
async def test_no_other_text_is_a_signature(text):
    headers = {"X-Twilio-Signature": text}
    with pytest.raises(ForbiddenError):
        await _verified(make_mocked_request("GET", PATH, headers), RequestValidator(TOKEN), ["https://e.org"])
