from sandbox.line import KeyPress
from sandbox.twilio.gather import Gathered, gathered
from sandbox.twilio.verbs import Gather


def keys(*presses: tuple[float, str]) -> list[KeyPress]:
    return [KeyPress(at, key) for at, key in presses]


def test_nothing_pressed():
    assert gathered(Gather(timeout=5), 0.0, 3.0, []) == Gathered("", "", 8.0)


def test_the_number_of_digits_ends_it():
    pressed = keys((4.0, "1"), (4.5, "2"), (5.0, "3"))
    assert gathered(Gather(num_digits=2), 0.0, 3.0, pressed) == Gathered("12", "", 4.5)


def test_the_finishing_key_ends_it_and_is_no_digit():
    assert gathered(Gather(), 0.0, 3.0, keys((4.0, "1"), (4.5, "#"))) == Gathered("1", "#", 4.5)


def test_without_a_finishing_key_every_key_is_a_digit():
    verb = Gather(finish_on_key="", timeout=2)
    assert gathered(verb, 0.0, 3.0, keys((4.0, "1"), (4.5, "#"))) == Gathered("1#", "", 6.5)


def test_each_key_starts_the_timeout_anew():
    verb = Gather(timeout=2)
    assert gathered(verb, 0.0, 3.0, keys((4.5, "1"), (6.0, "2"), (9.0, "3"))) == Gathered("12", "", 8.0)


def test_a_key_during_the_prompt_counts_and_one_before_does_not():
    verb = Gather(timeout=2, num_digits=1)
    assert gathered(verb, 1.0, 3.0, keys((0.5, "9"), (2.0, "1"))) == Gathered("1", "", 2.0)
