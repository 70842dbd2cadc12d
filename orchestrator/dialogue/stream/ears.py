"""Listens to the callee: tells speech from silence frame by frame, and has each stretch of speech recognised."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

from orchestrator.dialogue.background import Background
from orchestrator.dialogue.ports.speech import Final, Interim, StreamingSpeechToText
from orchestrator.dialogue.turn_taking.beeps import FIRST_SECONDS, BeepDetector
from orchestrator.dialogue.turn_taking.speech_detection import FRAME_BYTES, FRAME_SECONDS, SpeechDetector
from orchestrator.domain.errors import InvalidAudio, Unavailable

# Speech is noticed a little after it began: what came before is recognised too, so that no first syllable is lost.
_BEFORE_FRAMES = 25
# Seconds from the end of a stretch of speech to its final words.
LONGEST_RECOGNITION = 3.0


@dataclass(frozen=True, slots=True)
class Failed:
    """A stretch of speech could not be recognised."""


Recognised = Interim | Final | Failed


@dataclass(slots=True)
class _Stretch:
    """One stretch of speech on its way to the recogniser; None ends the audio.

    What waits is at most what one turn may say, 8 kB a second: a recogniser that takes nothing is given up before.
    """

    task: asyncio.Task[None] | None = None
    audio: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    open: bool = True

    async def pieces(self) -> AsyncIterator[bytes]:
        while (piece := await self.audio.get()) is not None:
            yield piece


class Ears:
    """Hears one callee."""

    def __init__(
        self,
        detector: SpeechDetector,
        recogniser: StreamingSpeechToText,
        background: Background,
        on_words: Callable[[Recognised], None],
        beeps: BeepDetector,
    ) -> None:
        """Makes it.

        Args:
            detector: tells speech from silence; of this call alone.
            recogniser: has words for speech.
            background: owns the work.
            on_words: told what is understood.
            beeps: finds a voicemail's beep; of this call alone.
        """
        self._detector = detector
        self._recogniser = recogniser
        self._background = background
        self._on_words = on_words
        self._beeps = beeps
        self._beeps_for = round(FIRST_SECONDS / FRAME_SECONDS)  # frames
        self._beep = False
        self._rest = b""
        self._before: deque[bytes] = deque(maxlen=_BEFORE_FRAMES)
        self._now: list[bytes] = []
        self._stretches: list[_Stretch] = []

    def hear(self, audio: bytes) -> Iterator[bool]:
        """Takes audio, and yields for each of its frames of 20 ms whether there is speech in it."""
        self._rest += audio
        self._listen_for_beep(self._rest[: len(self._rest) - len(self._rest) % FRAME_BYTES])
        for start in range(0, len(self._rest) - FRAME_BYTES + 1, FRAME_BYTES):
            frame = self._rest[start : start + FRAME_BYTES]
            (self._now if self._listening else self._before).append(frame)
            yield self._detector.feed(frame)
        self._rest = self._rest[len(self._rest) - len(self._rest) % FRAME_BYTES :]
        self._pass_on()

    def take_beep(self) -> bool:
        """Returns whether the line has beeped since this was asked last."""
        beep, self._beep = self._beep, False
        return beep

    def begin(self) -> None:
        """Has what is said from now on recognised, and the half second before."""
        if self._listening:
            return
        stretch = _Stretch()
        stretch.audio.put_nowait(b"".join(self._before))
        self._before.clear()
        before = self._stretches[-1].task if self._stretches else None
        stretch.task = self._background.start(self._recognised(stretch, before), name="recognition")
        stretch.task.add_done_callback(lambda _: self._stretches.remove(stretch))
        self._stretches.append(stretch)

    def end(self) -> None:
        """Asks for the final words of what was said."""
        if self._listening:
            self._pass_on()
            self._stretches[-1].open = False
            self._stretches[-1].audio.put_nowait(None)

    @property
    def _listening(self) -> bool:
        return bool(self._stretches) and self._stretches[-1].open

    def _listen_for_beep(self, frames: bytes) -> None:
        if self._beeps_for > 0 and frames:
            self._beeps_for -= len(frames) // FRAME_BYTES
            self._beep = self._beeps.feed(frames) or self._beep

    def _pass_on(self) -> None:
        if self._now and self._listening:
            self._stretches[-1].audio.put_nowait(b"".join(self._now))
        self._now.clear()

    async def close(self) -> None:
        """Hears nothing more."""
        tasks = [stretch.task for stretch in self._stretches if stretch.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _recognised(self, stretch: _Stretch, before: asyncio.Task[None] | None) -> None:
        """Tells what is understood of a stretch, after all that was understood of the one before it."""
        words = _Words()
        try:
            async with aclosing(self._recogniser.recognize(stretch.pieces(), timeout=LONGEST_RECOGNITION)) as events:
                async for event in events:
                    words.add(event)
                    if before is None or before.done():
                        self._on_words(Interim(words.text))
            outcome: Recognised = Final(words.text, words.confidence)
        except (Unavailable, InvalidAudio):
            outcome = Failed()
        if before is not None:
            await asyncio.wait({before})
        self._on_words(outcome)


@dataclass(slots=True)
class _Words:
    """The words of one stretch, out of one final after the other, or of the last interim where there is none."""

    final: str = ""
    interim: str = ""
    confidence: float | None = None

    @property
    def text(self) -> str:
        return f"{self.final} {self.interim}".strip()

    def add(self, event: Interim | Final) -> None:
        if isinstance(event, Interim):
            self.interim = event.text
            return
        known = [value for value in (self.confidence, event.confidence) if value is not None]
        self.final, self.interim = f"{self.final} {event.text}".strip(), ""
        self.confidence = min(known, default=None)
