from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from sandbox.twilio.signature import sign, signed_url

DOCUMENTED = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "Digits": "1234",
    "From": "+14158675310",
    "To": "+18005551212",
}
URL = "https://example.com/myapp.php?foo=1&bar=2"


def test_the_documented_vector():
    assert sign(URL, DOCUMENTED, "12345") == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert RequestValidator("12345").validate(URL, DOCUMENTED, "L/OH5YylLD5NRKLltdqwSvS0BnU=")


def test_the_documented_hash_of_a_json_body():
    body = '{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}'
    hashed = "5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9"
    url = f"https://example.com/myapp.php?bodySHA256={hashed}"
    assert RequestValidator("12345").validate(url, body, sign(url, {}, "12345"))


def test_fragment_and_credentials_are_not_signed():
    assert signed_url("https://user:pa%20ss@example.com/a?b=1#rc=2&rp=all") == "https://example.com/a?b=1"


def test_the_port_is_signed_over_http_and_not_over_https():
    assert signed_url("https://example.com:8443/a") == "https://example.com/a"
    assert signed_url("http://example.com:8080/a") == "http://example.com:8080/a"
    assert signed_url("http://[::1]:8080/a") == "http://[::1]:8080/a"


def test_the_rest_is_signed_byte_for_byte():
    for rest in ("/%ea%b0%80?x=%2F&y=a+b&z=", "/a?", "?x=1", "", "/a//b/../c"):
        assert signed_url(f"https://example.com{rest}") == f"https://example.com{rest}"


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.text()), st.text(min_size=1))
def test_the_official_validator_agrees(parameters, token):
    for url in (URL, "http://gw.example:8000/voice?x=%20"):
        assert RequestValidator(token).validate(url, parameters, sign(url + "#rc=2", parameters, token))
