"""Recall, precision, accuracy, confusions, and the area under a curve: the figures that all reports are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Score:
    """How well one label is told from the others.

    Attributes:
        recall: of those that have the label, how many got it; None: none has.
        precision: of those that got the label, how many have it; None: none got it.
        n: how many have it.
    """

    recall: float | None
    precision: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many of `n` are right, as a share; None: there are none."""

    accuracy: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often one label was taken for another."""

    expected: str
    got: str
    n: int


class Confusions:
    """Counts which label was expected and which one came."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._counts = Counter(pairs)

    def share(self, among: Collection[str] | None = None) -> Share:
        """Returns how many are right, of all or of those that have one of the labels."""
        counts = {pair: n for pair, n in self._counts.items() if among is None or pair[0] in among}
        right = sum(n for (expected, got), n in counts.items() if expected == got)
        return Share(ratio(right, counts.values()), sum(counts.values()))

    def score(self, label: str) -> Score:
        """Returns recall and precision of a label."""
        right = self._counts[label, label]
        having = [n for (expected, _), n in self._counts.items() if expected == label]
        getting = [n for (_, got), n in self._counts.items() if got == label]
        return Score(ratio(right, having), ratio(right, getting), sum(having))

    def pairs(self) -> list[Confusion]:
        """Returns what was confused, the most frequent first."""
        wrong = [Confusion(*pair, n) for pair, n in self._counts.items() if pair[0] != pair[1]]
        return sorted(wrong, key=lambda each: (-each.n, each.expected, each.got))


def ratio(part: int, counts: Iterable[int]) -> float | None:
    """Returns a part of the sum of counts, rounded; None if that sum is nothing."""
    whole = sum(counts)
    return round(part / whole, _DIGITS) if whole else None


def area_under_curve(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Returns how likely a positive scores above a negative (ROC AUC; a tie counts half); None if one side is empty."""
    if not positives or not negatives:
        return None
    wins = sum((positive > negative) + (positive == negative) / 2 for positive in positives for negative in negatives)
    return round(wins / (len(positives) * len(negatives)), _DIGITS)
