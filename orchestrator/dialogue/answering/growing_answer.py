"""A language model's answer while it is being worded: its sentences are checked as they come. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestrator.dialogue.answering.answer_check import speakable
from orchestrator.dialogue.spoken_sentences import SentenceSplitter
from orchestrator.domain.question import FrequentQuestion


class GrowingAnswer:
    """The longest beginning of an answer that may be said.

    Every beginning, of whole sentences, is checked as a whole answer is. A sentence with which one may not be said ends
    the answer before it; if it is the first, nothing of the answer may be said.

    Attributes:
        spoken: that beginning; it only ever grows at its end.
    """

    def __init__(self, facts: Sequence[FrequentQuestion]) -> None:
        """Makes it.

        Args:
            facts: all that may be stated.
        """
        self._facts = facts
        self._splitter = SentenceSplitter()
        self._sentences: list[str] = []
        self._ended = False
        self.spoken = ""

    def begins_with(self, piece: str) -> bool:
        """Takes the next piece of the model's words; returns whether the first that may be said are known by it."""
        before = self.spoken
        self._take(self._splitter.feed(piece))
        return bool(self.spoken) and not before

    def finished(self) -> str:
        """Returns all that may be said, once the model has come to its end, and has not broken off before."""
        self._take(self._splitter.rest())
        return self.spoken

    def _take(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            if self._ended:
                return
            self._sentences.append(sentence)
            spoken = speakable(" ".join(self._sentences), self._facts)
            if spoken is not None and spoken.startswith(self.spoken):
                self.spoken = spoken
            else:
                self._ended = bool(self.spoken)  # a question at the beginning is left out, and ends nothing
