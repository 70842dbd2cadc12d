"""What exchanges have words spoken with: as files that are fetched, or sentence by sentence as they are played."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.move import Saying
from orchestrator.domain.brief import Person
from orchestrator.domain.turn import Prompt


class Speaker(Protocol):
    """Has words spoken. Never fails."""

    async def say(
        self, sayings: Iterable[Saying], budget: Budget, *, consultation_id: str = ""
    ) -> tuple[tuple[Prompt, ...], tuple[float, ...]]:
        """Returns a prompt for each saying, and what each cost in milliseconds."""
        ...

    async def ahead(self, consultation_id: str, person: Person, texts: Iterable[str], budget: Budget) -> None:
        """Has words spoken that may be needed next in a call.

        Args:
            consultation_id: in which consultation.
            person: who is called: what names them is spoken for this call alone.
            texts: the words.
            budget: how long it may take.
        """
        ...

    def forget(self, consultation_id: str) -> None:
        """Forgets what was spoken ahead for a call that is over."""
        ...
