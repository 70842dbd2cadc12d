import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.line import KeyPress
from sandbox.track import Sound
from sandbox.twilio.record import HUNG_UP, span_of
from sandbox.twilio.verbs import Record

NEVER = math.inf


def sound(start: float, seconds: float) -> Sound:
    return Sound(start, np.ones(round(seconds * 8000), dtype=np.int16))


def test_silence_ends_it():
    span = span_of(Record(timeout=3), 10.0, [], [], NEVER)
    assert (span.start, span.end, span.digits) == (10.0, 13.0, "")


def test_silence_counts_from_the_end_of_speech():
    assert span_of(Record(timeout=3), 10.0, [sound(12, 2)], [], NEVER).end == 17.0


def test_speech_after_the_silence_comes_too_late():
    assert span_of(Record(timeout=3), 10.0, [sound(13.5, 2)], [], NEVER).end == 13.0


def test_a_pause_shorter_than_the_timeout_does_not_end_it():
    assert span_of(Record(timeout=3), 10.0, [sound(11, 1), sound(14, 1)], [], NEVER).end == 18.0


def test_speech_that_began_before_is_still_speech():
    assert span_of(Record(timeout=2), 10.0, [sound(8, 4)], [], NEVER).end == 14.0


def test_speech_that_was_over_before_is_not():
    assert span_of(Record(timeout=2), 10.0, [sound(3, 4)], [], NEVER).end == 12.0


def test_it_is_never_longer_than_allowed():
    assert span_of(Record(timeout=3, max_length=5), 10.0, [sound(10, 60)], [], NEVER).end == 15.0


def test_timeout_0_is_no_timeout():
    assert span_of(Record(timeout=0, max_length=30), 10.0, [sound(11, 1)], [], NEVER).end == 40.0


def test_any_key_ends_it_by_default():
    span = span_of(Record(timeout=5), 10.0, [], [KeyPress(12.0, "7"), KeyPress(12.4, "8")], NEVER)
    assert (span.end, span.digits) == (12.0, "7")


def test_other_keys_do_not_end_it():
    span = span_of(Record(timeout=5, finish_on_key="#"), 10.0, [], [KeyPress(12.0, "7")], NEVER)
    assert (span.end, span.digits) == (15.0, "")


def test_keys_pressed_before_do_not_count():
    assert span_of(Record(timeout=5), 10.0, [], [KeyPress(9.0, "1")], NEVER).digits == ""


def test_hanging_up_ends_it():
    span = span_of(Record(timeout=5), 10.0, [sound(10, 4)], [], 12.0)
    assert (span.end, span.digits) == (12.0, HUNG_UP)


def test_a_hang_up_after_its_end_does_not_matter():
    assert span_of(Record(timeout=5), 10.0, [], [], 16.0).digits == ""


sounds = st.lists(st.builds(sound, st.floats(0, 40), st.floats(0.01, 5)), max_size=6).map(
    lambda found: sorted(found, key=lambda each: each.start)
)


@settings(deadline=None)
@given(sounds, st.integers(1, 10), st.integers(1, 60))
def test_an_undisturbed_recording_ends_with_its_silence_or_its_longest_length(heard, timeout, longest):
    start = 10.0
    span = span_of(Record(timeout=timeout, max_length=longest), start, heard, [], NEVER)
    assert start < span.end <= start + longest
    if span.end < start + longest:
        within = [each for each in heard if each.end > span.end - timeout + 1e-6 and each.start < span.end]
        assert not within
        last = max([each.end for each in heard if each.start < span.end], default=start)
        assert span.end == pytest.approx(max(last, start) + timeout)


@settings(deadline=None)
@given(sounds, st.integers(0, 10), st.floats(0, 60), st.floats(0, 60))
def test_whatever_comes_first_ends_it(heard, timeout, key_at, hangs_up_at):
    verb = Record(timeout=timeout, max_length=60)
    undisturbed = span_of(verb, 10.0, heard, [], NEVER).end
    span = span_of(verb, 10.0, heard, [KeyPress(key_at, "1")], hangs_up_at)
    assert span.end == pytest.approx(
        min(undisturbed, max(hangs_up_at, 10.0), key_at if key_at >= 10.0 else undisturbed)
    )
