"""An utterance as numbers, for the learned layer: which rules see something in it, its notions, its pieces of words.

The pieces are n-grams of letters, hashed: endings, stems and dialects share letters where they do not share syllables.
"""

from __future__ import annotations

import unicodedata
import zlib

import numpy as np
from numpy.typing import NDArray

from orchestrator.dialogue.understanding import machines, question_form, wishes
from orchestrator.dialogue.understanding.asked import Asked, Form
from orchestrator.dialogue.understanding.lexicon import patterns, read_table
from orchestrator.dialogue.understanding.numbers import read_number
from orchestrator.dialogue.understanding.polarity import polarity_of
from orchestrator.dialogue.understanding.spoken_form import compact

Numbers = NDArray[np.float32]

_FORMS = tuple(Form)
_NOTIONS = patterns(read_table("notions"))
_DANGEROUS = (
    *(
        "die",
        "live",
        "means",
        "vanish",
        "hit",
        "threat",
        "fall",
        "stuck",
        "sudden",
        "blood",
        "chest",
        "squeeze",
        "breath",
    ),
    *("choke", "hunger", "cold", "cut", "fire", "smoke"),
)
_BITS = 12
_SHORTEST, _LONGEST = 2, 5
# Of a monologue only the beginning and the end are cut into pieces.
_MOST_LETTERS = 600
# How much all pieces together weigh against one clue.
_PIECES_WEIGHT = 6.0
PIECES = 1 << _BITS


def clues(text: str, asked: Asked) -> Numbers:
    """Returns what rules and forms see in an utterance, each about 0 to 1; always in the same order and number."""
    short = compact(text)
    opening = asked.form in {Form.IDENTITY, Form.GOOD_TIME, Form.STATEMENT, Form.BIRTH_DATE}
    words = text.split()
    seen = (
        wishes.is_abuse(short),
        wishes.is_busy(short),
        wishes.is_busy(short) and opening,
        wishes.is_unsure(short),
        wishes.is_somebody_else(short),
        wishes.is_somebody_else(short) and opening,
        wishes.is_backchannel(short),
        wishes.is_backchannel(short) and asked.form is Form.STATEMENT,
        question_form.is_question(text),
        question_form.may_ask(text),
        machines.is_notice(short),
        machines.is_hallucination(text, short),
        read_number(text) is not None,
        len(short) <= 3,
        3 < len(short) <= 8,
        len(short) > 25,
        *(pattern.search(short) is not None for pattern in wishes.WISHES.values()),
        *(asked.form is form for form in _FORMS),
        asked.trouble,
        sum(len(word) == 1 for word in words) / max(1, len(words)),
        len(words) / 10,
    )
    return np.array([*seen, *_polarity(text, asked)], np.float32)


def notions(text: str) -> Numbers:
    """Returns which notions an utterance touches."""
    short = compact(text)
    return np.array([pattern.search(short) is not None for pattern in _NOTIONS.values()], np.float32)


def suspicious(text: str, *, but: str = "") -> bool:
    """Whether a text touches a notion that dangers are made of, another one than `but`."""
    short = compact(text)
    return any(_NOTIONS[name].search(short) for name in _DANGEROUS if name != but)


def pieces(text: str) -> Numbers:
    """Returns the hashed n-grams of letters in an utterance, shape (PIECES,), of one length whatever was said."""
    letters = unicodedata.normalize("NFD", f" {' '.join(text.split())} ")
    if len(letters) > _MOST_LETTERS:
        letters = letters[: _MOST_LETTERS // 2] + letters[-_MOST_LETTERS // 2 :]
    found = {
        zlib.crc32(letters[start : start + length].encode()) % PIECES
        for length in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(letters) - length + 1)
    }
    found |= {zlib.crc32(f"={word}".encode()) % PIECES for word in letters.split()}
    row = np.zeros(PIECES, np.float32)
    if found:
        row[list(found)] = _PIECES_WEIGHT / np.sqrt(len(found))
    return row


def _opening(text: str) -> str:
    """Returns the first words: who says yes or no says it first, and then why."""
    return " ".join(text.split()[:3])


def _polarity(text: str, asked: Asked) -> list[float]:
    said = polarity_of(text, asked)
    mood = -said.mood if asked.trouble else said.mood
    signs = (said.first, said.echoed, said.negated, said.mood, mood)
    both = [
        float(value == sign and asked.yes_no is fits) for value in signs for sign in (1, -1) for fits in (True, False)
    ]
    alone = said.echoed if said.first == 0 else 0
    opening = polarity_of(_opening(text), asked)
    more = (alone, opening.negated * (-1 if asked.trouble else 1), -opening.mood if asked.trouble else opening.mood)
    both += [float(value == sign and asked.yes_no) for value in more for sign in (1, -1)]
    return [*both, asked.yes_no * (2 * said.first + 2 * said.echoed + mood) / 3]
