"""Twilio's stream messages: whatever comes, it is an event, nothing, or a breach of the protocol."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call_stream import AgentAudio, CalleeAudio, ClearAudio, MarkReached, PressedKey, SetMark
from gateway.media_frames import MAX_MEDIA_BYTES, Opened, Stopped, parse, written
from gateway.stream_end import StreamEnd, StreamEnded

# As Twilio's documentation has them.
START = """{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1",
 "tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},
 "customParameters":{"consultation":"c-1","FirstName":"Jane"}},"streamSid":"MZ1"}"""
MEDIA = """{"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"1","timestamp":"5",
 "payload":"no+JhoaJjpz/"},"streamSid":"MZ1"}"""
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("connected", "start", "media", "dtmf", "mark", "stop")


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ('{"event":"connected","protocol":"Call","version":"1.0.0"}', None),
        (START, Opened("MZ1", "CA1", "c-1")),
        (MEDIA, CalleeAudio(base64.b64decode("no+JhoaJjpz/"))),
        ('{"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":"1"}}', PressedKey("1")),
        ('{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my label"}}', MarkReached("my label")),
        ('{"event":"stop","streamSid":"MZ1","stop":{"accountSid":"AC1","callSid":"CA1"}}', Stopped()),
        ('{"event":"of tomorrow","media":7}', None),
    ],
)
def test_documented(text, event):
    assert parse(text) == event


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "json"),
        ("{", "json"),
        ('"media"', "event"),
        ("{}", "event"),
        ('{"event":["media"]}', "event"),
        ('{"event":"media","media":{}}', "media.payload"),
        ('{"event":"media","media":{"payload":"a=b="}}', "media.payload"),
        ('{"event":"dtmf","dtmf":{"digit":"x"}}', "dtmf.digit"),
        ('{"event":"mark","mark":{}}', "mark.name"),
        ('{"event":"start"}', "start"),
        (START.replace("8000", '"8000"'), "start.mediaFormat.sampleRate"),
        (START.replace("c-1", ""), "start.customParameters.consultation"),
        (START.replace('"callSid":"CA1",', ""), "start.callSid"),
    ],
)
def test_malformed(text, field):
    with pytest.raises(StreamEnded) as ended:
        parse(text)
    assert (ended.value.end, ended.value.detail) == (StreamEnd.PROTOCOL, field)


def understood_or_refused(text: str) -> None:
    try:
        parse(text)
    except StreamEnded as ended:
        refusal = (ended.end, ended.detail)
    else:
        refusal = (StreamEnd.PROTOCOL, "none: it is understood")
    assert refusal[0] is StreamEnd.PROTOCOL
    assert refusal[1]


@given(st.text())
def test_any_text(text):
    understood_or_refused(text)


@given(st.sampled_from(NAMES), JSON_VALUES, st.dictionaries(st.text(max_size=8), JSON_VALUES, max_size=2))
def test_any_json(name, value, more):
    understood_or_refused(json.dumps(more | {"event": name, name: value}))


@given(st.sampled_from(["payload", "digit", "name"]), JSON_VALUES)
def test_any_value(field, value):
    for name in NAMES:
        understood_or_refused(json.dumps({"event": name, name: {field: value}}))


@given(st.binary(max_size=2000))
def test_audio_comes_as_it_was_sent(mulaw):
    payload = base64.b64encode(mulaw).decode()
    assert parse(json.dumps({"event": "media", "media": {"payload": payload}})) == CalleeAudio(mulaw)


@given(st.integers(0, 3 * MAX_MEDIA_BYTES))
def test_audio_goes_as_it_came(size):
    mulaw = bytes(number % 256 for number in range(size))
    messages = [json.loads(text) for text in written(AgentAudio(mulaw), "MZ1")]
    assert all(
        set(message) == {"event", "streamSid", "media"} and set(message["media"]) == {"payload"} for message in messages
    )
    pieces = [base64.b64decode(message["media"]["payload"]) for message in messages]
    assert b"".join(pieces) == mulaw
    assert all(0 < len(piece) <= MAX_MEDIA_BYTES for piece in pieces)


@given(st.text(max_size=40))
def test_marks_and_clears(name):
    assert [json.loads(text) for text in written(SetMark(name), "MZ1")] == [
        {"event": "mark", "streamSid": "MZ1", "mark": {"name": name}}
    ]
    assert [json.loads(text) for text in written(ClearAudio(), "MZ1")] == [{"event": "clear", "streamSid": "MZ1"}]
