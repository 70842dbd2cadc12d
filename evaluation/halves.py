"""The labelled sets that come with the package: one half to tune on, the other to report.

A half is a folder of `intents*.jsonl`, `matching*.jsonl`, `faq*.jsonl` and `end_of_turn.jsonl`; what the questions are
looked up in stands in `stored.json`, in the folder or the one above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.faq import FaqReport, evaluate_faq
from evaluation.intents import IntentsReport, evaluate_intents
from evaluation.layers import Layers
from evaluation.lines import (
    FaqLine,
    IntentLine,
    LineType,
    MatchingLine,
    Numbered,
    Stored,
    read_faq,
    read_lines,
    read_stored,
)
from evaluation.matching import MatchingReport, evaluate_matching
from evaluation.turn_taking import EndOfTurnReport, TurnLine, evaluate_end_of_turn, read_turns

SETS = Path(__file__).parent / "sets"


@dataclass(frozen=True, slots=True)
class Half:
    """The labelled sets of one half."""

    intents: Sequence[Numbered[IntentLine]]
    matching: Sequence[Numbered[MatchingLine]]
    stored: Stored
    faq: Sequence[Numbered[FaqLine]]
    turns: Sequence[TurnLine]


@dataclass(frozen=True, slots=True)
class HalfReport:
    """What came of one half."""

    intents: IntentsReport
    matching: MatchingReport
    faq: FaqReport
    end_of_turn: EndOfTurnReport


def read_half(folder: Path) -> Half:
    """Reads the sets of a half.

    Raises:
        UnusableFile: one is wrong.
    """
    own = folder / "stored.json"
    stored = read_stored(own if own.exists() else folder.parent / "stored.json")
    return Half(
        intents=_all(folder, "intents", IntentLine),
        matching=_all(folder, "matching", MatchingLine),
        stored=stored,
        faq=[line for path in sorted(folder.glob("faq*.jsonl")) for line in read_faq(stored, path)],
        turns=read_turns(folder / "end_of_turn.jsonl"),
    )


async def evaluate_half(half: Half, layers: Layers) -> HalfReport:
    """Says how well all of a half is understood."""
    return HalfReport(
        intents=await evaluate_intents(half.intents, layers.understanding),
        matching=await evaluate_matching(half.matching, layers.matching),
        faq=await evaluate_faq(half.stored, half.faq, layers.stored_questions),
        end_of_turn=evaluate_end_of_turn(half.turns),
    )


def _all(folder: Path, name: str, kind: type[LineType]) -> list[Numbered[LineType]]:
    return [line for path in sorted(folder.glob(f"{name}*.jsonl")) for line in read_lines(path, kind)]
