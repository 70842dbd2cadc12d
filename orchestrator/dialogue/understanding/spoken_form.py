"""The form in which utterances are compared: recognisers space and punctuate Korean as they like."""

from __future__ import annotations

import re
import unicodedata

_FILLER = r"(?:아+|음+|어+|에+|저기요?|있잖아요?|(?:저|그)(?=[,.…]))"
# Hesitation before something else: "음... 어..." alone stays as it is.
_FILLERS = re.compile(rf"^(?:{_FILLER}[\s,.…]+)+(?!{_FILLER}[\s,.…]*$)(?=\w)")
_PUNCTUATION = re.compile(r"[\s.,!?~…'\"“”‘’·:;()\-]+")


def compact(text: str) -> str:
    """Returns an utterance without spaces, punctuation and hesitation at its start."""
    plain = unicodedata.normalize("NFC", text.strip().lower())
    return unicodedata.normalize("NFC", _PUNCTUATION.sub("", _FILLERS.sub("", plain)))
