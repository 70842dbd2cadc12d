"""The port `SpeechDetector`: WebRTC's detector on every frame, Silero's where that one hears speech.

WebRTC's is nearly free and misses little, but takes noise for speech; Silero's tells them apart and costs thirty times
as much.
"""

from __future__ import annotations

import numpy as np
import webrtcvad

from audio import TELEPHONE_HZ, mulaw
from audio.samples import FULL_SCALE
from orchestrator.adapters.voice_activity_silero import WINDOW, SileroVoice
from orchestrator.dialogue.turn_taking.speech_detection import FRAME_BYTES

# Of three; the strictest one misses soft voices on a noisy line.
_STRICTNESS = 2
# Silero says speech from this probability on; once it has, down to the lower one.
_SPEECH, _STILL_SPEECH = 0.5, 0.35
# Once speech is certain only every second window is looked at.
_CERTAIN = 0.9
# After so many frames that WebRTC takes for silence Silero listens anew.
_FORGET_AFTER = 25
# WebRTC notices speech a little late: Silero hears so many samples from before.
_BEFORE = 256
_SCALE = np.float32(1 / FULL_SCALE)


class CascadedSpeechDetector:
    """Listens to one call."""

    trailing = 0.06  # measured: 0 to 0.1 s, as the last sound fades

    def __init__(self) -> None:
        self._webrtc = webrtcvad.Vad(_STRICTNESS)
        self._silero = SileroVoice()
        self._unheard = b""  # mu-law that Silero has not heard
        self._speech = False
        self._skip = False
        self._silent_frames = 0

    def feed(self, frame: bytes) -> bool:
        """Returns whether there is speech in the next 20 ms: 160 bytes of mu-law at 8000 Hz."""
        if len(frame) != FRAME_BYTES or not self._webrtc.is_speech(mulaw.decode(frame).tobytes(), TELEPHONE_HZ):
            self._hear_silence(frame)
            return False
        self._silent_frames = 0
        self._unheard += frame
        while len(self._unheard) >= WINDOW:
            window, self._unheard = self._unheard[:WINDOW], self._unheard[WINDOW:]
            self._hear(window)
        return self._speech

    def _hear_silence(self, frame: bytes) -> None:
        self._silent_frames += 1
        self._unheard = (self._unheard + frame)[-_BEFORE:]
        self._speech = self._skip = False
        if self._silent_frames == _FORGET_AFTER:
            self._silero.forget()

    def _hear(self, window: bytes) -> None:
        if self._skip:
            self._skip = False
            return
        probability = self._silero.probability(mulaw.decode(window) * _SCALE)
        self._speech = probability >= (_STILL_SPEECH if self._speech else _SPEECH)
        self._skip = probability >= _CERTAIN
