"""What the callee hears of the agent: audio is queued as it comes and played in order, in real time."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from audio import TELEPHONE_HZ, mulaw

_VOICED: Final = np.abs(mulaw.decode(bytes(range(256))).astype(np.int32)) > 300
"""By mu-law code: whether a sample is louder than a quiet line."""
_STUTTER: Final = (0.01, 0.5)
"""A hole in the agent's voice of so many seconds is not meant."""


class PlayOut:
    """The network's buffer of one call, and what comes out of it. All times are seconds of one clock.

    Attributes:
        until: when all that is queued has been played.
        voice_began: when the agent's voice was first heard after the last `expect`; None: not yet.
        voice_ended: when it is heard last, of what is queued; 0: never.
        pause: the longest silence within the agent's voice since the last `expect`, in seconds.
        stutters: how often the queue ran dry within the agent's voice.
    """

    def __init__(self) -> None:
        self.until = 0.0
        self.voice_began: float | None = None
        self.voice_ended = 0.0
        self.pause = 0.0
        self.stutters = 0
        self._marks: deque[tuple[float, str]] = deque()

    def expect(self) -> None:
        """From now on, `voice_began` is the next time that the agent is heard."""
        self.voice_began = None
        self.pause = 0.0

    def audio(self, now: float, audio: bytes) -> None:
        """Queues mu-law."""
        begins = max(now, self.until)
        self.until = begins + len(audio) / TELEPHONE_HZ
        voiced = np.flatnonzero(_VOICED[np.frombuffer(audio, np.uint8)])
        if not voiced.size:
            return
        heard = begins + int(voiced[0]) / TELEPHONE_HZ
        if self.voice_began is None:
            self.voice_began = heard
        else:
            silence = heard - self.voice_ended
            self.pause = max(self.pause, silence)
            self.stutters += _STUTTER[0] < silence < _STUTTER[1]
        self.voice_ended = begins + (int(voiced[-1]) + 1) / TELEPHONE_HZ

    def mark(self, now: float, name: str) -> None:
        """Queues a mark."""
        self._marks.append((max(now, self.until), name))

    def clear(self, now: float) -> None:
        """Forgets what was not played yet; its marks are reached at once."""
        self.until = min(self.until, now)
        self.voice_ended = min(self.voice_ended, now)
        if self.voice_began is not None and self.voice_began > now:
            self.voice_began = None
        self._marks = deque((min(due, now), name) for due, name in self._marks)

    def reached(self, now: float) -> list[str]:
        """Returns the marks that are reached by now, each once."""
        names = []
        while self._marks and self._marks[0][0] <= now:
            names.append(self._marks.popleft()[1])
        return names
