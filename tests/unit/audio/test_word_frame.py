import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audio.word_frame import (
    LONGEST_CHARACTERS,
    SYMBOLS_PER_BYTE,
    SYNC,
    Piece,
    frames_of_word,
    length_in_symbols,
    piece_of_symbols,
)

WORDS = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=60)


def read_all(frames: list[np.ndarray]) -> list[Piece | None]:
    pieces: list[Piece | None] = []
    last = None
    for frame in frames:
        body = frame[SYNC.size :]
        assert length_in_symbols(body[:SYMBOLS_PER_BYTE]) == body.size
        piece = piece_of_symbols(body, last)
        last = piece or last
        pieces.append(piece)
    return pieces


@given(WORDS, st.booleans())
def test_words_come_back(word: str, last: bool):
    pieces = read_all(frames_of_word(word, last=last))

    assert "".join(piece.text for piece in pieces) == word
    assert [piece.joined for piece in pieces] == [False] + [True] * (len(pieces) - 1)
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [last]


@given(WORDS, st.integers(0, 2**32), st.floats(0.3, 3.0))
def test_noise_makes_words_vanish_and_never_changes_them(word: str, seed: int, level: float):
    random = np.random.default_rng(seed)
    for frame in frames_of_word(word, last=True)[:1]:
        noise = random.standard_normal((2, frame.size)) * level
        piece = piece_of_symbols(frame[SYNC.size :] + (noise[0] + 1j * noise[1])[SYNC.size :], None)

        assert piece is None or piece.text == word[:LONGEST_CHARACTERS]


def test_a_code_word_stands_one_wrong_bit():
    frame = frames_of_word("네", last=True)[0]
    frame[SYNC.size :: 4] = np.conj(frame[SYNC.size :: 4])  # one chip in every eight

    assert piece_of_symbols(frame[SYNC.size :], None).text == "네"


def test_a_long_word_without_its_beginning_is_lost():
    first, second = frames_of_word("가" * 20, last=True)

    assert piece_of_symbols(second[SYNC.size :], None) is None
    assert piece_of_symbols(second[SYNC.size :], Piece("나", False, False, 12345)) is None
    assert piece_of_symbols(second[SYNC.size :], piece_of_symbols(first[SYNC.size :], None)).text == "가" * 4


def test_a_syllable_takes_less_time_than_its_sound():
    symbols_a_second = 500

    assert frames_of_word("네", last=True)[0].size / symbols_a_second < 0.2
    assert frames_of_word("안녕하세요", last=True)[0].size / symbols_a_second < 0.5


def test_every_symbol_has_the_same_power():
    assert np.allclose(np.abs(frames_of_word("한글 abc 123".replace(" ", ""), last=False)[0]), 1.0)
