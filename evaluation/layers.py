"""The layers of the understanding as a running system has them, the language model apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from orchestrator.adapters.nano_sentence_encoder import NanoSentenceEncoder, installed
from orchestrator.dialogue.answering.stored_questions import StoredQuestions
from orchestrator.dialogue.understanding.matching import Matching
from orchestrator.dialogue.understanding.sentences import Sentences
from orchestrator.dialogue.understanding.understand import Understanding


@dataclass(frozen=True, slots=True)
class Layers:
    """What understands.

    Attributes:
        sentences: None: the extra `[embeddings]` is not installed, and likeness is that of letters.
    """

    understanding: Understanding
    matching: Matching
    stored_questions: StoredQuestions
    sentences: Sentences | None

    @property
    def encoder(self) -> str | None:
        """The name of the sentence encoder; None: there is none."""
        return self.sentences.name if self.sentences else None


@asynccontextmanager
async def running_layers() -> AsyncIterator[Layers]:
    """Makes the layers; with the sentence encoder, if it is installed, which is closed at the end."""
    if not installed():
        yield _over(None)
        return
    encoder = NanoSentenceEncoder()
    try:
        yield _over(Sentences(encoder))
    finally:
        await encoder.close()


def _over(sentences: Sentences | None) -> Layers:
    matching = Matching(sentences)
    return Layers(Understanding(matching, sentences), matching, StoredQuestions(sentences), sentences)
