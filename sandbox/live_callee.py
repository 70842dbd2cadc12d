"""A callee on a stream: hears as the agent speaks, and acts when it is their turn, or before."""

import asyncio
from typing import Final

import numpy as np

from audio import mulaw
from audio.samples import TELEPHONE_HZ, Samples
from sandbox import line_audio
from sandbox.ear import PAUSE_AT_THE_END, Ear, Utterance
from sandbox.line import Line
from sandbox.line_audio import seconds_of
from sandbox.track import Sound

FIRST_WORD_SECONDS: Final = 3.0
"""Who hears nothing for so long says the first word."""

_STILL_SPEAKING: Final = 0.1
_BACKGROUND_SECONDS: Final = 30.0


class LiveCallee:
    """Lives through a stream, frame after frame, at one end of a line.

    Attributes:
        heard: what the agent said, in order.
    """

    def __init__(self, line: Line) -> None:
        self.heard: list[Utterance] = []
        self._line = line
        self._attention = line.attention
        self._began = line.now
        self._ear = Ear(line.attention.deaf_until)
        self._played: list[Samples] = []
        self._background = _background(line)

    @staticmethod
    async def rehearse(line: Line) -> None:
        """Makes the callee's voice beforehand: on a stream there is no time for it. The line's time is stopped."""
        if line.callee is None:
            return
        script = line.callee.script
        texts = [deed.say for deed in (*script.turns, *script.when)] + [script.otherwise]
        with line.stopped():
            for text in filter(None, texts):
                await asyncio.to_thread(line_audio.spoken, text, script.voice)

    async def hear(self, start: float, frame: bytes, length: int, *, more: bool) -> None:
        """Hears what was played, and does what it gives occasion for.

        Args:
            start: when it began, in seconds since the answer; it is over now.
            frame: mu-law.
            length: how long the frame lasts, in samples; where there is less mu-law, silence was heard.
            more: whether more is waiting to be played.
        """
        now = start + length / TELEPHONE_HZ
        samples = np.zeros(length, dtype=np.int16)
        samples[: len(frame)] = mulaw.decode(frame)
        self._keep(start, samples[: len(frame)])
        silent_before = self._ear.hearing is None
        ended = self._ear.hear(start, samples, more=more)
        if silent_before and self._ear.hearing:
            self._attention.agent_begins()
        if ended:
            self._agent_stopped(ended)
        if self._ear.hearing:
            await self._break_in_perhaps(self._ear.hearing, now)
        else:
            await self._react_perhaps(now)

    def sound(self, start: float, end: float) -> Samples:
        """Returns what comes from the callee, with what sounds around them (seconds since the answer)."""
        samples = self._line.from_callee.between(start, end)
        if self._background.size:
            offset = round((start - self._began) * TELEPHONE_HZ) % (self._background.size - samples.size)
            samples = line_audio.mixed(samples, self._background[offset : offset + samples.size])
        return samples

    def close(self) -> None:
        """Ends the stream: whoever was speaking is cut off."""
        self._keep(self._line.now, np.zeros(0, dtype=np.int16))
        if cut := self._ear.finish():
            self._agent_stopped(cut)

    def _agent_stopped(self, said: Utterance) -> None:
        self.heard.append(said)
        self._attention.heard.append(said.text)
        self._attention.agent_stopped = said.end
        self._attention.listened = True
        self._line.publish("agent_said", said.start, said.text, seconds=round(said.end - said.start, 2))

    async def _break_in_perhaps(self, hearing: Utterance, now: float) -> None:
        attention, callee = self._attention, self._line.callee
        if callee is None or attention.reacted or hearing.start < attention.silent_until:
            return
        if not hearing.words or now - hearing.end > _STILL_SPEAKING:
            return
        breaking_in = callee.interruption(hearing.text, now - hearing.start)
        if breaking_in:
            attention.reacted = True
            await self._line.act(breaking_in, now)

    async def _react_perhaps(self, now: float) -> None:
        attention = self._attention
        if self._line.callee is None or attention.reacted:
            return
        at = max(attention.agent_stopped, attention.silent_until)
        if not attention.agent_stopped:
            at = max(at, self._began + FIRST_WORD_SECONDS)
        if now >= max(at, attention.agent_stopped + PAUSE_AT_THE_END):  # a stream that broke off may be taken up again
            attention.listened = True
            await self._line.react(at, not_before=now)

    def _keep(self, start: float, samples: Samples) -> None:
        """Keeps what was played without a gap as one sound."""
        if samples.size:
            self._played.append(samples)
        elif self._played:
            played = np.concatenate(self._played)
            self._line.to_callee.add(Sound(start - seconds_of(played), played))
            self._played = []


def _background(line: Line) -> Samples:
    snr_db = line.callee.script.noise_snr_db if line.callee else None
    return line_audio.SILENCE if snr_db is None else line_audio.background(_BACKGROUND_SECONDS, snr_db, seed=0)
