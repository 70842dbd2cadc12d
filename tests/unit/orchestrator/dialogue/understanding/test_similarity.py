"""Likeness of sentences."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from orchestrator.dialogue.understanding.similarity import Match, SentenceIndex
from orchestrator.dialogue.understanding.spoken_form import compact

korean = st.text(st.sampled_from("가나다라마바사아자차카타파하네요어디 "), min_size=1, max_size=20).filter(compact)
sentences = st.lists(korean, min_size=1, max_size=8)


@given(sentences, st.data())
def test_a_stored_sentence_is_most_like_itself(stored: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(stored) - 1))
    match = SentenceIndex(stored).best(stored[place])
    assert match is not None
    assert compact(stored[match.index]) == compact(stored[place])
    assert match.score > 0.999999


@given(korean, korean)
def test_likeness_lies_between_nothing_and_one_both_ways(one: str, other: str) -> None:
    there, back = SentenceIndex([one]).best(other), SentenceIndex([other]).best(one)
    assert (there is None) == (back is None)
    for match in (there, back):
        assert match is None or 0 < match.score <= 1


@given(korean, st.integers(1, 5))
def test_spaces_and_punctuation_make_no_difference(text: str, every: int) -> None:
    spaced = " ".join(text[start : start + every] for start in range(0, len(text), every)) + "?!"
    assume(compact(spaced) == compact(text))
    match = SentenceIndex([text]).best(spaced)
    assert match is not None
    assert match.score > 0.999999


@given(sentences, korean, st.data())
def test_the_best_among_some_is_the_best_of_them(stored: list[str], text: str, data: st.DataObject) -> None:
    among = data.draw(st.frozensets(st.integers(0, len(stored) - 1)))
    index = SentenceIndex(stored)
    alone = [match for place in among if (match := index.best(text, among={place}))]
    in_order = sorted(alone, key=lambda match: (-match.score, match.index))
    assert index.nearest(text, 3, among=among) == in_order[:3]
    assert index.best(text, among=among) == (in_order[0] if in_order else None)


def test_sentences_that_share_nothing_are_not_alike() -> None:
    assert SentenceIndex(["가나다"]).best("바사아") is None
    assert SentenceIndex(["가나다"]).best("") is None
    assert SentenceIndex(["", "가"]).best("가") == Match(1, 1.0)


def test_the_first_of_equals_is_taken() -> None:
    assert SentenceIndex(["가나", "가나"]).best("가나") == Match(0, 1.0)
