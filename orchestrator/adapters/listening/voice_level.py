"""How loud a voice is, so that its end is known to the frame: WebRTC's detector takes 0.1 s more for speech."""

from __future__ import annotations

import numpy as np

from audio import Samples

# A voice that is so much weaker than it just was, in power (26 dB), has ended; what it was fades by 7 dB a second.
_FADED, _FADING = 10**-2.6, 0.97
# It is also over where there is hardly more than the line's own noise (3 dB).
_ABOVE_NOISE = 2.0
# The noise is followed by these shares of a frame's difference: up slowly, for a weak voice is no noise.
_NOISE_UP, _NOISE_DOWN = 0.02, 0.2


class VoiceLevel:
    """Follows the voice and the noise of one call. Powers are sums of the squares of a frame's samples."""

    def __init__(self) -> None:
        self._voice = 0.0
        self._noise = 0.0

    def carries_voice(self, frame: Samples) -> bool:
        """Returns whether a frame that may be speech is loud enough for it."""
        power = _power(frame)
        self._voice = max(power, self._voice * _FADING)
        return power > max(self._voice * _FADED, self._noise * _ABOVE_NOISE)

    def hear_noise(self, frame: Samples) -> None:
        """Takes a frame in which there is certainly no speech."""
        difference = _power(frame) - self._noise
        self._noise += (_NOISE_UP if difference > 0 else _NOISE_DOWN) * difference


def _power(frame: Samples) -> float:
    samples = frame.astype(np.float32)
    return float(np.dot(samples, samples))
