"""A reply whose beginning, the first sentence of an answer, was written and is being said, and how it goes on. Pure.

The beginning is an exchange of its own as far as it goes: the callee's turn and the agent's first sentence are written
before that one sounds. Whatever happens then, the transcript holds what was said, and the call can go on from there:
the callee may take the next turn, here or in another process. The rest is written after it, unless they did.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.dialogue.call.exchange_record import ExchangeRecord, Thought
from orchestrator.dialogue.ports.store import Change
from orchestrator.domain.consultation import Consultation, State
from orchestrator.domain.turn import Reply


def may_begin(before: Consultation, current: Consultation) -> bool:
    """Whether an answer may begin before all of it is known: the callee listens, and no danger waits to be told.

    Args:
        before: as the exchange found it.
        current: as it stands now.
    """
    over = current.reached(State.SUMMARISING) or current.progress.over
    return not over and current.open_turn == before.open_turn and current.progress.untold is None


@dataclass(frozen=True, slots=True)
class Begun:
    """A reply that has begun.

    Attributes:
        words: what is being said.
        reply: it, as if there were no more.
    """

    words: str
    reply: Reply

    def rest(self, thought: Thought) -> Thought:
        """Returns what is left to say."""
        sayings = thought.move.sayings
        if sayings and sayings[0].text.startswith(self.words):
            left = replace(sayings[0], text=sayings[0].text[len(self.words) :].strip())
            sayings = (left, *sayings[1:]) if left.text else sayings[1:]
        return replace(thought, move=replace(thought.move, sayings=sayings))

    def change(self, record: ExchangeRecord, current: Consultation, now: datetime) -> tuple[Change, Reply] | None:
        """Returns the change that writes the rest, and the whole reply; None: the beginning was all.

        Args:
            record: of the rest.
            current: the newest record of the consultation.
            now: when.
        """
        faster = current.open_turn != self.reply.next.turn_number
        if faster or not record.prompts or current.reached(State.SUMMARISING) or current.progress.over:
            return None
        return record.sequel(current, self.reply, now)
