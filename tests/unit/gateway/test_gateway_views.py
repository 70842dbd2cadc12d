from calling.v1 import transcript_pb2
from gateway.views import TimingsView


def test_every_timing_of_a_turn_is_shown():
    assert set(TimingsView.__annotations__) == set(transcript_pb2.TurnTimings.DESCRIPTOR.fields_by_name)
