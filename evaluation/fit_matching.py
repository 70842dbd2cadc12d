"""Fits the weights of `understanding.match_weights` to labelled sets: `python -m evaluation.fit_matching FILE...`.

Cross-validated by question: no question is in both parts. The vocabulary was extended after these sets were seen, so
the figures flatter it. Therefore the weights with vectors are also fitted to some lines as if their words were unknown.
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
from orchestrator.dialogue.understanding.match_features import (
    Features,
    lexical_features,
    sentences_of,
    vector_features,
)
from orchestrator.dialogue.understanding.sentences import Sentences

FOLDS = 10
# One line of so many is repeated as if its words were unknown.
_UNKNOWN_EVERY = 3
_OF_SENSES = ("common", "conflict", "missing", "goodness", "degree", "amount_", "frequency", "other_topic")
_SIGNED = ("new_topic", "new_subject", "new_object", "new_also", "new_topic_first", "shares_words", "then", "soon", "unknown", "wish", "wonders", "measured_outside", "measured_otherwise", "some", "asks", "hearsay", "of_others", "yes_no", "other_topic", "like_question", "conflict", "missing")


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled answer; `label` is the index of an expected answer, or None."""

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
    entries = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [Line(entry["question"], tuple(entry["expected"]), entry["text"], entry["label"]) for entry in entries]


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


def unknown_words(line: Line, features: Features) -> Features:
    """Returns the features of a line if the vocabulary had none of its words."""
    silent = lexical_features("", line.question, line.expected)
    return features | {name: column for name, column in silent.items() if name.startswith(_OF_SENSES)}


def fitted(data: Design, rows: NDArray[np.int64]) -> Array:
    """Returns the weights for some lines."""
    return fit(data.x[rows], data.there[rows], data.y[rows], signed=data.signed)


def cross_validated(data: Design, lines: Sequence[Line]) -> NDArray[np.bool_]:
    """Returns which lines are right when their question was not in the part that was fitted."""
    questions = sorted({line.question for line in lines})
    np.random.default_rng(0).shuffle(questions)
    fold = {question: place % FOLDS for place, question in enumerate(questions)}
    folds = np.array([fold[line.question] for line in lines])
    right = np.zeros(len(lines), bool)
    for number in range(FOLDS):
        weights = fitted(data, np.flatnonzero(folds != number))
        right |= (folds == number) & (chosen(data.x, data.there, weights) == data.y)
    return right


def report(name: str, data: Design, lines: Sequence[Line], *, count: int) -> None:
    """Prints how well it does on the first `count` lines, and the table for `match_weights`."""
    right = cross_validated(data, lines)[:count]
    none = np.array([line.label is None for line in lines[:count]])
    print(
        f"{name}: cross-validated {right.mean():.3f} of {count} lines;"
        f" with an expected answer {right[~none].mean():.3f}, with none {right[none].mean():.3f}"
    )
    weights = fitted(data, np.arange(len(lines)))
    for feature, weight in zip(data.names, weights, strict=True):
        print(f'    "{feature}": {weight:.2f},')


async def main(paths: Sequence[Path]) -> None:
    """Fits both tables."""
    lines = read(paths)
    lexical = [lexical_features(line.text, line.question, line.expected) for line in lines]
    report("LEXICAL", design(lines, lexical), lines, count=len(lines))
    encoder = NanoSentenceEncoder()
    sentences = Sentences(encoder)
    semantic = []
    for line, features in zip(lines, lexical, strict=True):
        vectors = await sentences.vectors(sentences_of(line.text, line.question, line.expected), timeout=60.0)
        if vectors is None:
            raise SystemExit("the extra [embeddings] is not installed")
        semantic.append(features | vector_features(vectors, len(line.expected)))
    await encoder.close()
    again = range(0, len(lines), _UNKNOWN_EVERY)
    semantic += [unknown_words(lines[row], semantic[row]) for row in again]
    every = [*lines, *(lines[row] for row in again)]
    report("SEMANTIC", design(every, semantic), every, count=len(lines))


if __name__ == "__main__":
    asyncio.run(main([Path(argument) for argument in sys.argv[1:]]))
