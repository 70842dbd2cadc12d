"""What callees want of the call itself, whatever was asked: a person, an end, another time, the same again.

The words stand in `wishes.toml`; all functions take an utterance in compact form.
"""

from __future__ import annotations

import re

from orchestrator.dialogue.understanding.lexicon import patterns, read_table
from orchestrator.dialogue.utterance import Intent

_TABLE = read_table("wishes")
_LOOKS = patterns(_TABLE["looks"], _TABLE["words"])
_BACKCHANNEL = re.compile(f"(?:{_LOOKS['backchannel'].pattern})+")

# In the order in which they decide.
WISHES = {Intent(name): pattern for name, pattern in patterns(_TABLE["wishes"], _TABLE["words"]).items()}


def wish(short: str) -> Intent | None:
    """Returns what an utterance wants of the call, whatever was asked; None if it wants nothing of it."""
    return next((intent for intent, pattern in WISHES.items() if pattern.search(short)), None)


def is_abuse(short: str) -> bool:
    """Whether an utterance insults or threatens."""
    return _LOOKS["abuse"].search(short) is not None


def is_busy(short: str) -> bool:
    """Whether an utterance says that now is no time."""
    return _LOOKS["busy"].search(short) is not None


def is_unsure(short: str) -> bool:
    """Whether an utterance says that its speaker does not know."""
    return _LOOKS["unsure"].search(short) is not None


def is_somebody_else(short: str) -> bool:
    """Whether somebody who was asked for a person says that they are another, or that the person is away."""
    return any(_LOOKS[name].search(short) is not None for name in ("somebody_else", "away"))


def is_backchannel(short: str) -> bool:
    """Whether an utterance consists of nothing but listening."""
    return _BACKCHANNEL.fullmatch(short) is not None
