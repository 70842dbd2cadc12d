"""All that is evaluated at once: the shipped sets by halves, and the simulated calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation.calls import CallsReport
from evaluation.faq import FaqReport, evaluate_lookups
from evaluation.halves import HalfReport, evaluate_half, read_half
from evaluation.intents import IntentsReport
from evaluation.layers import Layers
from evaluation.matching import MatchingReport
from evaluation.public_sets import pairs, paraphrases

# Names that are none of Python's.
_JSON_NAMES = {"accuracy_at_1": "accuracy@1"}


@dataclass(frozen=True, slots=True)
class WholeReport:
    """What came of everything.

    Attributes:
        encoder: the sentence encoder in use; None: likeness was that of letters.
        reported: of the half that nothing was tuned on.
        tuned: of the other one, for comparison.
        parakqc: questions asked in other words, among hundreds that are stored; its reported half.
        question_pair: pairs of questions that are the same or are not; its reported half.
        calls: None: they were left out.
    """

    encoder: str | None
    reported: HalfReport
    tuned: HalfReport
    parakqc: FaqReport
    question_pair: FaqReport
    calls: CallsReport | None = None


Report = WholeReport | IntentsReport | MatchingReport | FaqReport | CallsReport


async def evaluate_sets(layers: Layers, folder: Path) -> WholeReport:
    """Evaluates both halves of the labelled sets, and the public ones.

    Raises:
        UnusableFile: a set is wrong.
    """
    reported, tuned = read_half(folder / "report"), read_half(folder / "tune")
    return WholeReport(
        encoder=layers.encoder,
        reported=await evaluate_half(reported, layers),
        tuned=await evaluate_half(tuned, layers),
        parakqc=await evaluate_lookups(paraphrases(tune=False), layers.stored_questions),
        question_pair=await evaluate_lookups(pairs(tune=False), layers.stored_questions),
    )


def to_json(report: Report) -> dict[str, Any]:
    """Returns a report as JSON has it."""
    return asdict(report, dict_factory=_renamed)


def _renamed(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {_JSON_NAMES.get(name, name): value for name, value in items}
