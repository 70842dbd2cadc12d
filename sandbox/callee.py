"""What the callee does next: the script's decisions, without time or sound."""

import re
from dataclasses import dataclass, field

from sandbox.script import Deed, Reaction, Script


@dataclass
class Callee:
    """Follows a script through one call.

    Attributes:
        script: what to follow.
    """

    script: Script
    _next_turn: int = 0
    _used: dict[int, int] = field(default_factory=dict)

    def decide(self, heard: str) -> Deed | None:
        """Decides what to do after the agent spoke.

        Args:
            heard: what the callee understood since the last decision; empty if nothing was said.

        Returns:
            The first reaction that matches, else the next turn, else the answer for everything; None: nothing.
        """
        if heard and (reaction := self._matching(heard)):
            return reaction
        if self._next_turn < len(self.script.turns):
            self._next_turn += 1
            return self.script.turns[self._next_turn - 1]
        return Deed(say=self.script.otherwise) if self.script.otherwise else None

    def interruption(self, prompt: str, seconds: float) -> Reaction | None:
        """Decides whether to break in on the agent.

        Args:
            prompt: the words of the prompt that begins now.
            seconds: how long it lasts; an interruption that would come later is none.
        """
        return self._matching(prompt, before=seconds)

    def _matching(self, heard: str, before: float | None = None) -> Reaction | None:
        for index, reaction in enumerate(self.script.when):
            if before is not None and (reaction.interrupt_after is None or reaction.interrupt_after >= before):
                continue
            used = self._used.get(index, 0)
            if (reaction.times is None or used < reaction.times) and re.search(reaction.heard, heard):
                self._used[index] = used + 1
                return reaction
        return None
