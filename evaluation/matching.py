"""How well answers are matched to the expected ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.lines import MatchingLine, Numbered
from evaluation.scores import Confusions, Score, Share
from orchestrator.dialogue.understanding.matching import Matching
from orchestrator.domain.question import ExpectedAnswer

_NONE = "none"


@dataclass(frozen=True, slots=True)
class MatchingError:
    """A line that was matched otherwise than it is labelled; None: to no expected answer."""

    line: int
    question: str
    text: str
    expected: int | None
    got: int | None
    score: float | None


@dataclass(frozen=True, slots=True)
class MatchingReport:
    """What came of a set.

    Attributes:
        accuracy: how many lines got the right expected answer, or rightly none.
        matched: of the lines that mean one, how many got it.
        none: lines that mean none of the expected answers.
    """

    accuracy: float | None
    n: int
    matched: Share
    none: Score
    errors: list[MatchingError]


async def evaluate_matching(lines: Sequence[Numbered[MatchingLine]], matching: Matching) -> MatchingReport:
    """Matches every line as in a call, and compares with its label."""
    pairs, errors = [], []
    for line in lines:
        entry = line.entry
        match = await matching.match(entry.text, entry.question, [ExpectedAnswer(text) for text in entry.expected])
        got = match.index if match else None
        pairs.append((_name(entry.label), _name(got)))
        if got != entry.label:
            score = round(match.score, 3) if match else None
            errors.append(MatchingError(line.number, entry.question, entry.text, entry.label, got, score))
    confusions = Confusions(pairs)
    return MatchingReport(
        accuracy=confusions.share().accuracy,
        n=len(lines),
        matched=confusions.share({expected for expected, _ in pairs} - {_NONE}),
        none=confusions.score(_NONE),
        errors=errors,
    )


def _name(label: int | None) -> str:
    return _NONE if label is None else str(label)
