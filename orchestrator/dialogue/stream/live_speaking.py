"""What exchanges speak with in a live stream: nothing is spoken before it is played, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.move import Saying
from orchestrator.dialogue.spoken_sentences import sentences
from orchestrator.domain.brief import Person
from orchestrator.domain.turn import Prompt


class Preparation(Protocol):
    """Has sentences spoken before they are needed."""

    def prepare(self, sentences: Sequence[str], *, keep: bool) -> None:
        """Begins with it; never fails.

        Args:
            sentences: what may be said.
            keep: they may be kept for other calls: they say nothing of a person.
        """
        ...


class LiveSpeaking:
    """Stands where `dialogue.call.speaking.Speaking` stands in calls that go turn by turn."""

    def __init__(self, voice: Preparation) -> None:
        self._voice = voice

    async def say(
        self, sayings: Iterable[Saying], budget: Budget, *, consultation_id: str = ""
    ) -> tuple[tuple[Prompt, ...], tuple[float, ...]]:
        """Returns a prompt for each saying, without audio."""
        del budget, consultation_id
        prompts = tuple(Prompt(saying.text, "", saying.uninterruptible) for saying in sayings)
        return prompts, (0.0,) * len(prompts)

    async def ahead(self, consultation_id: str, person: Person, texts: Iterable[str], budget: Budget) -> None:
        """Has words spoken that may be needed next, for all calls but for what names the person."""
        del consultation_id, budget
        for text in texts:
            for sentence in sentences(text):
                self._voice.prepare([sentence], keep=not person.named_in(sentence))

    def forget(self, consultation_id: str) -> None:
        """Nothing is kept for a call; what names its person goes with its stream."""
