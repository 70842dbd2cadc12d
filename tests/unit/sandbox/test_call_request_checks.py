import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import MultiDict

from sandbox.twilio.api_error import ApiError
from sandbox.twilio.call_request import read_call_request
from sandbox.twilio.settings import FROM_NUMBER, Account, Refusal

GOOD = {"To": "+821012345678", "From": FROM_NUMBER, "Url": "https://gw.example/voice"}


def read(changes: dict[str, str | None] | None = None, **more: str):
    form = MultiDict({name: value for name, value in {**GOOD, **(changes or {}), **more}.items() if value is not None})
    return read_call_request(form, Account())


def test_defaults_are_those_of_the_documents():
    request = read()
    assert (request.method, request.timeout, request.status_callback_events) == ("POST", 60, {"completed"})
    assert request.machine_detection is None
    assert not request.record


def test_repeated_keys_are_an_array():
    form = MultiDict(GOOD)
    for event in ("initiated", "ringing", "answered", "completed"):
        form.add("StatusCallbackEvent", event)
    assert read_call_request(form, Account()).status_callback_events == {
        "initiated", "ringing", "answered", "completed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": None}, 21201),
        ({"From": None}, 21213),
        ({"To": "hello"}, 21211),
        ({"To": "01012345678"}, 21211),
        ({"To": "+82"}, 21211),
        ({"From": "hello"}, 21212),
        ({"From": "+15005550001"}, 21212),
        ({"From": "+14155550100"}, 21210),
        ({"Url": None}, 21205),
        ({"Url": "gw.example/voice"}, 21205),
        ({"Url": "ftp://gw.example/voice"}, 21205),
        ({"Url": "https://gw_1.example/voice"}, 21205),
        ({"Url": "https://[gw/voice"}, 21205),
        ({"FallbackUrl": "nowhere"}, 21205),
        ({"Method": "PUT"}, 21209),
        ({"StatusCallbackMethod": "DELETE"}, 21209),
        ({"StatusCallback": "nowhere"}, 21609),
        ({"StatusCallback": "https://my_host.example/"}, 21609),
        ({"StatusCallbackEvent": "finished"}, 21626),
        ({"Timeout": "soon"}, 21208),
        ({"Timeout": "0"}, 21208),
        ({"TimeLimit": "-1"}, 20001),
        ({"SendDigits": "12x"}, 21206),
        ({"SendDigits": "1" * 33}, 21206),
        ({"ApplicationSid": "AP" + "0" * 32}, 21218),
        ({"MachineDetection": "Maybe"}, 21234),
        ({"MachineDetection": "Enable", "AsyncAmdStatusCallback": "nowhere"}, 21609),
        ({"MachineDetection": "Enable", "AsyncAmdStatusCallbackMethod": "PUT"}, 21209),
        ({"Url": None, "Twiml": "a" * 4001}, 20001),
    ],
)
def test_what_twilio_refuses(changes, code):
    with pytest.raises(ApiError) as caught:
        read(changes)
    assert caught.value.code == code
    assert caught.value.to_json()["status"] == caught.value.status


def test_url_goes_before_twiml():
    assert read(Twiml="<Response/>").twiml == ""
    assert read({"Url": None}, Twiml="<Response/>").twiml == "<Response/>"


def test_numbers_may_be_written_with_spaces():
    assert read(To="+82 10-1234-5678").to == "+821012345678"


def test_600_seconds_are_the_longest_ringing():
    assert read(Timeout="900").timeout == 600


def test_machine_detection_is_read():
    detection = read(
        MachineDetection="DetectMessageEnd", AsyncAmd="true", AsyncAmdStatusCallback="https://gw.example/amd",
        MachineDetectionSpeechThreshold="3000",
    ).machine_detection  # fmt: skip
    assert (detection.mode, detection.asynchronous, detection.speech_threshold_s) == ("DetectMessageEnd", True, 3.0)


def test_machine_detection_is_ignored_beside_keys_to_send():
    assert read(MachineDetection="Enable", SendDigits="1").machine_detection is None


def test_doubtful_machine_detection_is_warned_of():
    request = read(MachineDetection="Enable", AsyncAmd="true", MachineDetectionTimeout="99")
    assert [code for code, _ in request.warnings] == [21263, 21262]
    assert [code for code, _ in read(MachineDetection="Enable", AsyncAmd="yes").warnings] == [21263]


def test_a_refusal_must_be_one_that_the_api_knows():
    with pytest.raises(ValueError, match="no error code"):
        Refusal(code=99999)


def test_the_account_s_id_must_look_like_one():
    with pytest.raises(ValueError, match="sid"):
        Account(sid="AC123")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "Twiml", "Timeout", "StatusCallback", "SendDigits"]), st.text()))
def test_no_form_breaks_it(form):
    with contextlib.suppress(ApiError):
        read_call_request(MultiDict(form), Account())
