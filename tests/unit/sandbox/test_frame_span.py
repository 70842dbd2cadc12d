from hypothesis import given
from hypothesis import strategies as st

from sandbox.twilio.media_stream import frame_span
from sandbox.twilio.playout import FRAME_SECONDS


@given(st.floats(0, 3600), st.integers(0, 200_000))
def test_no_key_is_lost_between_two_frames(began: float, number: int) -> None:
    start, end = frame_span(began, number)
    assert end == frame_span(began, number + 1)[0]
    assert start < end
    assert abs(end - start - FRAME_SECONDS) < 1e-9
