"""How the callee is listened to."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.dialogue.turn_taking.end_of_turn import silence_needed
from orchestrator.dialogue.turn_taking.expected import Expected


@dataclass(frozen=True, slots=True)
class Listening:
    """What is waited for, and how long; times in seconds.

    Attributes:
        silence_timeout: so much silence ends the wait for an answer, and any turn.
        most: a turn may last so long.
        patience: how much longer than others this callee is waited for.
        keys: how many keys are waited for; 0: any key is an answer.
        heard_out: "네" to what was not heard to its end is no answer, unless it goes on after it.
    """

    expected: Expected = Expected.OPEN
    silence_timeout: float = 5.0
    most: float = 60.0
    patience: float = 1.0
    keys: int = 0
    heard_out: bool = False

    def silence_after(self, text: str) -> float:
        """Returns the seconds of silence that end a turn with these words."""
        return silence_needed(text, self.expected, patience=self.patience, most=self.silence_timeout)
