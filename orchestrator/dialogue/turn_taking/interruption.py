"""What a sound of the callee means while the agent speaks: it hears itself, is listened to, or is interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from orchestrator.dialogue.understanding.danger import read_danger
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.understanding.wishes import is_backchannel

# Seconds of voice that no known word explains, after which the agent holds its breath.
HOLD_AFTER = 0.36
# A syllable takes so long, in seconds; old people speak slowly.
_SYLLABLE = 0.3
# An echo repeats so much of its words' pairs of syllables, and has so many syllables at least.
_ECHOED_SHARE = 0.7
_SHORTEST_ECHO = 2


class Reaction(StrEnum):
    """What the agent does."""

    GO_ON = "go_on"
    HOLD = "hold"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What is known of a sound that the callee makes while the agent speaks.

    Attributes:
        voiced: seconds of voice.
        words: what was recognised so far, final or not.
        saying: what the agent says, and said just before.
    """

    voiced: float
    words: str
    saying: str


def reaction(overlap: Overlap) -> Reaction:
    """Returns what an overlap calls for: words decide, and sound alone only ever holds the agent's voice."""
    if not is_harmless(overlap.words, overlap.saying):
        return Reaction.STOP
    explained = _SYLLABLE * len(compact(overlap.words)) if overlap.words else 0.0
    return Reaction.HOLD if overlap.voiced - explained >= HOLD_AFTER else Reaction.GO_ON


@lru_cache(maxsize=256)  # asked every 20 ms while the same words stand
def is_harmless(words: str, saying: str) -> bool:
    """Whether words interrupt nobody: none at all, mere listening, or the agent's own as they come back."""
    short = compact(words)
    if not short:
        return True
    if words.rstrip().endswith("?") or read_danger(words).kind is not None:
        return False
    return is_backchannel(short) or is_echo(words, saying)


def is_echo(words: str, saying: str) -> bool:
    """Whether words are a piece of what the agent says, as a recogniser hears it out of the callee's telephone."""
    heard, said = compact(words), compact(saying)
    if len(heard) < _SHORTEST_ECHO:
        return False
    if heard in said:
        return True
    pairs = [heard[start : start + 2] for start in range(len(heard) - 1)]
    return sum(pair in said for pair in pairs) >= _ECHOED_SHARE * len(pairs) and len(pairs) > _SHORTEST_ECHO
