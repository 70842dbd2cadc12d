"""Fits `understanding.question_weights`: `python -m evaluation.fit_stored_questions STORED.json FILE.jsonl`.

Two fits: which stored question is asked (over the questions of its group), then whether one is asked at all (over the
evidence for the best). In the first, beside the labelled set, whose words do not overlap, stands half of the public
ParaKQC, whose words do. The labelled set is cross-validated by group; of the public sets, Question_pair among them,
the other halves are reported.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.conditional_logit import Array, fit
from evaluation.public_sets import Lookup, pairs, paraphrases
from evaluation.scores import area_under_curve
from orchestrator.adapters.nano_sentence_encoder import NanoSentenceEncoder
from orchestrator.dialogue.answering.question_likeness import QuestionIndex, Ranking
from orchestrator.dialogue.answering.stored_questions import encoded
from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.dialogue.understanding.question_form import is_question
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.domain.question import FrequentQuestion

_SIGNED = {"some"}
_TIMEOUT = 1200.0  # seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """A lookup, and what speaks for each stored question; `label` is its row, or None."""

    text: str
    label: int | None
    ranking: Ranking

    def ranked(self, weights: Mapping[str, float]) -> Array:
        """Returns the rank of each stored question."""
        rank: Array = sum((weights[name] * column for name, column in self.ranking.columns.items()), np.zeros(1))
        return rank


@dataclass(frozen=True, slots=True)
class Tables:
    """What is fitted; see `question_weights.Weights`."""

    rank: Mapping[str, float]
    scope: Mapping[str, float]

    def score(self, line: Asked) -> tuple[int, float]:
        """Returns the best stored question, and the probability that one is asked."""
        rank = line.ranked(self.rank)
        evidence = line.ranking.evidence(rank, asks=is_question(line.text))
        logit = sum(self.scope[kind] * value for kind, value in evidence.items())
        return int(rank.argmax()), 1 / (1 + float(np.exp(-logit)))


def fit_tables(lines: Sequence[Asked], paraphrased: Sequence[Asked]) -> Tables:
    """Fits both tables to some lines; what is asked at all is no matter of paraphrases."""
    rank = _fit_rank([line for line in (*lines, *paraphrased) if line.label is not None])
    evidence = [line.ranking.evidence(line.ranked(rank), asks=is_question(line.text)) for line in lines]
    kinds = list(evidence[0])
    rows = np.array([[row[kind] for kind in kinds] for row in evidence])
    options = np.stack([rows, np.zeros_like(rows)], axis=1)
    right = np.array([0 if line.label is not None else 1 for line in lines])
    signed = np.array([kind in _SIGNED for kind in kinds])
    scope = fit(options, np.ones(options.shape[:2], bool), right, signed=signed)
    return Tables(rank, dict(zip(kinds, scope.tolist(), strict=True)))


def _fit_rank(lines: Sequence[Asked]) -> Mapping[str, float]:
    names = list(lines[0].ranking.columns)
    most = max(len(line.ranking.places) for line in lines)
    x, there = np.zeros((len(lines), most, len(names))), np.zeros((len(lines), most), bool)
    for row, line in enumerate(lines):
        count = len(line.ranking.places)
        x[row, :count] = np.stack([line.ranking.columns[name] for name in names], axis=1)
        there[row, :count] = True
    weights = fit(x, there, np.array([line.label for line in lines]), signed=np.zeros(len(names), bool))
    return dict(zip(names, weights.tolist(), strict=True))


def show(name: str, found: Sequence[tuple[Asked, tuple[int, float]]]) -> None:
    """Prints how well it does on some lines."""
    stored = [(line, best, score) for line, (best, score) in found if line.label is not None]
    right = sum(line.label == best for line, best, _ in stored)
    area = area_under_curve(
        [score for *_, score in stored], [score for line, (_, score) in found if line.label is None]
    )
    print(f"  {name}: accuracy@1 {right / len(stored):.3f}, out-of-scope AUC {area:.3f}, {len(found)} lines")


class Lookups:
    """Turns lookups into lines, with vectors or without."""

    def __init__(self, sentences: Sentences | None) -> None:
        self._sentences = sentences
        self._indexes: dict[Sequence[FrequentQuestion], QuestionIndex] = {}

    async def asked(self, lookups: Sequence[Lookup]) -> list[Asked]:
        """Looks all of them up; one whose right answer is not even near is left out of the fit."""
        lines = []
        for lookup in lookups:
            ranking = (await self._index(lookup.stored)).ranking(lookup.text, await self._vector(lookup.text))
            rows = ranking.places.tolist()
            if lookup.label is None or lookup.label in rows:
                label = None if lookup.label is None else rows.index(lookup.label)
                lines.append(Asked(lookup.text, label, ranking))
        return lines

    async def _index(self, stored: Sequence[FrequentQuestion]) -> QuestionIndex:
        if stored not in self._indexes:
            meanings = await encoded(self._sentences, stored, timeout=_TIMEOUT) if self._sentences else None
            self._indexes[stored] = QuestionIndex(stored, meanings)
        return self._indexes[stored]

    async def _vector(self, text: str) -> Vectors | None:
        vectors = await self._sentences.vectors([text], timeout=_TIMEOUT) if self._sentences else None
        return None if vectors is None else vectors[0]


async def report(name: str, groups: Mapping[str, Sequence[Lookup]], sentences: Sentences | None) -> None:
    """Prints figures and tables."""
    lookups = Lookups(sentences)
    public = await lookups.asked(paraphrases(tune=True, asked=200))
    lines = {group: await lookups.asked(each) for group, each in groups.items()}
    print(name)
    found: list[tuple[Asked, tuple[int, float]]] = []
    for group, own in lines.items():
        tables = fit_tables([line for other, each in lines.items() if other != group for line in each], public)
        found += [(line, tables.score(line)) for line in own]
    show("labelled set", found)
    tables = fit_tables([line for each in lines.values() for line in each], public)
    for title, rest in (("ParaKQC", paraphrases(tune=False)), ("Question_pair", pairs(tune=False))):
        show(title, [(line, tables.score(line)) for line in await lookups.asked(rest)])
    for part, table in (("rank", tables.rank), ("scope", tables.scope)):
        print(f"    {part}=" + json.dumps({kind: round(weight, 2) for kind, weight in table.items()}))


def read(stored_path: Path, lines_path: Path) -> dict[str, list[Lookup]]:
    """Reads a labelled set, by group."""
    stored = {
        name: tuple(FrequentQuestion(entry["q"], entry["a"]) for entry in group)
        for name, group in json.loads(stored_path.read_text("utf-8")).items()
    }
    groups: dict[str, list[Lookup]] = {name: [] for name in stored}
    for line in lines_path.read_text("utf-8").splitlines():
        entry = json.loads(line)
        groups[entry["group"]].append(Lookup(stored[entry["group"]], entry["text"], entry["label"]))
    return groups


async def main(groups: Mapping[str, Sequence[Lookup]]) -> None:
    """Fits both pairs of tables."""
    await report("LEXICAL", groups, None)
    encoder = NanoSentenceEncoder()
    await report("SEMANTIC", groups, Sentences(encoder))
    await encoder.close()


if __name__ == "__main__":
    asyncio.run(main(read(*(Path(argument) for argument in sys.argv[1:3]))))
