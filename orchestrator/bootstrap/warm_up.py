"""What a process does before it calls itself ready, and soon after: the first callee waits no longer than others."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from orchestrator.dialogue.budget import Budget
from orchestrator.dialogue.call.rehearsal import rehearse
from orchestrator.dialogue.call.speaking import Speaking
from orchestrator.dialogue.call.voice import Voice
from orchestrator.dialogue.interview.comprehension import Comprehension
from orchestrator.dialogue.interview.institution import Institution
from orchestrator.dialogue.spoken_sentences import sentences

# Seconds after which a process is ready though it is not warm.
_LONGEST = 5.0


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Gets a process ready for calls."""

    comprehension: Comprehension
    institution: Institution
    speaking: Speaking
    voice: Voice

    async def before(self) -> None:
        """Does what no callee should wait for, within a few seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST):
                await rehearse(self.comprehension, self.institution)

    async def after(self) -> None:
        """Has at hand what must be said whatever fails, and at once; goes on until a synthesiser answers."""
        wording = self.institution.wording
        await self.speaking.warm(Budget(60.0))
        bridges = filter(None, (wording.answer_opener, wording.filler))
        await self.voice.keep_at_hand((*bridges, *sentences(wording.greeting)))
