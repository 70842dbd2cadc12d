"""Plays what the agent says, and knows what of it was heard: a mark after every sentence, and a cut at any time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.stream.events import AgentAudio, Clear, Mark, Send
from orchestrator.dialogue.stream.spoken_script import SpokenSentence, playout_of
from orchestrator.domain.errors import TextToSpeechUnavailable
from orchestrator.domain.playout import Playout

_BYTES_A_SECOND = 8000
# So much later than it should, in seconds, a mark may come back before its loss is taken for granted.
LATEST_MARK = 4.0
# Seconds without a sound after which a callee for whom a sentence is on its way hears that it is.
LONGEST_GAP = 1.5


class Speech(Protocol):
    """Has sentences spoken, piece by piece."""

    def speak(self, sentence: str, *, keep: bool) -> AsyncGenerator[bytes, None]:
        """Yields mu-law at 8000 Hz.

        Raises:
            TextToSpeechUnavailable
        """
        ...

    def at_hand(self, sentence: str) -> bytes:
        """Returns a sentence as it can be heard at once, whatever fails; empty: it is not there."""
        ...

    def forget(self, name: str) -> None:
        """Forgets all sentences that hold a person's name."""
        ...


class Playback:
    """Plays one script after the other.

    What was heard is what marks have proven, sentence by sentence: always a beginning of what was said. Marks that come
    back because of a cut prove nothing and are known by their name.

    Attributes:
        script: what is said now.
        heard: how many of its sentences were proven to be played.
    """

    def __init__(
        self,
        speech: Speech,
        send: Send,
        background: Background,
        *,
        keeps: Callable[[str], bool],
        on_failure: Callable[[], None],
        stopgap: str = "",
    ) -> None:
        """Makes it.

        Args:
            speech: speaks sentences.
            send: sends to the telephone network; waits while it takes no more.
            background: owns the work.
            keeps: whether a sentence may be kept for other calls: it says nothing of a person.
            on_failure: told when a sentence could not be spoken; nothing more is played then.
            stopgap: asks to wait for what does not come, if it is at hand; it belongs to no turn.
        """
        self._speech = speech
        self._send = send
        self._background = background
        self._keeps = keeps
        self._on_failure = on_failure
        self._stopgap = stopgap
        self._generation = 0
        self._task: asyncio.Task[None] | None = None
        self._played_until = 0.0
        self._sent = 0
        self._sounding = False  # in the middle of a sentence
        self._may_fill = False  # once in a play
        self.script: tuple[SpokenSentence, ...] = ()
        self.heard = 0

    @property
    def playing(self) -> bool:
        """Whether something is still to be heard, and not cut."""
        return self._task is not None

    @property
    def sentence(self) -> SpokenSentence | None:
        """The sentence that is being heard, or is next."""
        return self.script[self.heard] if self.heard < len(self.script) else None

    @property
    def playout(self) -> Playout:
        """How far the script was played."""
        return playout_of(self.script, self.heard)

    @property
    def deadline(self) -> float | None:
        """When a missing mark will not come any more, on the event loop's clock; None: none is missing."""
        if self._task is None or self._sent <= self.heard:
            return None
        return self._played_until + LATEST_MARK

    @property
    def silent_at(self) -> float | None:
        """When the callee has waited too long for a sentence, on the event loop's clock; None: they do not wait."""
        waiting = self._task is not None and self._may_fill and not self._sounding and self._sent < len(self.script)
        return self._played_until + LONGEST_GAP if waiting else None

    async def fill(self) -> None:
        """Asks the callee to wait for a sentence, unless it is the very first one of a call."""
        self._may_fill = False
        if self.script[self._sent].turn_number > 1:
            await self.ask_to_wait()

    async def ask_to_wait(self) -> bool:
        """Asks the callee to wait; no account is kept of it. Returns whether it was at hand."""
        sound = self._speech.at_hand(self._stopgap)
        if sound:
            await self._send_audio(sound)
        return bool(sound)

    def load(self, script: Sequence[SpokenSentence], *, heard: int = 0) -> None:
        """Takes what is said next; what was played before must be over, or cut.

        Args:
            script: the sentences.
            heard: how many of them were heard already.
        """
        self.script = tuple(script)
        self.heard = heard

    def extend(self, script: Sequence[SpokenSentence]) -> None:
        """Takes what is said after that; what is being played goes on with it, what was cut or is over does not."""
        self.script = (*self.script, *script)
        if self._task is not None and self._task.done() and script:
            self._task = self._background.start(self._spoken(self._generation), name="playback")

    def play(self) -> None:
        """Plays the script, but for the sentences that were heard already."""
        self._generation += 1
        self._sent = self.heard
        self._sounding, self._may_fill = False, True
        self._played_until = _now()
        self._task = self._background.start(self._spoken(self._generation), name="playback") if self.sentence else None

    def reached(self, name: str) -> SpokenSentence | None:
        """Takes a mark that came back; returns the sentence that it proves to be heard, if it does."""
        if self._task is None or name != self._mark(self._generation, self.heard):
            return None
        sentence = self.script[self.heard]
        self.heard += 1
        if self.heard == len(self.script):
            self._task = None
        return sentence

    async def cut(self) -> None:
        """Stops at once: what the callee does not hear any more was not heard."""
        if self._task is None:
            return
        self._generation += 1
        task, self._task = self._task, None
        await self._send(Clear())
        await _cancelled(task)

    def resume(self) -> None:
        """Goes on after a cut, from the beginning of the sentence that was cut."""
        self.play()

    async def close(self) -> None:
        """Ends the work on what is said; missing marks will not come any more, and nothing is proven by that."""
        task, self._task = self._task, None
        if task is not None:
            await _cancelled(task)

    async def _spoken(self, generation: int) -> None:
        try:
            while self._sent < len(self.script):  # it may be extended meanwhile
                index, sentence = self._sent, self.script[self._sent]
                async with aclosing(self._speech.speak(sentence.text, keep=self._keeps(sentence.text))) as pieces:
                    async for piece in pieces:
                        self._sounding = True
                        await self._send_audio(piece)
                await self._send(Mark(self._mark(generation, index)))
                self._sent, self._sounding = index + 1, False
        except TextToSpeechUnavailable:
            self._on_failure()

    async def _send_audio(self, audio: bytes) -> None:
        self._played_until = max(self._played_until, _now()) + len(audio) / _BYTES_A_SECOND
        await self._send(AgentAudio(audio))

    @staticmethod
    def _mark(generation: int, index: int) -> str:
        return f"{generation}.{index}"


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _now() -> float:
    return asyncio.get_running_loop().time()
