"""Fits the weights of `understanding.learned` to labelled sets.

`python -m evaluation.fit_intents TUNE.jsonl... --danger TUNE.jsonl...` prints what cross-validation says, and writes
the weights where the package finds them. What stands after `--danger` teaches danger only, like lines without an
intent: `{"text": "...", "danger_kind": "..." or null}`, and what callees say in the sets for matching and for stored
questions, where the floor sees no sign.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orchestrator.adapters.nano_sentence_encoder import NanoSentenceEncoder
from orchestrator.dialogue.understanding import learned
from orchestrator.dialogue.understanding.asked import Asked, Form, asked_in
from orchestrator.dialogue.understanding.clues import clues
from orchestrator.dialogue.understanding.danger import read_danger
from orchestrator.dialogue.understanding.learned import INTENTS, KINDS, features
from orchestrator.dialogue.utterance import Intent
from orchestrator.domain.danger import DangerKind

Array = NDArray[np.float32]

CLUES = len(clues("", Asked(Form.STATEMENT)))

FOLDS = 5
_SCALE = 10.0  # of a centred vector, against a clue
_RIDGE = 1.0
_STEPS = 200
_BATCH = 64
_NONSENSE = {"nonsense": Intent.NO_MATCH}


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled utterance; without an intent it teaches danger only."""

    text: str
    asked: Asked
    intent: Intent | None
    danger: DangerKind | None


@dataclass(frozen=True, slots=True)
class Design:
    """Lines as numbers: with their vectors, and again without; `-1` where a line says nothing of a target."""

    x: Array
    bare: Array
    intent: NDArray[np.int64]
    danger: NDArray[np.int64]
    kind: NDArray[np.int64]


def read(paths: Sequence[Path], danger_only: Sequence[Path] = ()) -> list[Line]:
    """Reads labelled sets; what stands in several is read once."""
    lines = [line for path in paths for line in _lines(path)]
    lines += [replace(line, intent=None) for path in danger_only for line in _lines(path)]
    return list({(line.text, line.asked): line for line in reversed(lines)}.values())


def _lines(path: Path) -> list[Line]:
    entries = (json.loads(text) for text in path.read_text("utf-8").splitlines() if text.strip())
    return [line for entry in entries if (line := _line(entry)) is not None]


def _line(entry: dict[str, object]) -> Line | None:
    label = entry.get("label")
    text = str(entry["text"])
    if isinstance(label, dict):
        intent = _NONSENSE.get(str(label["intent"])) or Intent(str(label["intent"]))
        danger = DangerKind(str(label["danger_kind"])) if intent is Intent.DANGER else None
        return Line(text, asked_in(str(entry["context"])), intent, danger)
    if entry.get("danger_kind") is None and read_danger(text).kind is not None:
        return None
    kind = entry.get("danger_kind")
    return Line(text, Asked(Form.STATEMENT), None, DangerKind(str(kind)) if kind else None)


def design(lines: Sequence[Line], vectors: Array, centre: Array) -> Design:
    """Puts lines in numbers."""
    meanings = (vectors - centre) * _SCALE
    x = np.stack([features(line.text, line.asked, meaning) for line, meaning in zip(lines, meanings, strict=True)])
    bare = x.copy()
    bare[:, -1 - vectors.shape[1] : -1] = 0
    intent = [INTENTS.index(line.intent) if line.intent in INTENTS else -1 for line in lines]
    kind = [KINDS.index(line.danger) if line.danger is not None else -1 for line in lines]
    return Design(x, bare, np.array(intent), np.array([int(line.danger is not None) for line in lines]), np.array(kind))


def fitted(data: Design, rows: NDArray[np.int64]) -> Array:
    """Returns the weights for some lines: intents, danger, kinds, side by side."""
    x = np.concatenate([data.x[rows], data.bare[rows]])
    # Danger does not depend on what was asked, nor on what the callee wants of the call.
    apart = x.copy()
    apart[:, :CLUES] = 0
    parts = ((x, data.intent, len(INTENTS)), (apart, data.danger, 2), (apart, data.kind, len(KINDS)))
    columns = [_softmax_fit(seen, np.tile(target[rows], 2), count) for seen, target, count in parts]
    columns[1] = columns[1][:, 1:] - columns[1][:, :1]
    return np.concatenate(columns, axis=1)


