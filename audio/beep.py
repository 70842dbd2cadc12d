"""Finds the beep after which voicemail records: one steady tone, and then silence or voices.

As FreeSWITCH's mod_avmd does it: a beep is told from a voice by its frequency, which stays where it is. Here each 20 ms
are transformed, and one line must hold nearly all of the power: in a voice it is shared by many, and moves; a key of
the telephone has two. It must last as long as a beep does, and end: a tone that goes on is a fax, or a line's.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from audio.samples import FULL_SCALE, TELEPHONE_HZ, Samples

FRAME: Final = 160
"""Samples of 20 ms at 8000 Hz."""
_LOWEST_HZ, _HIGHEST_HZ = 700, 2100
_SHORTEST, _LONGEST = 9, 76  # frames: 200 ms to 1.5 s, of which the first and the last may be cut
# So much of the power lies within 100 Hz of the strongest line.
_PURE: Final = 0.85
# Frequencies of one tone differ by so much at most, in Hz.
_STEADY: Final = 40.0
# dB below full scale: weaker tones are the line's.
_FAINTEST_DB: Final = -40.0

_HZ_A_LINE: Final = TELEPHONE_HZ / FRAME
_FIRST, _LAST = int(_LOWEST_HZ / _HZ_A_LINE), int(_HIGHEST_HZ / _HZ_A_LINE)
_NEAR: Final = np.arange(-2, 3)
_WINDOW: Final = np.hanning(FRAME).astype(np.float32)
_FAINTEST: Final = FRAME / 2 * (FULL_SCALE * 10 ** (_FAINTEST_DB / 20)) ** 2


class BeepDetector:
    """Listens to one line."""

    def __init__(self) -> None:
        self._frames = 0
        self._hertz = 0.0

    def feed(self, samples: Samples) -> bool:
        """Returns whether a beep has ended in the next samples: some times 20 ms at 8000 Hz."""
        beeps = [self._tone(hertz) for hertz in tones(samples)]
        return any(beeps)

    def _tone(self, hertz: float) -> bool:
        if hertz and self._frames and abs(hertz - self._hertz) <= _STEADY:
            self._frames += 1
            return False
        beep = _SHORTEST <= self._frames <= _LONGEST
        self._frames, self._hertz = int(hertz > 0), hertz
        return beep


def tones(samples: Samples) -> list[float]:
    """Returns for each 20 ms the frequency, in Hz, of the one tone that is to be heard; 0: there is none."""
    frames = samples[: samples.size // FRAME * FRAME].astype(np.float32).reshape(-1, FRAME)
    loud = np.einsum("ij,ij->i", frames, frames) > _FAINTEST
    hertz = np.zeros(len(frames))
    if loud.any():
        hertz[loud] = _strongest(frames[loud])
    return hertz.tolist()


def has_beep(samples: Samples) -> bool:
    """Returns whether a beep is to be heard in a recording at 8000 Hz, its end included."""
    return BeepDetector().feed(np.concatenate([samples, np.zeros(2 * FRAME, dtype=np.int16)]))


def _strongest(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns the frequency of each frame's strongest line; 0 where it does not hold nearly all of the power."""
    spectra = np.fft.rfft(frames * _WINDOW)
    powers = spectra.real**2 + spectra.imag**2
    lines = _FIRST + powers[:, _FIRST : _LAST + 1].argmax(axis=1)[:, None] + _NEAR
    near = np.take_along_axis(powers, lines, axis=1)
    held = near.sum(axis=1)
    hertz = _HZ_A_LINE * (near * lines).sum(axis=1) / np.maximum(held, 1e-9)
    return np.where(held >= _PURE * powers[:, 2:].sum(axis=1), hertz, 0.0)
