"""What the agent does next: the words, and the progress they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import LanguageModelUse, Source

# What a turn is about that asks us something, or answers it; and one that passes it on, as nobody knows the answer.
CALLEE_QUESTION = "callee_question"
UNANSWERED = "callee_question.unanswered"


@dataclass(frozen=True, slots=True)
class Saying:
    """Words of the agent: they become one turn.

    Attributes:
        uninterruptible: they must be heard to their end.
        language_model_ms: how long the language model took for them; None: it was not asked.
        language_model_use: what it cost.
    """

    text: str
    source: Source
    subject: str
    language_model_ms: float | None = None
    language_model_use: LanguageModelUse | None = None
    uninterruptible: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What happens next: the words, and the progress they stand for; the call ends after them if `progress.over`.

    Attributes:
        hand_over: the callee is put through to a person after the words.
    """

    progress: Progress
    sayings: tuple[Saying, ...]
    hand_over: bool = False
