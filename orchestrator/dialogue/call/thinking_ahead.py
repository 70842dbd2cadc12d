"""Exchanges that are begun while it is not yet certain that the callee is done: the thinking is then done already.

Nothing is written and nothing is said before the turn is really taken; if it ends in other words, the work was in vain.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.call.exchange import Exchange
from orchestrator.dialogue.understanding.spoken_form import compact
from orchestrator.domain.turn import CalleeInput, SpokenInput

# Names a turn as somebody takes it: consultation, call, number, and the fencing token of who does.
TurnKey = tuple[str, str, int, int | None]
# Turns that are thought about; of more, the oldest are dropped. A call that ended at another replica leaves one.
MOST_BEGUN = 256


@dataclass(frozen=True, slots=True)
class _Begun:
    words: str
    exchange: Exchange
    task: asyncio.Task[None]


class ThinkingAhead:
    """Keeps at most one such exchange a turn."""

    def __init__(self, background: Background) -> None:
        """Makes it.

        Args:
            background: owns the work.
        """
        self._background = background
        self._begun: dict[TurnKey, _Begun] = {}

    def knows(self, key: TurnKey, words: str) -> bool:
        """Whether the thinking about these words has begun."""
        begun = self._begun.get(key)
        return begun is not None and begun.words == compact(words)

    def begin(self, key: TurnKey, exchange: Exchange, callee_input: SpokenInput, budget: Budget) -> None:
        """Begins to think about what the callee has said so far, in place of what was begun before."""
        self._drop(key)
        task = self._background.start(exchange.think_ahead(callee_input, budget), name="think_ahead")
        self._begun[key] = _Begun(compact(callee_input.text), exchange, task)
        if len(self._begun) > MOST_BEGUN:
            self._drop(next(iter(self._begun)))

    def take(self, key: TurnKey, callee_input: CalleeInput) -> Exchange | None:
        """Returns the exchange that was begun for a turn, if it ended in the words it was begun for."""
        spoken = callee_input if isinstance(callee_input, SpokenInput) and not callee_input.beep else None
        words = None if spoken is None else compact(spoken.text)
        begun = self._begun.get(key)
        if begun is None or begun.words != words:
            self._drop(key)
            return None
        del self._begun[key]
        return begun.exchange

    def forget(self, consultation_id: str) -> None:
        """Ends the work for a call that is over."""
        for key in [key for key in self._begun if key[0] == consultation_id]:
            self._drop(key)

    def _drop(self, key: TurnKey) -> None:
        if (begun := self._begun.pop(key, None)) is not None:
            begun.task.cancel()
            begun.exchange.give_up()
