"""Stretches of speech out of decisions about single frames: clicks begin none, and short gaps end none."""

from __future__ import annotations

from collections import deque

from orchestrator.dialogue.turn_taking.speech_detection import FRAME_SECONDS

# Speech begins once so many of the latest frames are voiced: 100 ms within 200 ms.
_ONSET_FRAMES, _ONSET_WINDOW = 5, 10
# Seconds without voice after which a stretch has paused.
PAUSE = 0.2


class SpeechRuns:
    """Follows one callee's voice.

    Attributes:
        speaking: a stretch has begun and not yet paused.
        began: when the latest stretch began, in seconds.
        last_voiced: when there was voice last in a stretch, in seconds.
        voiced: seconds of voice in the latest stretch.
    """

    def __init__(self) -> None:
        self._latest: deque[float | None] = deque(maxlen=_ONSET_WINDOW)  # when a voiced frame came
        self.speaking = False
        self.began = 0.0
        self.last_voiced = 0.0
        self.voiced = 0.0

    @property
    def pauses_at(self) -> float:
        """When the stretch pauses unless there is voice before."""
        return self.last_voiced + PAUSE

    def frame(self, speech: bool, at: float) -> bool:
        """Takes the next frame; returns whether a stretch of speech began with it."""
        if self.speaking:
            if speech:
                self.last_voiced = at
                self.voiced += FRAME_SECONDS
            return False
        self._latest.append(at if speech else None)
        voiced = [each for each in self._latest if each is not None]
        if len(voiced) < _ONSET_FRAMES:
            return False
        self.speaking = True
        self.began, self.last_voiced = voiced[0], voiced[-1]
        self.voiced = len(voiced) * FRAME_SECONDS
        self._latest.clear()
        return True

    def pause(self) -> None:
        """Ends the stretch; the next one needs an onset of its own."""
        self.speaking = False
        self._latest.clear()
