"""Pages of transcripts, and the tokens between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dialogue.call.turn_record import Transcript
from orchestrator.domain.errors import InvalidPageToken
from orchestrator.rpc import page_tokens
from orchestrator.rpc.transcript_pages import TranscriptPages
from tests.fakes.consultations import turn


@given(st.integers(1, 2**32 - 1))
def test_page_tokens_are_read_as_they_were_written(number: int) -> None:
    assert page_tokens.after(page_tokens.token(number)) == number


@given(st.text(max_size=20))
def test_no_other_page_token_is_taken(text: str) -> None:
    try:
        assert text in {"", page_tokens.token(page_tokens.after(text))}
    except InvalidPageToken:
        return


@pytest.mark.parametrize("form", ["{}!", "{}\n", " {}", "{}=", "%{}"])
def test_page_tokens_have_one_form(form: str) -> None:
    with pytest.raises(InvalidPageToken):
        page_tokens.after(form.format(page_tokens.token(7)))


# Transcripts that are read again and again.


def test_a_page_is_made_anew_only_for_what_is_new() -> None:
    pages = TranscriptPages()
    one, two = turn(1), turn(2)
    turns = (one, two)
    first = pages.of("id", Transcript(turns, 0), 10)
    assert pages.of("id", Transcript(turns, 0), 10) is first
    assert [message.heard for message in first.turns] == ["", ""]
    heard = pages.of("id", Transcript(turns, 1), 10)
    assert [message.heard for message in heard.turns] == [one.text, ""]
    assert [message.number for message in pages.of("id", Transcript((two,), 1), 10).turns] == [2]


def test_a_page_ends_at_its_limit() -> None:
    pages = TranscriptPages()
    turns = (turn(1), turn(2))
    page = pages.of("id", Transcript(turns, 0), 1)
    assert [message.number for message in page.turns] == [1]
    assert page_tokens.after(page.next_page_token) == 1
    assert pages.of("id", Transcript(turns, 0), 2).next_page_token == ""


def test_a_consultation_without_turns() -> None:
    assert list(TranscriptPages().of("id", Transcript((), 0), 10).turns) == []


def test_only_so_many_pages_are_kept() -> None:
    pages = TranscriptPages()
    transcript = Transcript((turn(1),), 0)
    kept = pages.of("0", transcript, 10)
    for number in range(1, 256):
        pages.of(str(number), transcript, 10)
    assert pages.of("0", transcript, 10) is kept
    for number in range(1000, 1256):
        pages.of(str(number), transcript, 10)
    assert pages.of("0", transcript, 10) is not kept
    pages.forget("0")
    pages.forget("0")
