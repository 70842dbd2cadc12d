import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.twilio.stream_messages import (
    Clear,
    InvalidMessage,
    PlayMedia,
    SetMark,
    StreamMessages,
    read_command,
)

SID = "MZ1"
START = {
    "accountSid": "AC1",
    "streamSid": "MZ1",
    "callSid": "CA1",
    "tracks": ["inbound"],
    "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    "customParameters": {"token": "말"},
}


def test_messages_are_those_of_the_documents_bit_by_bit():
    messages = StreamMessages("AC1", "CA1", SID)
    written = [
        messages.connected(), messages.start({"token": "말"}), messages.media(b"\xff" * 3, 0), messages.dtmf("1"),
        messages.media(b"\x00", 20), messages.mark("u7-end"), messages.stop(),
    ]  # fmt: skip
    numbered = {"streamSid": SID}
    assert [json.loads(text) for text in written] == [
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        {"event": "start", "sequenceNumber": "1", **numbered, "start": START},
        {
            "event": "media", "sequenceNumber": "2", **numbered,
            "media": {"track": "inbound", "chunk": "1", "timestamp": "0", "payload": "////"},
        },
        {"event": "dtmf", "sequenceNumber": "3", **numbered, "dtmf": {"track": "inbound_track", "digit": "1"}},
        {
            "event": "media", "sequenceNumber": "4", **numbered,
            "media": {"track": "inbound", "chunk": "2", "timestamp": "20", "payload": "AA=="},
        },
        {"event": "mark", "sequenceNumber": "5", **numbered, "mark": {"name": "u7-end"}},
        {"event": "stop", "sequenceNumber": "6", **numbered, "stop": {"accountSid": "AC1", "callSid": "CA1"}},
    ]  # fmt: skip
    assert messages.chunks == 2


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('{"event":"media","streamSid":"MZ1","media":{"payload":"/v8="}}', PlayMedia(b"\xfe\xff")),
        ('{"event":"mark","streamSid":"MZ1","mark":{"name":"a b"}}', SetMark("a b")),
        ('{"event":"clear","streamSid":"MZ1"}', Clear()),
    ],
)
def test_commands(text, command):
    assert read_command(text, SID) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "media",
        "[]",
        "[" * 100_000,
        '{"streamSid":"MZ1"}',
        '{"event":["media"],"streamSid":"MZ1"}',
        '{"event":"start","streamSid":"MZ1"}',
        '{"event":"clear"}',
        '{"event":"clear","streamSid":"MZ2"}',
        '{"event":"clear","streamSid":"MZ1","extra":1}',
        '{"event":"clear","streamSid":"MZ1","clear":{}}',
        '{"event":"mark","streamSid":"MZ1","mark":{}}',
        '{"event":"mark","streamSid":"MZ1","mark":{"name":1}}',
        '{"event":"mark","streamSid":"MZ1","mark":"end"}',
        '{"event":"mark","streamSid":"MZ1","mark":{"name":"a","extra":1}}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":"AA==","track":"outbound"}}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":"AA="}}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":"말"}}',
        '{"event":"media","streamSid":"MZ1","sequenceNumber":"1","media":{"payload":"AA=="}}',
    ],
)
def test_anything_else_is_invalid(text):
    with pytest.raises(InvalidMessage):
        read_command(text, SID)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)


@given(
    st.one_of(
        st.text(),
        JSON.map(json.dumps),
        st.fixed_dictionaries(
            {"event": st.sampled_from(["media", "mark", "clear"]), "streamSid": st.just(SID)},
            optional={"media": JSON, "mark": JSON},
        ).map(json.dumps),
    )
)
def test_whatever_comes_is_a_command_or_invalid(text):
    with contextlib.suppress(InvalidMessage):
        read_command(text, SID)
