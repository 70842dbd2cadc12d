"""From words to audio that the telephone can fetch."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.move import Saying
from orchestrator.dialogue.ports.audio import AudioStore
from orchestrator.dialogue.ports.speech import TextToSpeech
from orchestrator.domain.brief import Person
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.turn import Prompt

# Calls for which a few sentences spoken ahead are kept in memory; some 30 kB a sentence.
MOST_AHEAD = 256


class Speaking:
    """Has words spoken. Never fails: words without audio are read by the telephone network's own voice."""

    def __init__(
        self, text_to_speech: TextToSpeech, audio: AudioStore, *, longest: float = 6.0, fixed: Iterable[str] = ()
    ) -> None:
        """Makes it.

        Args:
            text_to_speech: the synthesiser.
            audio: where the audio is kept for the telephone.
            longest: seconds a synthesis may take.
            fixed: sentences worth keeping in memory, once spoken: the same for everybody.
        """
        self._text_to_speech = text_to_speech
        self._audio = audio
        self._longest = longest
        self._fixed: dict[str, bytes | None] = dict.fromkeys(fixed)
        self._ahead: OrderedDict[str, dict[str, bytes]] = OrderedDict()

    async def say(
        self, sayings: Iterable[Saying], budget: Budget, *, consultation_id: str = ""
    ) -> tuple[tuple[Prompt, ...], tuple[float, ...]]:
        """Returns a prompt for each saying, and what each cost in milliseconds; all are made at the same time.

        Args:
            sayings: what is said.
            budget: the time for it.
            consultation_id: in which call: what was spoken ahead for it is used.
        """
        ready = self._ahead.get(consultation_id, {})
        made = await asyncio.gather(*(self._prompt(saying, budget, ready.get(saying.text)) for saying in sayings))
        return tuple(prompt for prompt, _ in made), tuple(cost for _, cost in made)

    async def warm(self, budget: Budget) -> None:
        """Has the fixed sentences spoken, so that they are there when they are needed."""
        for text in self._fixed:
            try:
                await self._speech(text, budget)
            except Unavailable:
                return

    async def ahead(self, consultation_id: str, person: Person, texts: Iterable[str], budget: Budget) -> None:
        """Has words spoken that may be needed next in a call, in place of those that were expected before."""
        del person  # all of it is for this call alone
        spoken: dict[str, bytes] = {}
        self._ahead[consultation_id] = spoken
        self._ahead.move_to_end(consultation_id)
        if len(self._ahead) > MOST_AHEAD:
            self._ahead.popitem(last=False)
        for text in texts:
            try:
                spoken[text] = await self._speech(text, budget)
            except Unavailable:
                return

    def forget(self, consultation_id: str) -> None:
        """Forgets what was spoken ahead for a call that is over."""
        self._ahead.pop(consultation_id, None)

    async def _prompt(self, saying: Saying, budget: Budget, ready: bytes | None) -> tuple[Prompt, float]:
        watch = Stopwatch()
        try:
            token = await self._audio.put(ready or await self._speech(saying.text, budget))
        except Unavailable:
            token = ""
        return Prompt(saying.text, token, saying.uninterruptible), watch.milliseconds()

    async def _speech(self, text: str, budget: Budget) -> bytes:
        if kept := self._fixed.get(text):
            return kept
        speech = await self._text_to_speech.synthesize(text, timeout=budget.share(self._longest))
        if text in self._fixed:
            self._fixed[text] = speech
        return speech
