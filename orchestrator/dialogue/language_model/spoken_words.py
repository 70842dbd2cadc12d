"""A language model's words as they can be spoken."""

from __future__ import annotations

import re

# Longer is more than an ear keeps.
MOST_CHARACTERS = 150

_MARKUP = re.compile(r"[*_#`>\[\]{}|]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def sentences(text: str) -> list[str]:
    """Returns the sentences of a text."""
    return [sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence]


def for_the_ear(text: str) -> str:
    """Returns a language model's words as they can be spoken: whole sentences, bounded, without markup."""
    spoken = ""
    for sentence in sentences(" ".join(_MARKUP.sub("", text).split())):
        if spoken and len(spoken) + len(sentence) >= MOST_CHARACTERS:
            break
        spoken = f"{spoken} {sentence}".strip()
    return spoken[: 2 * MOST_CHARACTERS]
