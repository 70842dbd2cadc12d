"""Whether an answer to a yes/no question says yes or no: by its first word, by the question's echo, by its mood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.dialogue.understanding.asked import Asked
from orchestrator.dialogue.understanding.echoes import echo
from orchestrator.dialogue.understanding.lexicon import patterns, read_table
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.dialogue.utterance import Intent

_STILL = re.compile(r"지금도|아직|여전|그러신가|그러세요")
# To "is it still so?", in the order in which they decide.
_LASTING = (("not_better", Intent.YES), ("better", Intent.NO), ("the_same", Intent.YES))
_PATTERNS = patterns(read_table("polarity"))


@dataclass(frozen=True, slots=True)
class Polarity:
    """What speaks for yes (1) and what for no (-1).

    Attributes:
        first: the first word.
        echoed: the question's predicate.
        negated: -1: something is denied.
        mood: 1: all is well, -1: something is wrong.
        bare: there is nothing but the first word.
    """

    first: int = 0
    echoed: int = 0
    negated: int = 0
    mood: int = 0
    bare: bool = False


def polarity_of(text: str, asked: Asked) -> Polarity:
    """Returns what of an utterance speaks for yes and for no."""
    short = compact(text)
    text = _PATTERNS["not_ill"].sub("괜찮", text)
    no, yes = _PATTERNS["no_first"].match(short), _PATTERNS["yes_first"].match(short)
    first = -1 if no else 1 if yes else 0
    ill, well = _PATTERNS["ill"].search(text), _PATTERNS["well"].search(text)
    negated = -1 if _PATTERNS["negation"].search(text) else 0
    return Polarity(
        first=first,
        echoed=echo(text, asked.text) if asked.yes_no and asked.text else 0,
        negated=negated,
        mood=0 if bool(ill) is bool(well) else -1 if ill else 1,
        bare=len(short) <= 4,
    )


def certain_polarity(text: str, asked: Asked) -> Intent | None:
    """Returns YES or NO where an answer to a yes/no question leaves no doubt, else None.

    A first word is believed unless what follows denies it, and an echo that is negated; one that affirms may be part
    of anything.
    """
    said = polarity_of(text, asked)
    if asked.trouble and _STILL.search(asked.text) and (lasting := _lasting(compact(text))) is not None:
        return lasting
    if said.first == -1 and not (asked.trouble and said.echoed == 1):
        return Intent.NO
    if said.first == 1 and said.echoed >= 0 and (said.negated == 0 or said.bare):
        return Intent.YES
    return Intent.NO if said.first == 0 and said.echoed == -1 and said.negated == -1 else None


def _lasting(short: str) -> Intent | None:
    return next((intent for name, intent in _LASTING if _PATTERNS[name].search(short)), None)
