"""What is spoken for: the load, and what those who have just begun will add to it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.call.headroom import SHOWN_AFTER, USUAL_SHARE, Headroom


def with_begun(streams: int) -> Headroom:
    headroom = Headroom()
    for _ in range(streams):
        headroom.begun()
    return headroom


def test_a_cold_process_has_all_of_it() -> None:
    assert Headroom().spoken_for == 0


def test_who_begins_is_expected_to_cost_what_is_usual() -> None:
    assert with_begun(50).spoken_for == 50 * USUAL_SHARE


def test_what_is_shown_is_expected_no_more() -> None:
    headroom = with_begun(50)
    spoken_for = [headroom.spoken_for]
    for _ in range(SHOWN_AFTER):
        headroom.measured(0.0, 50)
        spoken_for.append(headroom.spoken_for)
    assert all(before > after for before, after in pairwise(spoken_for))
    assert spoken_for[-1] == 0


def share_after(busy: float, streams: int, measurements: int = 100) -> float:
    """Returns what one more stream is expected to cost after a time in which nothing changed."""
    headroom = Headroom()
    for _ in range(measurements):
        headroom.measured(busy, streams)
    headroom.begun()
    return headroom.spoken_for - busy


def test_what_a_stream_costs_is_learned_from_those_under_way() -> None:
    assert share_after(0.2, 100) == pytest.approx(0.002, rel=0.05)
    assert share_after(0.6, 30) == pytest.approx(0.02, rel=0.05)


def test_one_measurement_changes_little() -> None:
    assert share_after(1.0, 50, measurements=1) < 1.2 * USUAL_SHARE


def test_few_streams_teach_nothing_since_other_work_is_most_of_the_load() -> None:
    assert share_after(0.5, 10) == pytest.approx(USUAL_SHARE)


def test_the_work_of_beginning_is_no_streams() -> None:
    headroom = with_begun(40)
    headroom.measured(0.7, 40)
    before = headroom.spoken_for
    headroom.begun()
    assert round(headroom.spoken_for - before, 9) == USUAL_SHARE


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 300), st.integers(0, 30)), max_size=60))
def test_no_less_is_spoken_for_than_is_taken(history: list[tuple[float, int, int]]) -> None:
    headroom = Headroom()
    for busy, streams, beginning in history:
        headroom.measured(busy, streams)
        for _ in range(beginning):
            before = headroom.spoken_for
            headroom.begun()
            assert headroom.spoken_for > before
        assert headroom.spoken_for >= busy
