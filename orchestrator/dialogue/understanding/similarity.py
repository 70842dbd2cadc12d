"""Likeness of Korean sentences by the character n-grams they share: needs no model, knows no synonyms.

Cosine of TF-IDF weights over 1- to 3-grams of the compact text. Grams that no stored sentence has count with the
highest weight, so that a sentence about something else stays unlike.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestrator.dialogue.understanding.spoken_form import compact

_LONGEST = 3
# A gram is a number: its characters, 21 bits each (Unicode ends below 2**21).
_BITS = 21

Scores = NDArray[np.float64]
_Grams = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Match:
    """The stored sentence that is most alike.

    Attributes:
        index: its place among the stored ones.
        score: likeness, 0 to 1.
    """

    index: int
    score: float


class SentenceIndex:
    """Finds the stored sentences that are most like another one."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._size = len(sentences)
        grams, owners = _grams(sentences)
        # One entry a gram and sentence, ordered by gram: the entries of a gram stand together.
        order = np.lexsort((owners, grams))
        grams, owners = grams[order], owners[order]
        first = np.flatnonzero(np.diff(grams, prepend=-1) | np.diff(owners, prepend=-1))
        counts = np.diff(first, append=grams.size)
        self._owners = owners[first]
        self._grams, self._starts, frequency = np.unique(grams[first], return_index=True, return_counts=True)
        self._ends = self._starts + frequency
        self._weights = np.log((self._size + 1) / (frequency + 1)) + 1
        self._unknown = math.log(self._size + 1) + 1
        values = counts * np.repeat(self._weights, frequency)
        norms = np.sqrt(np.bincount(self._owners, values**2, minlength=self._size))
        self._values = values / norms[self._owners]

    def scores(self, text: str) -> Scores:
        """Returns the likeness of every stored sentence to `text`, 0 to 1."""
        grams, counts = np.unique(_grams([text])[0], return_counts=True)
        if not grams.size or not self._grams.size:
            return np.zeros(self._size)
        places = np.minimum(np.searchsorted(self._grams, grams), self._grams.size - 1)
        known = self._grams[places] == grams
        weights = counts * np.where(known, self._weights[places], self._unknown)
        weights = weights / np.linalg.norm(weights)
        scores = np.zeros(self._size)
        for place, weight in zip(places[known], weights[known], strict=True):
            entries = slice(self._starts[place], self._ends[place])
            scores[self._owners[entries]] += weight * self._values[entries]
        return np.minimum(scores, 1.0)

    def best(self, text: str, *, among: Collection[int] | None = None) -> Match | None:
        """Returns the sentence most like `text`, among all or the given ones; None if none shares anything with it."""
        return next(iter(self.nearest(text, 1, among=among)), None)

    def nearest(self, text: str, most: int, *, among: Collection[int] | None = None) -> list[Match]:
        """Returns the sentences most like `text`, at most so many, the best first."""
        scores = self.scores(text)
        places = np.arange(self._size) if among is None else np.fromiter(sorted(among), np.int64)
        places = places[scores[places] > 0]
        best = places[np.argsort(-scores[places], kind="stable")[:most]]
        return [Match(int(place), float(scores[place])) for place in best]


def _grams(sentences: Sequence[str]) -> tuple[_Grams, _Grams]:
    """Returns all grams of all sentences, and the place of the sentence that each is of."""
    shorts = [compact(sentence) for sentence in sentences]
    lengths = np.fromiter(map(len, shorts), np.int64, len(shorts))
    characters = np.frombuffer("".join(shorts).encode("utf-32-le", errors="surrogatepass"), np.uint32).astype(np.int64)
    owners = np.repeat(np.arange(len(shorts)), lengths)
    grams, places = [characters], [owners]
    for length in range(2, _LONGEST + 1):
        # The gram before, less its last sentence-crossing starts, and one character more.
        longer = (grams[-1][:-1] << _BITS) | characters[length - 1 :] if characters.size >= length else characters[:0]
        grams.append(longer)
        places.append(np.where(owners[length - 1 :] == owners[: longer.size], owners[: longer.size], -1))
    every, owner = np.concatenate(grams), np.concatenate(places)
    inside = owner >= 0
    return every[inside], owner[inside]
