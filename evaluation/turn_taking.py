"""How often callees are cut off in a pause of their answer, and how long they wait at its end.

    python -m evaluation.turn_taking

The turns of `sets/*/end_of_turn.jsonl` are utterances of the intent sets of the same half, of which 110 are parted at
word borders, three times as often where a phrase ends, and 150 are left whole; 40 were written for this set (birth
dates, telephone numbers, counting, names, what is never finished, bare answers). The pauses are drawn, not recorded:
log-normal with mode 330 ms and median 500 ms, from 200 to 2,500 ms; a quarter of them follow a filler. The same places
are judged with the pauses of real speech (`recorded_pauses`), which are shorter. Words are taken to be known when the
silence after them is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console
from rich.table import Table

from evaluation.recorded_pauses import recorded_pauses
from orchestrator.dialogue.turn_taking.end_of_turn import silence_needed
from orchestrator.dialogue.turn_taking.expected import Expected

_SETS = Path(__file__).parent / "sets"
_SILENCE_TIMEOUT = 5.0
_DELAYS = (0.3, 0.6, 0.9)
_CUT_OFFS = (0.05, 0.10)
# Rules are compared at equal delay: patience is varied until the mean is met.
_MOST_PATIENCE, _HALVINGS = 16.0, 30


class Segment(BaseModel):
    """Words, and the silence after them; None: they end the turn."""

    model_config = ConfigDict(frozen=True)
    text: str
    pause_ms: Annotated[int, Field(gt=0)] | None = None


class TurnLine(BaseModel):
    """One answer.

    Attributes:
        asked: what the agent had asked.
        final: whether it ends with its last segment; an answer that does not goes on after a last pause.
    """

    model_config = ConfigDict(frozen=True)
    asked: str
    expected: Expected
    segments: Annotated[tuple[Segment, ...], Field(min_length=1)]
    final: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence after words.

    Attributes:
        text: all words of the turn before it.
        pause: its seconds; None: the turn is over.
    """

    text: str
    expected: Expected
    pause: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule makes of silences.

    Attributes:
        cut_offs: share of the pauses at which the turn would have been ended.
        delay: mean seconds from the last word to the end of turn.
    """

    cut_offs: float
    delay: float


@dataclass(frozen=True, slots=True)
class EndOfTurnReport:
    """How callees are listened to, as the service is set.

    Attributes:
        ends: how many turns end.
        pauses: how many pauses there are within turns.
        waited_through: share of the pauses at which the turn is not ended.
        waited_through_recorded: the same if they last as long as those of real speech.
        delay: mean seconds from the last word of a turn to its end.
    """

    ends: int
    pauses: int
    waited_through: float
    waited_through_recorded: float
    delay: float


Rule = Callable[[Silence, float], float]


def by_words(silence: Silence, patience: float) -> float:
    """The rule of the service: seconds of silence that end a turn after these words."""
    return silence_needed(silence.text, silence.expected, patience=patience, most=_SILENCE_TIMEOUT)


def by_silence_alone(_: Silence, patience: float) -> float:
    """The rule that knows no words."""
    return patience


def read_turns(path: Path) -> list[TurnLine]:
    """Reads a set."""
    return [TurnLine.model_validate_json(line) for line in path.read_text("utf-8").splitlines() if line]


def silences_of(turns: Sequence[TurnLine]) -> list[Silence]:
    """Returns all silences of turns: pauses and ends."""
    found = []
    for turn in turns:
        words: list[str] = []
        for segment in turn.segments:
            words.append(segment.text)
            pause = None if segment.pause_ms is None else segment.pause_ms / 1000
            found.append(Silence(" ".join(words), turn.expected, pause))
    return found


def outcome(silences: Sequence[Silence], rule: Rule, patience: float) -> Outcome:
    """Returns what a rule makes of silences, at some patience."""
    pauses = [(silence, silence.pause) for silence in silences if silence.pause is not None]
    ends = [silence for silence in silences if silence.pause is None]
    cut = sum(rule(silence, patience) < pause for silence, pause in pauses)
    return Outcome(cut / len(pauses), sum(rule(silence, patience) for silence in ends) / len(ends))


def at_delay(silences: Sequence[Silence], rule: Rule, delay: float) -> Outcome:
    """Returns what a rule makes of silences when it is as patient as a mean delay allows."""
    return _searched(silences, rule, lambda found: found.delay <= delay)


def at_cut_offs(silences: Sequence[Silence], rule: Rule, cut_offs: float) -> Outcome:
    """Returns what a rule makes of silences when it is just so patient that no more than a share of pauses is cut."""
    low, high = 0.0, _MOST_PATIENCE
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = outcome(silences, rule, middle).cut_offs <= cut_offs
        low, high = (low, middle) if enough else (middle, high)
    return outcome(silences, rule, high)


def with_pauses(silences: Sequence[Silence], recorded: Sequence[float]) -> list[Silence]:
    """Returns silences whose pauses last as long as recorded ones: each as long as each of them."""
    return [
        replace(silence, pause=pause)
        for silence in silences
        for pause in (recorded if silence.pause is not None else (None,))
    ]


def evaluate_end_of_turn(turns: Sequence[TurnLine]) -> EndOfTurnReport:
    """Says how well the service knows when turns end."""
    silences = silences_of(turns)
    drawn = outcome(silences, by_words, 1.0)
    recorded = outcome(with_pauses(silences, recorded_pauses()), by_words, 1.0)
    ends = sum(silence.pause is None for silence in silences)
    return EndOfTurnReport(ends, len(silences) - ends, 1 - drawn.cut_offs, 1 - recorded.cut_offs, drawn.delay)


def _searched(silences: Sequence[Silence], rule: Rule, fits: Callable[[Outcome], bool]) -> Outcome:
    low, high = 0.0, _MOST_PATIENCE
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(outcome(silences, rule, middle)) else (low, middle)
    return outcome(silences, rule, low)


def table_of(half: str, silences: Sequence[Silence]) -> Table:
    """Returns how the rules compare on a half."""
    pauses = sum(silence.pause is not None for silence in silences)
    table = Table(title=f"{half}: {len(silences) - pauses} ends, {pauses} pauses", box=None, title_justify="left")
    for header in ("", "words", "silence alone"):
        table.add_column(header)
    rules: tuple[Rule, ...] = (by_words, by_silence_alone)
    for delay in _DELAYS:
        cells = [f"{at_delay(silences, rule, delay).cut_offs:.1%}" for rule in rules]
        table.add_row(f"cut off at {delay * 1000:.0f} ms mean delay", *cells)
    for share in _CUT_OFFS:
        cells = [f"{at_cut_offs(silences, rule, share).delay * 1000:.0f} ms" for rule in rules]
        table.add_row(f"mean delay at {share:.0%} cut off", *cells)
    set_so = outcome(silences, by_words, 1.0)
    table.add_row("as the service is set", f"{set_so.cut_offs:.1%} at {set_so.delay * 1000:.0f} ms", "")
    recorded = outcome(with_pauses(silences, recorded_pauses()), by_words, 1.0)
    table.add_row(f"with the {len(recorded_pauses())} pauses of real speech", f"{recorded.cut_offs:.1%}", "")
    return table


def main() -> None:
    """Prints the tables."""
    console = Console(width=100)
    for half in ("report", "tune"):
        console.print(table_of(half, silences_of(read_turns(_SETS / half / "end_of_turn.jsonl"))))


if __name__ == "__main__":
    main()
