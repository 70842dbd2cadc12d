"""From words to audio that the telephone can fetch."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from orchestrator.dialogue.budget import Budget, Stopwatch
from orchestrator.dialogue.ports import AudioStore, TextToSpeech
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.turn import Prompt

# Sentences spoken ahead and kept in memory; some 30 kB each.
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
        self._ahead: OrderedDict[str, bytes] = OrderedDict()

    async def speak(self, texts: Iterable[str], budget: Budget) -> tuple[tuple[Prompt, ...], tuple[float, ...]]:
        """Returns a prompt for each text, and what each cost in milliseconds; all are made at the same time."""
        made = await asyncio.gather(*(self._prompt(text, budget) for text in texts))
        return tuple(prompt for prompt, _ in made), tuple(cost for _, cost in made)

    async def warm(self, budget: Budget) -> None:
        """Has the fixed sentences spoken, so that they are there when they are needed."""
        for text in self._fixed:
            try:
                await self._speech(text, budget)
            except Unavailable:
                return

    async def ahead(self, texts: Iterable[str], budget: Budget) -> None:
        """Has words spoken that may be needed next, while the callee speaks."""
        for text in texts:
            try:
                speech = await self._speech(text, budget)
            except Unavailable:
                return
            self._ahead[text] = speech
            if len(self._ahead) > MOST_AHEAD:
                self._ahead.popitem(last=False)

    async def _prompt(self, text: str, budget: Budget) -> tuple[Prompt, float]:
        watch = Stopwatch()
        try:
            token = await self._audio.put(await self._speech(text, budget))
        except Unavailable:
            token = ""
        return Prompt(text, token), watch.milliseconds()

    async def _speech(self, text: str, budget: Budget) -> bytes:
        if kept := self._fixed.get(text) or self._ahead.pop(text, None):
            return kept
        speech = await self._text_to_speech.synthesize(text, timeout=budget.share(self._longest))
        if text in self._fixed:
            self._fixed[text] = speech
        return speech
