"""What people have been known to say, and what they meant by it: "누우면 바로 잠들어요" is "잘 잔다".

Neither shared letters nor a small encoder see the one in the other. They do see that somebody says nearly the same as
somebody did before; what was meant then is what is probably meant now. Written by `evaluation.collect_sayings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.retractions import without_retracted
from orchestrator.dialogue.understanding.similarity import SentenceIndex

WORDS, VECTORS = "sayings.tsv", "sayings.npz"

Column = NDArray[np.float64]
# How much nearer a saying must be to count e times as much.
_NEARER = 0.03
_ROUGHLY_NEARER = 0.06
_LEAST = 1e-9


class Sayings:
    """Likens an expected answer to what those meant who said nearly the same."""

    def __init__(self, pairs: Sequence[tuple[str, str]], encoder: str, said: Vectors, meant: Vectors) -> None:
        """Makes it.

        Args:
            pairs: what was said, and what was meant; empty: nothing that was expected.
            encoder: the name of the encoder that made the vectors.
            said: a unit vector a pair.
            meant: a unit vector for each meaning, in the order of `meanings`.
        """
        self.encoder = encoder
        self.pairs = tuple(pairs)
        names = meanings(pairs)
        places = {name: place for place, name in enumerate(names)}
        self._meaning = np.array([places[name] for _, name in pairs])
        self._meaningful = np.array([bool(name) for _, name in pairs], dtype=float)
        self._words, self._names = SentenceIndex([text for text, _ in pairs]), SentenceIndex(names)
        self._centres = said.mean(axis=0), meant.mean(axis=0)
        self._said, self._meant = _unit(said - self._centres[0]), _unit(meant - self._centres[1])

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> Sayings:
        """Returns those that come with the package."""
        pairs = read_pairs(files(__package__).joinpath(WORDS).read_text("utf-8"))
        with files(__package__).joinpath(VECTORS).open("rb") as file, np.load(file) as kept:
            return Sayings(pairs, str(kept["encoder"]), _from_bytes(kept["said"]), _from_bytes(kept["meant"]))

    def by_words(self, text: str, expected: Sequence[str], known: Column | None = None) -> Column:
        """Returns how near each expected answer is to what was meant, by letters.

        Args:
            text: what the callee says.
            expected: the expected answers, at least one.
            known: 0 for each pair that is to be forgotten, else 1; None: none is.
        """
        likeness = self._words.scores(without_retracted(text)) * self._meaningful * (1.0 if known is None else known)
        weights = likeness * np.exp((likeness - likeness.max()) / _NEARER)
        if not weights.any():
            return np.zeros(len(expected))
        meant = np.bincount(self._meaning, weights / weights.sum())
        near = np.array([self._names.scores(answer) @ meant for answer in expected])
        nearer: Column = (near - near.mean()) * float(np.sqrt(likeness.max()))
        return nearer

    def by_meaning(self, said: Vectors, expected: Vectors, known: Column | None = None) -> Column:
        """Returns likewise, by vectors of the encoder.

        Args:
            said: the unit vector of what the callee says.
            expected: those of the expected answers.
            known: as above.
        """
        likeness = self._likeness(said)
        weights = np.exp((likeness - likeness.max()) / _NEARER) * self._meaningful * (1.0 if known is None else known)
        meant = np.bincount(self._meaning, weights / weights.sum(), minlength=len(self._meant))
        near = _unit(expected - self._centres[1]) @ (meant @ self._meant)
        nearer: Column = near - near.mean()
        return nearer

    def beside_the_question(self, said: Vectors, known: Column | None = None) -> float:
        """Returns how many of those who said nearly the same meant nothing that was expected, 0 to 1."""
        likeness = self._likeness(said)
        weights = np.exp((likeness - likeness.max()) / _ROUGHLY_NEARER) * (1.0 if known is None else known)
        return float(1.0 - (weights @ self._meaningful) / weights.sum())

    def _likeness(self, said: Vectors) -> Column:
        cosines: Column = np.einsum("ij,j->i", self._said, _unit(said - self._centres[0])).astype(np.float64)
        return cosines


def read_pairs(content: str) -> list[tuple[str, str]]:
    """Returns the pairs of a file: a line each, with a tab between what was said and what was meant."""
    pairs = []
    for line in content.splitlines():
        text, _, meaning = line.partition("\t")
        pairs.append((text, meaning))
    return pairs


def meanings(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Returns each meaning once."""
    return list(dict.fromkeys(meaning for _, meaning in pairs))


def in_bytes(vectors: Vectors) -> NDArray[np.int8]:
    """Returns vectors a byte a number, as they are kept; their length is lost."""
    kept: NDArray[np.int8] = np.rint(vectors * (127 / np.abs(vectors).max(axis=1, keepdims=True))).astype(np.int8)
    return kept


def _from_bytes(kept: NDArray[np.int8]) -> Vectors:
    return _unit(kept.astype(np.float32))


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _LEAST)
    return unit
