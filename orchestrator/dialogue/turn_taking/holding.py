"""How long the agent holds its voice for a sound that may be an interruption, and how often it does so in vain."""

from __future__ import annotations

from orchestrator.dialogue.turn_taking.callee_turn import CalleeTurn
from orchestrator.dialogue.turn_taking.interruption import Overlap, Reaction, reaction

# A held voice goes on so many seconds after the sound has ended, or in spite of it.
WORDS_AFTER_SOUND = 1.5
LONGEST_HOLD = 8.0
# Where sound alone has held the voice so often in vain, only words do: the line may carry the agent's own voice back.
MOST_FALSE_HOLDS = 2


class Holding:
    """Knows which sounds were no interruption."""

    def __init__(self) -> None:
        self._no_interruption: float | None = None  # beginning of the stretch that was none
        self._in_vain = 0

    def agent_goes_on(self, turn: CalleeTurn) -> None:
        """The agent speaks on in spite of a sound."""
        self._no_interruption = turn.runs.began

    def was_in_vain(self, turn: CalleeTurn) -> None:
        """A hold has ended, and there were no words."""
        self.agent_goes_on(turn)
        self._in_vain += 1

    def forget(self) -> None:
        """The agent has said what it had to say."""
        self._in_vain = 0

    def reaction(self, turn: CalleeTurn, saying: str) -> Reaction:
        """Returns what the callee's sound calls for while the agent speaks."""
        runs = turn.runs
        new = runs.speaking and runs.began != self._no_interruption and self._in_vain < MOST_FALSE_HOLDS
        return reaction(Overlap(runs.voiced if new else 0.0, turn.words.text, saying))

    @staticmethod
    def ends_at(turn: CalleeTurn, since: float, now: float) -> float:
        """Returns when a hold ends unless there are words before.

        Args:
            turn: what the callee says.
            since: when it began.
            now: the time.
        """
        longest = since + LONGEST_HOLD
        if turn.runs.speaking:
            return longest
        return now if turn.words.settled else min(longest, turn.runs.last_voiced + WORDS_AFTER_SOUND)
