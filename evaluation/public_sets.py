"""The public Korean sets as lookups in stored questions; `evaluation/public/README.md` says where they are from.

Half of each set may be tuned on; figures are of the other half.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.domain.question import FrequentQuestion

_FOLDER = Path(__file__).parent / "public"
_PARAPHRASES = 10
_SEED = 20


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is asked of which stored questions; `label` is the place of the right one, or None."""

    stored: Sequence[FrequentQuestion]
    text: str
    label: int | None


def sentences() -> list[str]:
    """Returns the sentences of ParaKQC, ten of a meaning after one another."""
    lines = (_FOLDER / "parakqc" / "paraKQC_v1.txt").read_text("utf-8").splitlines()
    return [line.split("\t")[2] for line in lines]


def paraphrases(*, tune: bool, stored: int = 300, asked: int = 300, others: int = 100) -> list[Lookup]:
    """Returns lookups among questions of ParaKQC, each asked in other words; and others that are not stored."""
    every = sentences()
    groups = [every[start : start + _PARAPHRASES] for start in range(0, len(every) - _PARAPHRASES + 1, _PARAPHRASES)]
    chance = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    chance.shuffle(groups)
    half = groups[: len(groups) // 2] if tune else groups[len(groups) // 2 :]
    known = tuple(FrequentQuestion(group[0], "") for group in half[:stored])
    inside = [Lookup(known, text, place) for place, group in enumerate(half[:stored]) for text in group[1:4]]
    outside = [Lookup(known, group[1], None) for group in half[stored:]]
    return chance.sample(inside, min(asked, len(inside))) + outside[:others]


def pairs(*, tune: bool, count: int = 300) -> list[Lookup]:
    """Returns pairs of Question_pair as lookups of the one in a set of the other; in this set 0 is "the same"."""
    with (_FOLDER / "question_pair" / "kor_pair_train.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    random.Random(_SEED).shuffle(rows)  # noqa: S311
    half = rows[: len(rows) // 2] if tune else rows[len(rows) // 2 :]
    return [
        Lookup((FrequentQuestion(row["question1"], ""),), row["question2"], 0 if row["is_duplicate"] == "0" else None)
        for row in half[:count]
    ]
