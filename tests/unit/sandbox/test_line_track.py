import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.track import Sound, Track

SECOND = 8000


def sound(start: float, seconds: float, level: int = 1000, text: str = "") -> Sound:
    return Sound(start, np.full(round(seconds * SECOND), level, dtype=np.int16), text)


def test_silence_lies_between_sounds():
    track = Track()
    track.add(sound(2.0, 1.0))
    heard = track.between(1.0, 4.0)
    assert heard.size == 3 * SECOND
    assert not heard[:SECOND].any()
    assert (heard[SECOND : 2 * SECOND] == 1000).all()
    assert not heard[2 * SECOND :].any()


def test_a_piece_of_a_sound_is_cut_out_exactly():
    track = Track()
    track.add(Sound(1.0, np.arange(SECOND, dtype=np.int16)))
    assert (track.between(1.25, 1.5) == np.arange(2000, 4000)).all()


def test_overlapping_sounds_are_mixed_and_limited():
    track = Track()
    track.add(sound(0, 1, 30_000))
    track.add(sound(0.5, 1, 30_000))
    assert track.between(0, 1.5).max() == 32_767


def test_cutting_ends_sounds_and_drops_later_ones():
    track = Track()
    track.add(sound(0, 2))
    track.add(sound(3, 1))
    track.cut(1.5)
    assert [each.end for each in track.sounds] == [1.5]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0.01, 2)), max_size=5),
    st.floats(0, 6),
    st.floats(0, 6),
    st.floats(0, 6),
)
def test_two_parts_are_the_whole(spans, first, second, third):
    start, middle, end = sorted(round(moment * 100) / 100 for moment in (first, second, third))
    track = Track()
    for index, (at, seconds) in enumerate(spans):
        track.add(sound(round(at * 100) / 100, seconds, 100 + index))
    parts = np.concatenate([track.between(start, middle), track.between(middle, end)])
    assert (parts == track.between(start, end)).all()
