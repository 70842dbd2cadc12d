"""How long a silence ends the callee's turn: short after a whole answer, long where more is to come."""

from __future__ import annotations

from orchestrator.dialogue.turn_taking.completeness import Completeness, completeness
from orchestrator.dialogue.turn_taking.expected import Expected

# Who has said so many words is more likely done.
MANY_WORDS = 5
# Seconds of silence after few and after many words, for a callee of ordinary patience; tuned on
# `evaluation/sets/tune/end_of_turn.jsonl`.
SILENCES = {
    Completeness.ANSWERED: (0.5, 0.5),
    Completeness.FINISHED: (0.55, 0.4),
    Completeness.EXPLAINED: (0.9, 0.6),
    Completeness.UNCLEAR: (1.4, 1.2),
    Completeness.CONNECTED: (1.8, 1.4),
    Completeness.HESITATING: (2.5, 2.5),
    Completeness.COUNTING: (2.5, 2.5),
}


def silence_needed(text: str, expected: Expected, *, patience: float = 1.0, most: float) -> float:
    """Returns the seconds of silence after which the callee is done.

    Args:
        text: the words so far, final or not; empty: none yet.
        expected: what kind of answer was asked for.
        patience: how much longer than others this callee is waited for; 1: as others.
        most: the longest silence, in seconds, that anybody's turn is waited through.
    """
    few, many = SILENCES[completeness(text, expected)]
    return min((many if len(text.split()) >= MANY_WORDS else few) * patience, most)
