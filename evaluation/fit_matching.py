"""Fits the weights of `understanding.match_weights` to labelled sets: `python -m evaluation.fit_matching FILE...`.

Cross-validated by file, that is by author: what is learned from some people must hold for others. The vocabulary was
extended after most of these sets were seen, so the figures flatter it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.conditional_logit import Array, chosen, fit
from orchestrator.adapters.nano_sentence_encoder import NanoSentenceEncoder
from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.leaning import leanings
from orchestrator.dialogue.understanding.match_features import (
    Features,
    lexical_features,
    sentences_of,
    vector_features,
)
from orchestrator.dialogue.understanding.retractions import without_retracted
from orchestrator.dialogue.understanding.sayings import Column, Sayings
from orchestrator.dialogue.understanding.sentences import Sentences

_RIDGE = 0.3
_SIGNED = (
    "some", "asks", "hearsay", "of_others", "yes_no", "silent", "like_question", "conflict", "missing",
    "new_topic", "new_subject", "new_object", "new_topic_first", "shares_words", "then", "unknown",
    "wonders", "measured_outside", "measured_otherwise", "beside_before",
    "somebody_else", "admires", "watches", "new_alone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled answer; `label` is the index of an expected answer, or None; `author` the file it stands in."""

    author: str
    question: str
    expected: tuple[str, ...]
    text: str
    label: int | None


@dataclass(frozen=True, slots=True)
class Design:
    """All lines as numbers: `x[line, option, feature]`, the last option none; `y[line]` the right option."""

    names: tuple[str, ...]
    x: Array
    there: NDArray[np.bool_]
    y: NDArray[np.int64]

    @property
    def signed(self) -> NDArray[np.bool_]:
        """Which weights may be negative."""
        return np.array([name.endswith(_SIGNED) for name in self.names])


def read(paths: Sequence[Path]) -> list[Line]:
    """Reads labelled sets."""
    entries = [(path.stem, json.loads(line)) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [
        Line(author, entry["question"], tuple(entry["expected"]), entry["text"], entry["label"])
        for author, entry in entries
    ]


def design(lines: Sequence[Line], features: Sequence[Features]) -> Design:
    """Puts features in order."""
    names = tuple(features[0])
    most = max(len(line.expected) for line in lines)
    x = np.zeros((len(lines), most + 1, len(names)))
    there = np.zeros((len(lines), most + 1), bool)
    for row, (line, columns) in enumerate(zip(lines, features, strict=True)):
        x[row, : len(line.expected)] = np.stack([columns[name] for name in names], axis=1)
        there[row, : len(line.expected)] = True
    there[:, most] = True
    return Design(names, x, there, np.array([most if line.label is None else line.label for line in lines]))


class Forgetful:
    """What was said before, without the answers to the question in hand: they would tell on themselves."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._sayings = Sayings.shipped()
        places = {pair: place for place, pair in enumerate(self._sayings.pairs)}
        self._known: dict[str, Column] = {}
        for line in lines:
            known = self._known.setdefault(line.question, np.ones(len(places)))
            meant = "" if line.label is None else line.expected[line.label]
            if (place := places.get((line.text, meant))) is not None:
                known[place] = 0.0

    def by_words(self, line: Line) -> Features:
        """Returns the feature that needs no vectors."""
        known = self._known[line.question]
        return {"said_before": self._sayings.by_words(line.text, line.expected, known)}

    def by_meaning(self, line: Line, vectors: Vectors) -> Features:
        """Returns the feature that needs them."""
        count = len(line.expected)
        known = self._known[line.question]
        return {
            "meant_before": self._sayings.by_meaning(vectors[1], vectors[3 : 3 + count], known),
            "beside_before": np.full(count, self._sayings.beside_the_question(vectors[1], known)),
        }


def leaning(line: Line, vector: Vectors | None) -> Features:
    """Returns which expected answers lean the same way as what was said."""
    return leanings(without_retracted(line.text), line.question, line.expected, vector)


def fitted(data: Design, rows: NDArray[np.int64]) -> Array:
    """Returns the weights for some lines."""
    return fit(data.x[rows], data.there[rows], data.y[rows], signed=data.signed, ridge=_RIDGE)


def cross_validated(data: Design, lines: Sequence[Line]) -> NDArray[np.bool_]:
    """Returns which lines are right when their author was not in the part that was fitted."""
    authors = np.array([line.author for line in lines])
    right = np.zeros(len(lines), bool)
    for author in np.unique(authors):
        weights = fitted(data, np.flatnonzero(authors != author))
        right |= (authors == author) & (chosen(data.x, data.there, weights) == data.y)
    return right


def report(name: str, data: Design, lines: Sequence[Line]) -> None:
    """Prints how well it does on each author, and the table for `match_weights`."""
    right = cross_validated(data, lines)
    none, authors = np.array([line.label is None for line in lines]), np.array([line.author for line in lines])
    for author in np.unique(authors):
        own = authors == author
        print(
            f"{name} {author}: {right[own].mean():.3f} of {own.sum()} lines;"
            f" with an expected answer {right[own & ~none].mean():.3f}, with none {right[own & none].mean():.3f}"
        )
    for feature, weight in zip(data.names, fitted(data, np.arange(len(lines))), strict=True):
        print(f'    "{feature}": {weight:.2f},')


async def main(paths: Sequence[Path]) -> None:
    """Fits both tables."""
    lines = read(paths)
    before = Forgetful(lines)
    lexical = [
        lexical_features(line.text, line.question, line.expected) | before.by_words(line) | leaning(line, None)
        for line in lines
    ]
    report("LEXICAL", design(lines, lexical), lines)
    encoder = NanoSentenceEncoder()
    sentences = Sentences(encoder)
    semantic = []
    for line, features in zip(lines, lexical, strict=True):
        vectors = await sentences.vectors(sentences_of(line.text, line.question, line.expected), timeout=60.0)
        if vectors is None:
            raise SystemExit("the extra [embeddings] is not installed")
        by_vectors = vector_features(vectors, len(line.expected)) | leaning(line, vectors[1])
        semantic.append(features | by_vectors | before.by_meaning(line, vectors))
    await encoder.close()
    report("SEMANTIC", design(lines, semantic), lines)


if __name__ == "__main__":
    asyncio.run(main([Path(argument) for argument in sys.argv[1:]]))
