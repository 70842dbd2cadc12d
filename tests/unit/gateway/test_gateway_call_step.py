"""Reading webhooks: whatever a form says, it means something."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call import HandOverEnded, PressedKeys, RecordedSpeech, Silence
from gateway.call_step import CallStep, hand_over_ended, heard, more_keys_may_follow, natural
from gateway.twilio_signature import Webhook
from gateway.webhook_urls import WebhookUrls

HEARD = (
    st.builds(Silence)
    | st.builds(PressedKeys, st.text("0123456789*#", min_size=1, max_size=5))
    | st.builds(RecordedSpeech, st.text("REabc0123", min_size=1), st.integers(1, 999_999))
)


def webhook(url: str, **form: str) -> Webhook:
    return Webhook(
        query=dict(parse_qsl(urlsplit(url).query)), form={"CallSid": "CA1"} | form, base="https://gw.example"
    )


@given(said=HEARD, consultation=st.text(min_size=1, max_size=20), turn=st.integers(1, 10**6), retry=st.integers(1, 9))
def test_what_was_heard_survives_a_retry(said, consultation, turn, retry):
    url = WebhookUrls("https://e.org").recording(consultation, turn, said, retry)
    again = webhook(url, Digits="", RecordingUrl="", RecordingDuration="")
    assert heard(again) == said
    assert CallStep.of(again) == CallStep(consultation, "CA1", turn, retry)


@given(first=st.text("0123456789*#", min_size=1, max_size=1), more=st.text("0123456789*", max_size=9))
def test_the_key_that_ended_a_recording_is_the_first_of_those_that_follow(first, more):
    urls = WebhookUrls("https://e.org")
    recorded = webhook(urls.recording("c", 2), Digits=first, RecordingUrl="https://e.org/RE1", RecordingDuration="1")
    pressed = PressedKeys(first)
    assert more_keys_may_follow(recorded, pressed) == (first != "#")
    followed = webhook(urls.recording("c", 2, pressed), Digits=more)
    assert heard(followed) == PressedKeys(first + more)
    assert not more_keys_may_follow(followed, PressedKeys(first + more))


@given(st.dictionaries(st.sampled_from(["Digits", "RecordingSid", "RecordingUrl", "RecordingDuration"]), st.text()))
def test_any_form_means_something(form):
    url = WebhookUrls("https://e.org").recording("c", 2)
    meant = heard(webhook(url, **form))
    assert meant is None or isinstance(meant, Silence | PressedKeys | RecordedSpeech)
    if meant is None:
        assert form["Digits"] == "hangup"


@pytest.mark.parametrize(
    ("form", "ended"),
    [
        ({"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "20"}, HandOverEnded(True)),
        ({"DialCallStatus": "completed"}, HandOverEnded(True)),
        ({"DialCallStatus": "answered"}, HandOverEnded(True)),
        ({"DialCallStatus": "completed", "DialBridged": "false"}, HandOverEnded(False)),
        ({"DialCallStatus": "busy"}, HandOverEnded(False)),
        ({"DialCallStatus": "no-answer", "DialBridged": "false"}, HandOverEnded(False)),
        ({"DialCallStatus": "failed"}, HandOverEnded(False)),
        ({"DialCallStatus": "something-new"}, HandOverEnded(False)),
        ({}, HandOverEnded(False)),
        ({"DialCallStatus": "canceled"}, None),
    ],
)
def test_how_a_dial_ended(form, ended):
    assert hand_over_ended(webhook(WebhookUrls("https://e.org").handover("c", 9), **form)) == ended


@given(answered=st.booleans(), retry=st.integers(1, 9))
def test_how_a_dial_ended_survives_a_retry(answered, retry):
    url = WebhookUrls("https://e.org").handover("c", 9, HandOverEnded(answered), retry)
    again = webhook(url, DialCallStatus="canceled")
    assert hand_over_ended(again) == HandOverEnded(answered)
    assert CallStep.of(again) == CallStep("c", "CA1", 9, retry)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999), ("1000000000", None), ("-1", None), ("+1", None),
        ("1.0", None), (" 1", None), ("1\n", None), ("٣", None), ("", None), (None, None), ("x", None),
    ],
)  # fmt: skip
def test_natural(text, number):
    assert natural(text) == number
