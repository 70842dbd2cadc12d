"""The first words of a call: how they are spoken, and how they are written down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.call.exchange_parts import ExchangeParts
from orchestrator.dialogue.call.exchange_record import QUIET
from orchestrator.dialogue.call.patience import silence_timeout
from orchestrator.dialogue.call.turn_record import agent_turns
from orchestrator.dialogue.ports.store import Change, DueKind
from orchestrator.domain.brief import Brief
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.event import StateChanged, TurnTaken
from orchestrator.domain.progress import Progress
from orchestrator.domain.turn import Listen, Reply, Turn

# The key of the reply to the call being answered.
ANSWERED = 0


@dataclass(frozen=True, slots=True)
class Greeting:
    """What is said to whoever answers.

    Attributes:
        upcoming: words that may well be said next.
    """

    progress: Progress
    turns: tuple[Turn, ...]
    reply: Reply
    upcoming: tuple[str, ...]

    def change(self, current: Consultation, call_sid: str, now: datetime) -> Change | None:
        """Returns the change that writes it over the newest record; None if the call is past that."""
        if current.turn_count or current.progress.over or current.reached(State.SUMMARISING):
            return None
        answered = replace(
            current.to(State.IN_PROGRESS),
            version=current.version + 1,
            call_sid=call_sid,
            answered_at=current.answered_at or now,
            progress=replace(self.progress, machine_signs=current.progress.machine_signs),
            turn_count=len(self.turns),
            open_turn=len(self.turns) + 1,
            replied_turn=ANSWERED,
        )
        changed = () if current.state is State.IN_PROGRESS else (StateChanged(answered),)
        due = {DueKind.CHECK: now + QUIET}
        return Change(answered, self.turns, (*changed, *map(TurnTaken, self.turns)), {ANSWERED: self.reply}, due)


async def greet(parts: ExchangeParts, brief: Brief, before: Progress, budget: Budget) -> Greeting:
    """Has the first words spoken.

    Args:
        parts: what exchanges work with.
        brief: what is to be done.
        before: how far the consultation has come: nowhere.
        budget: the time for it.
    """
    watch = Stopwatch()
    interview = parts.interview(brief)
    move = interview.begin(before)
    prompts, costs = await parts.speaking.say(move.sayings, budget)
    turns = agent_turns(
        1,
        move.sayings,
        costs,
        total_ms=watch.milliseconds(),
        now=parts.clock.now(),
        wording_version=brief.plan.wording_version,
    )
    pause = silence_timeout(move.progress, brief.listening, parts.listening)
    reply = Reply(prompts, Listen(len(turns) + 1, pause, parts.listening.most))
    return Greeting(move.progress, tuple(turns), reply, interview.likely(move.progress))
