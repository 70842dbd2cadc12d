"""Page tokens are good for the place and the list they were made for, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.redis import page_token
from orchestrator.domain.errors import InvalidPageToken

scores = st.integers(0, 2**63 - 1)


@given(scores, st.text(max_size=60))
def test_a_place_comes_back(score: int, consultation_id: str) -> None:
    token = page_token.encode("newest", score, consultation_id)
    assert page_token.decode("newest", token) == (score, consultation_id)
    assert token.replace("-", "").replace("_", "").isalnum()


@given(scores, st.uuids().map(str))
def test_another_list_does_not_take_it(score: int, consultation_id: str) -> None:
    with pytest.raises(InvalidPageToken):
        page_token.decode("undelivered", page_token.encode("newest", score, consultation_id))


@given(st.text(min_size=1, max_size=80))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidPageToken):
        page_token.decode("newest", text)


@given(scores, st.uuids().map(str), st.data())
def test_a_changed_token_is_refused(score: int, consultation_id: str, data: st.DataObject) -> None:
    token = page_token.encode("newest", score, consultation_id)
    place = data.draw(st.integers(0, len(token) - 2))  # the last character holds bits that mean nothing
    other = data.draw(st.sampled_from("ABCDwxyz0189-_").filter(lambda character: character != token[place]))
    with pytest.raises(InvalidPageToken):
        page_token.decode("newest", token[:place] + other + token[place + 1 :])
