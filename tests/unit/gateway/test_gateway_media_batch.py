"""A batch is as long as the gateway is busy."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.media_batch import MANY_STREAMS, BatchLength


def seconds_with(streams: int, batch: BatchLength) -> float:
    with ExitStack() as open_streams:
        for _ in range(streams):
            open_streams.enter_context(batch.stream())
        return batch.seconds()


@pytest.mark.parametrize(("streams", "seconds"), [(0, 0.06), (25, 0.06), (50, 0.08), (75, 0.1), (300, 0.1)])
def test_the_more_streams_the_longer(streams, seconds):
    batch = BatchLength(0.06, 0.1)
    assert seconds_with(streams, batch) == pytest.approx(seconds)
    assert batch.seconds() == pytest.approx(0.06)


def test_a_stream_that_failed_is_not_counted_on():
    batch = BatchLength(0.06, 0.1)
    for _ in range(MANY_STREAMS):
        with pytest.raises(ZeroDivisionError), batch.stream():
            raise ZeroDivisionError
    assert batch.seconds() == 0.06


@given(st.floats(0.02, 0.5), st.floats(0.02, 0.5), st.integers(0, 200))
def test_it_is_never_shorter_than_the_least_nor_longer_than_the_most(least, most, streams):
    batch = BatchLength(least, most)
    assert least <= seconds_with(streams, batch) <= max(least, most) + 1e-9
