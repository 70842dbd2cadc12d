"""What everyday words stand for: "노인정" is a senior centre, "날마다" is always, "냉골" is bad.

The words are in `senses.toml`. They are found in the compact form of a sentence, for recognisers space Korean as they
like. Without this knowledge neither shared letters nor a small encoder see that "작대기 짚고" is walking with a stick.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from orchestrator.dialogue.understanding.spoken_form import compact

Senses = Mapping[str, frozenset[str]]
"""The senses found, by family; families of which nothing was found are missing."""

# Families whose senses are degrees of one thing, with their places on it.
SCALES: Mapping[str, Mapping[str, float]] = {
    "goodness": {"good": 1, "middle": 0, "bad": -1},
    "degree": {"none": 0, "little": 1, "much": 2.4, "extreme": 3.4},
    "amount": {"nothing": 0, "few": 1, "plenty": 2},
    "frequency": {"always": 6, "often": 4.5, "weekly": 3.5, "monthly": 2.5, "sometimes": 2, "rarely": 1, "never": 0},
}


class Lexicon:
    """The senses of a file, by family."""

    def __init__(self, name: str) -> None:
        table = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
        self._families = {family: _alternatives(senses) for family, senses in table.items()}

    def senses(self, text: str) -> Senses:
        """Returns what the words of a sentence stand for."""
        short = compact(text)
        found = {
            family: frozenset(match.lastgroup for match in words.finditer(short) if match.lastgroup)
            for family, words in self._families.items()
        }
        return {family: senses for family, senses in found.items() if senses}


def _alternatives(senses: Mapping[str, list[str]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{sense}>{'|'.join(words)})" for sense, words in senses.items()))


_SENSES = Lexicon("senses.toml")


@lru_cache(maxsize=4096)
def senses(text: str) -> Senses:
    """Returns what the words of an answer stand for."""
    return _SENSES.senses(text)


def place(found: Senses, scale: str) -> float | None:
    """Returns where a sentence stands on a scale, the mean of what was found; None if nothing was."""
    named = found.get(scale)
    return sum(SCALES[scale][sense] for sense in named) / len(named) if named else None
