import json

import pytest

from sandbox.payloads import example_payload
from sandbox.payloads.mode import in_mode


@pytest.mark.parametrize("mode", ["stream", "turn_by_turn"])
def test_the_payload_asks_for_the_mode_and_is_otherwise_as_it_was(mode):
    asked = json.loads(in_mode(example_payload(), mode))
    assert asked.pop("conversation_mode") == mode
    assert asked == json.loads(example_payload())


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"\xff", b'"text"'])
def test_what_is_no_payload_stays_as_it_is(payload):
    assert in_mode(payload, "stream") == payload
