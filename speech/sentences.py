"""Cuts text that arrives piece by piece into sentences, so that the first can be spoken before the last is known."""

import re
from typing import Final

_SENTENCE_END: Final = re.compile(r"(?<=[!?…。])\s+|(?<=[^\dA-Za-z\s]\.)\s+|\n+")
_LONGEST: Final = 200


class SentenceCutter:
    """Collects pieces of text and hands out whole sentences.

    A sentence ends with its punctuation and the white space after it, so that the point in `3.5` ends none; nor do
    those of `2026. 1. 2.` and `Dr. Kim`, after digits and Latin letters. One longer than 200 characters is cut between
    words, as a voice must breathe somewhere.
    """

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        """Takes the next piece and returns the sentences it completes."""
        *sentences, self._rest = _SENTENCE_END.split(self._rest + text)
        while len(self._rest) > _LONGEST and " " in self._rest[:_LONGEST].strip():
            head, _, tail = self._rest[:_LONGEST].rpartition(" ")
            sentences.append(head)
            self._rest = tail + self._rest[_LONGEST:]
        return [sentence for sentence in sentences if sentence.strip()]

    def finish(self) -> list[str]:
        """Returns what is left: the last sentence, or nothing."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []
