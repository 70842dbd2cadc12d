"""The port `SpeechDetector`: WebRTC's detector on every frame, Silero's and the level where that one hears speech.

WebRTC's is nearly free and misses little, but takes noise for speech; Silero's tells them apart and costs thirty times
as much.
"""

from __future__ import annotations

import numpy as np
import webrtcvad

from audio import TELEPHONE_HZ, Samples, mulaw
from audio.samples import FULL_SCALE
from orchestrator.adapters.listening.silero import WINDOW, SileroVoice
from orchestrator.adapters.listening.voice_level import VoiceLevel
from orchestrator.dialogue.turn_taking.speech_detection import FRAME_BYTES

# Of three; the strictest one misses soft voices on a noisy line.
_STRICTNESS = 2
# Silero says speech from this probability on; once it has, down to the lower one.
_SPEECH, _STILL_SPEECH = 0.5, 0.35
# Once speech is certain only every second window is looked at.
_CERTAIN = 0.9
# After so many frames that WebRTC takes for silence there is nothing but noise; after so many, Silero listens anew.
_SURELY_SILENT = 4
_FORGET_AFTER = 25
# WebRTC notices speech a little late: Silero hears so many samples from before.
_BEFORE = 256
_SCALE = np.float32(1 / FULL_SCALE)


class CascadedSpeechDetector:
    """Listens to one call."""

    def __init__(self) -> None:
        self._webrtc = webrtcvad.Vad(_STRICTNESS)
        self._silero = SileroVoice()
        self._level = VoiceLevel()
        self._unheard = b""  # mu-law that Silero has not heard
        self._speech = False
        self._skip = False
        self._silent_frames = 0

    def feed(self, frame: bytes) -> bool:
        """Returns whether there is speech in the next 20 ms: 160 bytes of mu-law at 8000 Hz."""
        samples = mulaw.decode(frame)
        if len(frame) != FRAME_BYTES or not self._webrtc.is_speech(samples.tobytes(), TELEPHONE_HZ):
            self._hear_silence(frame, samples)
            return False
        self._silent_frames = 0
        self._unheard += frame
        while len(self._unheard) >= WINDOW:
            window, self._unheard = self._unheard[:WINDOW], self._unheard[WINDOW:]
            self._hear(window)
        return self._speech and self._level.carries_voice(samples)

    def _hear_silence(self, frame: bytes, samples: Samples) -> None:
        self._silent_frames += 1
        if self._silent_frames >= _SURELY_SILENT:
            self._level.hear_noise(samples)
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
