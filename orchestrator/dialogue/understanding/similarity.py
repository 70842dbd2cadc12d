"""Likeness of Korean sentences by the character n-grams they share: needs no model, knows no synonyms.

Cosine of TF-IDF weights over 1- to 3-grams of the compact text. Grams that no stored sentence has count with the
highest weight, so that a sentence about something else stays unlike.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from orchestrator.dialogue.understanding.spoken_form import compact

_LONGEST = 3


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
    """Finds the stored sentence that is most like another one."""

    def __init__(self, sentences: Sequence[str]) -> None:
        grams = [_grams(sentence) for sentence in sentences]
        frequency = Counter(gram for counted in grams for gram in counted)
        self._unknown = math.log(len(sentences) + 1) + 1
        self._weights = {gram: math.log((len(sentences) + 1) / (count + 1)) + 1 for gram, count in frequency.items()}
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, counted in enumerate(grams):
            norm = self._norm(counted)
            for gram, count in counted.items():
                self._postings[gram].append((index, count * self._weights[gram] / norm))

    def best(self, text: str, *, among: Collection[int] | None = None) -> Match | None:
        """Returns the sentence most like `text`, among all or the given ones; None if none shares anything with it."""
        return next(iter(self.nearest(text, 1, among=among)), None)

    def nearest(self, text: str, most: int, *, among: Collection[int] | None = None) -> list[Match]:
        """Returns the sentences most like `text`, at most so many, the best first."""
        counted = _grams(text)
        norm = self._norm(counted)
        scores: dict[int, float] = defaultdict(float)
        for gram, count in counted.items():
            weight = count * self._weights.get(gram, self._unknown) / norm
            for index, stored in self._postings.get(gram, ()):
                scores[index] += weight * stored
        candidates = ((score, -index) for index, score in scores.items() if among is None or index in among)
        return [Match(-index, min(score, 1.0)) for score, index in heapq.nlargest(most, candidates)]

    def _norm(self, counted: Counter[str]) -> float:
        return (
            math.sqrt(sum((count * self._weights.get(gram, self._unknown)) ** 2 for gram, count in counted.items()))
            or 1.0
        )


def _grams(text: str) -> Counter[str]:
    short = compact(text)
    return Counter(
        short[start : start + length] for length in range(1, _LONGEST + 1) for start in range(len(short) - length + 1)
    )
