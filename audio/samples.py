"""What audio is inside the project: arrays of `int16` samples, and how loud they are."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
"""One channel of signed 16 bit samples, shape `(n,)`."""

Waveform = NDArray[np.float64]
"""One channel on the same scale as `Samples` (full scale is 32768), before it is rounded and limited."""

TELEPHONE_HZ: Final = 8000
"""Samples a second on a telephone line."""

FULL_SCALE: Final = 32768.0

_LEVEL_FRAME: Final = 160
_ACTIVE_RANGE_DB: Final = 30.0


def to_samples(waveform: Waveform) -> Samples:
    """Rounds a waveform to samples; what exceeds full scale is limited to it, never wrapped around."""
    return np.clip(np.rint(waveform), -32768, 32767).astype(np.int16)


def active_rms(samples: Samples | Waveform) -> float:
    """Measures how loud the sounding part of a signal is, so that pauses do not make speech seem quiet.

    Args:
        samples: Audio of any rate; the level is taken over pieces of 160 samples (20 ms at 8 kHz), and those more than
            30 dB below the loudest are pauses.

    Returns:
        Root mean square on the `int16` scale; 0 for silence and for no samples.
    """
    signal = np.asarray(samples, dtype=np.float64)
    padded = np.concatenate([signal, np.zeros(-signal.size % _LEVEL_FRAME)])
    power = np.square(padded).reshape(-1, _LEVEL_FRAME).mean(axis=1)
    if power.size == 0 or power.max() == 0.0:
        return 0.0
    active = power[power > power.max() * 10 ** (-_ACTIVE_RANGE_DB / 10)]
    return float(np.sqrt(active.mean()))
