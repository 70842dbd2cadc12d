"""Thinking ahead: one exchange a turn, and never more turns than are worth their memory."""

from __future__ import annotations

import asyncio
from typing import Any

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.call.thinking_ahead import MOST_BEGUN, ThinkingAhead
from orchestrator.domain.turn import SpokenInput
from tests.virtual_time import virtual_time


class Thought:
    """An exchange that is never taken."""

    given_up = False

    async def think_ahead(self, _callee_input: SpokenInput, _budget: Budget) -> None:
        await asyncio.sleep(3600)

    def give_up(self) -> None:
        self.given_up = True


@virtual_time
async def test_calls_that_end_elsewhere_leave_no_more_than_so_many_thoughts() -> None:
    failures: list[Any] = []
    background = Background(lambda _, error: failures.append(error))
    ahead, words = ThinkingAhead(background), SpokenInput("네")
    thoughts: list[Any] = [Thought() for _ in range(MOST_BEGUN + 3)]
    for number, thought in enumerate(thoughts):
        ahead.begin((f"call-{number}", "CA", 2), thought, words, Budget(30))
    await asyncio.sleep(1)
    assert [thought.given_up for thought in thoughts] == [True] * 3 + [False] * MOST_BEGUN
    assert ahead.take(("call-0", "CA", 2), words) is None
    assert ahead.take((f"call-{MOST_BEGUN + 2}", "CA", 2), words) is thoughts[-1]
    await background.close()
    assert not failures
