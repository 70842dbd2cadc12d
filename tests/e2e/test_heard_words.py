"""The checker of what was heard finds what it is there to find."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.e2e.heard_words import FILLER, assert_heard_in_order, seconds_until_heard

SAID = ["안녕하세요. 상담원입니다.", "통화 괜찮으세요?", "안녕히 계세요."]
ANSWERED = ["그건 제가 몰라요. 괜찮으세요?", "그건요, 그건 제가 몰라요. 괜찮으세요?"]


def report(*heard: str, said: list[str] = SAID) -> Any:
    spans = [[float(number), number + 0.5] for number in range(len(heard))]
    transcript = [{"speaker": "agent", "text": text} for text in said]
    verb = SimpleNamespace(outcome={"audio_s": spans, "heard": list(heard)})
    return SimpleNamespace(transcript=transcript, twilio={"verbs": [verb]})


@pytest.mark.parametrize(
    "heard",
    [
        ("안녕하세요. 상담원입니다.", "통화 괜찮으세요?", "안녕히 계세요."),
        ("안녕하세요. 상담", "상담원입니다. 통화", FILLER, "통화 괜찮으세요? 안녕히"),
    ],
)
def test_what_was_cut_may_be_said_again(heard: tuple[str, ...]) -> None:
    assert_heard_in_order(report(*heard))


@pytest.mark.parametrize(
    "heard",
    [
        ("안녕하세요. 상담원입니다.", "안녕하세요. 상담원입니다.", "통화 괜찮으세요?", "안녕히 계세요."),
        ("안녕하세요. 상담원입니다.", "안녕히 계세요."),
        ("안녕하세요. 상담", "통화 괜찮으세요?", "안녕히 계세요."),
        ("안녕하세요. 상담원입니다.",),
    ],
    ids=["twice", "left out", "not taken up again", "the end"],
)
def test_what_is_not_in_order_is_found(heard: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        assert_heard_in_order(report(*heard))


@pytest.mark.parametrize("opener", ["그건 ", "그건요, ", "그건요 "])
def test_an_opener_does_not_count(opener: str) -> None:
    assert_heard_in_order(report(opener + "그건 제가 몰라요. 괜찮으세요?", *ANSWERED[1:], said=ANSWERED))
    assert_heard_in_order(report(ANSWERED[0], "그건요,", "그건 제가 몰라요. 괜찮으세요?", said=ANSWERED))
    with pytest.raises(AssertionError):
        assert_heard_in_order(report(ANSWERED[0], "그건", "괜찮으세요?", said=ANSWERED))


def test_the_wait_ends_with_the_next_sound() -> None:
    assert seconds_until_heard(report(*SAID), 0.75) == 0.25