def _softmax_fit(x: Array, target: NDArray[np.int64], count: int) -> Array:
    """Returns the weights of most likelihood under a ridge, by accelerated gradient steps."""
    x, target = x[target >= 0], target[target >= 0]
    wanted = np.eye(count, dtype=np.float32)[target]
    step = 1.0 / (0.5 * _largest_eigenvalue(x) + _RIDGE)
    weights = np.zeros((x.shape[1], count), np.float32)
    ahead = weights
    for number in range(_STEPS):
        values = x @ ahead
        shares = np.exp(values - values.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        gradient = x.T @ (shares - wanted) + _RIDGE * ahead
        before, weights = weights, ahead - step * gradient
        ahead = weights + (number / (number + 3)) * (weights - before)
    return weights


def _largest_eigenvalue(x: Array) -> float:
    direction = np.ones(x.shape[1], np.float32)
    for _ in range(20):
        direction = x.T @ (x @ direction)
        direction /= np.linalg.norm(direction)
    return float(np.linalg.norm(x @ direction) ** 2)


def cross_validated(data: Design, fits: Callable[[Design, NDArray[np.int64]], Array]) -> tuple[Array, Array]:
    """Returns every line's values when it was not among those that were fitted: with its vector, and without."""
    folds = np.random.default_rng(0).integers(0, FOLDS, len(data.x))
    values = [np.zeros((len(data.x), len(INTENTS) + 1 + len(KINDS)), np.float32) for _ in range(2)]
    for number in range(FOLDS):
        weights = fits(data, np.flatnonzero(folds != number))
        for part, x in zip(values, (data.x, data.bare), strict=True):
            part[folds == number] = x[folds == number] @ weights
    return values[0], values[1]


async def main(paths: Sequence[Path], danger_only: Sequence[Path]) -> None:
    """Fits, reports and writes."""
    lines = read(paths, danger_only)
    encoder = NanoSentenceEncoder()
    texts = [line.text for line in lines]
    vectors = np.concatenate(
        [await encoder.encode(texts[start : start + _BATCH], timeout=120) for start in range(0, len(texts), _BATCH)]
    )
    # The layer of intents stays what it is, whatever else teaches danger.
    known = {(line.text, line.asked) for path in paths for line in _lines(path)}
    centre = vectors[[(line.text, line.asked) in known for line in lines]].mean(axis=0)
    data = design(lines, vectors, centre)
    for name, values in zip(("with vectors", "without"), cross_validated(data, fitted), strict=True):
        report(name, lines, data, values)
    weights = fitted(data, np.arange(len(lines)))
    np.savez_compressed(
        Path(learned.__file__).with_name(learned.WEIGHTS),
        encoder=np.array(encoder.name),
        weights=weights.astype(np.float16),
        centre=centre.astype(np.float16),
        scale=np.array(_SCALE),
    )
    await encoder.close()


def report(name: str, lines: Sequence[Line], data: Design, values: Array) -> None:
    """Prints how well the classifier alone does on lines it was not fitted to."""
    known = data.intent >= 0
    right = values[:, : len(INTENTS)].argmax(axis=1) == data.intent
    danger = 1 / (1 + np.exp(-values[:, len(INTENTS)]))
    labelled = np.array([line.asked.text != "" for line in lines])
    there = (data.danger == 1) & labelled
    print(f"{name}: intents {right[known].mean():.3f} of {known.sum()} lines without danger")
    for recall in (0.95, 0.98, 0.99):
        threshold = np.quantile(danger[there], 1 - recall, method="lower")
        precision = there[labelled & (danger >= threshold)].mean()
        print(f"{name}: danger recall {recall} at {threshold:.3f}, precision {precision:.3f}")
    kinds = values[:, len(INTENTS) + 1 :].argmax(axis=1) == data.kind
    print(f"{name}: kinds {kinds[data.kind >= 0].mean():.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("tune", nargs="+", type=Path)
    parser.add_argument("--danger", nargs="*", type=Path, default=[])
    given = parser.parse_args()
    asyncio.run(main(given.tune, given.danger))
