"""The scripted callee: waits until the agent has stopped, says its line, and notes how long the reply takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.bench.streams.play_out import PlayOut
from tests.bench.streams.utterances import AGREES, FRAME, utterance

FRAME_SECONDS: Final = 0.02
PATIENCE: Final = 15.0
"""Seconds without a reply after which a turn is lost, and the next line is said."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say.

    Attributes:
        number: of the words, in `utterances.TEXTS`.
        seconds: how long saying it takes.
        after: seconds from the agent's last sound to the first of this line.
        interrupts_after: seconds into the agent's words at which this line is said instead; None: when they are over.
    """

    number: int = AGREES
    seconds: float = 1.2
    after: float = 0.7
    interrupts_after: float | None = None


@dataclass(slots=True)
class Heard:
    """What one callee noted, in seconds.

    Attributes:
        gaps: from the last sound of each line to the first of the reply.
        numbers: which utterance each gap followed.
        pauses: the longest silence within each reply that a gap led to.
        yields: from the first sound of each interruption to silence at the callee's ear.
        unyielding: interruptions during which the agent went on talking to their end.
        lost: lines without a reply.
        cut_ins: replies that began before the line was over.
    """

    gaps: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    yields: list[float] = field(default_factory=list)
    unyielding: int = 0
    lost: int = 0
    cut_ins: int = 0


class Callee:
    """Speaks a script into one call. Pure: the time is told, and the audio is handed over frame by frame.

    Attributes:
        heard: what was noted so far.
        done: whether the last line was replied to, or given up, and the reply was heard to its end.
    """

    def __init__(self, script: Sequence[Line], play_out: PlayOut, *, greeted: bool, begin: float) -> None:
        """Starts to listen.

        Args:
            script: what to say.
            play_out: what is heard.
            greeted: whether the agent speaks first.
            begin: when the call began, or when to say the first line to an agent who does not greet.
        """
        self.heard = Heard()
        self.done = False
        self._lines = list(script)
        self._play_out = play_out
        self._line: Line | None = None
        self._audio = memoryview(b"")
        self._began = begin
        self._interrupts = False
        self._stopped: float | None = begin
        self._counted = False
        self._replying = False  # what is heard belongs to the latest gap
        if not greeted:
            self._stopped, play_out.voice_began = None, begin

    def cleared(self, now: float) -> None:
        """Notes that the agent was silenced: to be told after the play-out."""
        if self._interrupts:
            self._interrupts = False
            self.heard.yields.append(now - self._began)
            self._play_out.expect()

    def frame(self, now: float) -> memoryview | None:
        """Returns 20 ms of speech that end now; None: the callee is silent."""
        if not self._audio and not self._begins(now):
            return None
        spoken, self._audio = self._audio[:FRAME], self._audio[FRAME:]
        if not self._audio:
            self._end(now)
        return spoken

    def _begins(self, now: float) -> bool:
        """Decides whether the next line is said, and takes it."""
        if not self._replied(now):
            return False
        if self._replying:
            self.heard.pauses[-1] = self._play_out.pause
        if not self._lines:
            self.done = self._play_out.until <= now
            return False
        line, heard = self._lines[0], self._play_out
        if line.interrupts_after is None:
            due = max(heard.until, heard.voice_ended, self._began) + line.after
        else:
            due = now if heard.voice_began is None else heard.voice_began + line.interrupts_after
            self._interrupts = now >= due and heard.voice_ended > now
        if now < due:
            return False
        self._line = self._lines.pop(0)
        self._audio = memoryview(utterance(line.number, line.seconds))
        self._began, self._stopped = now - FRAME_SECONDS, None
        if not self._interrupts:
            heard.expect()
        return True

    def _end(self, now: float) -> None:
        """Notes the end of a line; an interruption that did not silence the agent counts as such."""
        if self._interrupts:
            self._interrupts = False
            self.heard.unyielding += 1
            self._play_out.expect()
        self._stopped, self._counted = now, True

    def _replied(self, now: float) -> bool:
        """Whether it is the callee's turn; notes the gap before a reply."""
        if self._stopped is None:
            return True
        self._replying = False
        began = self._play_out.voice_began
        if began is None or began > now:
            if now - self._stopped < PATIENCE:
                return False
            self.heard.lost += self._counted
        elif self._counted and self._line is not None and began < self._stopped:
            self.heard.cut_ins += 1
        elif self._counted and self._line is not None:
            self.heard.gaps.append(began - self._stopped)
            self.heard.numbers.append(self._line.number)
            self.heard.pauses.append(0.0)
            self._replying = True
        self._stopped = None
        return True
