"""How long a silence ends the callee's turn: short after a whole answer, long where more is to come."""

from __future__ import annotations

from orchestrator.dialogue.turn_taking.completeness import Completeness, completeness
from orchestrator.dialogue.turn_taking.expected import Expected

# Who has said so many words is more likely done.
MANY = 5
# Seconds of silence after one word, after a few and after many, for a callee of ordinary patience. They follow from how
# often turns of `evaluation/sets/tune` end in such words, and how often they go on. There are exceptions: a bare yes or
# no, and one word that closes a sentence, are more frequent in calls than there.
SILENCES = {
    Completeness.ANSWERED: (0.5, 0.5, 0.5),
    Completeness.FINISHED: (0.8, 0.5, 0.3),
    Completeness.PLAIN: (1.2, 1.0, 0.3),
    Completeness.EXPLAINED: (1.4, 1.3, 0.9),
    Completeness.UNCLEAR: (1.7, 1.2, 0.8),
    Completeness.CONNECTED: (2.2, 1.8, 1.2),
    Completeness.HESITATING: (2.5, 2.5, 2.5),
    Completeness.COUNTING: (2.5, 2.5, 2.5),
}


def silence_needed(text: str, expected: Expected, *, patience: float = 1.0, most: float) -> float:
    """Returns the seconds of silence after which the callee is done.

    Args:
        text: the words so far, final or not; empty: none yet.
        expected: what kind of answer was asked for.
        patience: how much longer than others this callee is waited for; 1: as others.
        most: the longest silence, in seconds, that anybody's turn is waited through.
    """
    one, few, many = SILENCES[completeness(text, expected)]
    words = len(text.split())
    ordinary = many if words >= MANY else one if words == 1 else few
    return min(ordinary * patience, most)
