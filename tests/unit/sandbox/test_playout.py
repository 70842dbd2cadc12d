import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.twilio.playout import FRAME_BYTES, MOST_BYTES, Playout


def played(playout: Playout, frames: int) -> tuple[bytes, list[str]]:
    """Plays some frames; what the last has reached is known with the next."""
    sound, marks = b"", []
    for _ in range(frames):
        frame, reached = playout.next_frame()
        sound += frame
        marks += reached
    return sound, marks


def test_sound_is_played_in_order_frame_by_frame():
    playout = Playout()
    playout.add(b"a" * 200)
    playout.add(b"b" * 100)
    assert playout.next_frame() == (b"a" * 160, [])
    assert playout.next_frame() == (b"a" * 40 + b"b" * 100, [])
    assert playout.next_frame() == (b"", [])


def test_a_mark_comes_back_at_once_if_nothing_waits():
    assert Playout().mark("now") == ["now"]


def test_a_mark_comes_back_when_what_was_queued_before_has_been_played():
    playout = Playout()
    playout.add(b"a" * 2 * FRAME_BYTES)
    assert playout.mark("end") == []
    assert playout.next_frame()[1] == []
    assert playout.next_frame()[1] == []
    assert playout.mark("later") == []  # the last frame is being played
    assert playout.next_frame() == (b"", ["end", "later"])


def test_clear_gives_all_marks_back_and_forgets_the_sound():
    playout = Playout()
    playout.add(b"a" * 1000)
    playout.mark("one")
    playout.add(b"b" * 1000)
    playout.mark("two")
    playout.next_frame()
    assert playout.clear() == ["one", "two"]
    assert playout.empty
    assert playout.clear() == []
    assert playout.next_frame() == (b"", [])
    assert playout.mark("three") == ["three"]


def test_no_more_than_ten_minutes_wait():
    playout = Playout()
    assert playout.add(bytes(MOST_BYTES))
    assert not playout.add(b"x")
    playout.next_frame()
    assert playout.add(bytes(FRAME_BYTES))
    assert not playout.add(b"x")


@pytest.mark.parametrize("size", [0, 1, 159, 160, 161])
def test_sound_of_any_size_is_played(size):
    playout = Playout()
    playout.add(b"a" * size)
    assert played(playout, 3)[0] == b"a" * size


Step = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 500)),
    st.tuples(st.just("mark"), st.just(0)),
    st.tuples(st.just("clear"), st.just(0)),
    st.tuples(st.just("frame"), st.integers(1, 4)),
)


@given(st.lists(Step, max_size=60))
def test_a_mark_never_comes_back_before_what_was_queued_before_has_been_played_unless_cleared(steps):
    playout, queued, done, taken = Playout(), 0, 0, 0
    expected: dict[str, int] = {}  # how much must have been played, of all that was ever queued and not cleared
    came_back: list[str] = []
    for number, (step, amount) in enumerate(steps):
        match step:
            case "add":
                playout.add(bytes(amount))
                queued += amount
            case "mark":
                name = str(number)
                expected[name] = queued
                for reached in playout.mark(name):
                    assert expected[reached] <= done
                    came_back.append(reached)
            case "clear":
                came_back += playout.clear()
                queued = taken
                assert sorted(came_back, key=int) == list(expected)
            case _:
                for _ in range(amount):
                    done = taken
                    frame, marks = playout.next_frame()
                    taken += len(frame)
                    assert all(expected[mark] <= done for mark in marks)
                    came_back += marks
    came_back += played(playout, queued // FRAME_BYTES + 3)[1]
    assert came_back == list(expected)  # each once, and in order
