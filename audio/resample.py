"""Changes of the sample rate, by the SoX resampler."""

from typing import Final

import numpy as np
import soxr  # type: ignore[import-untyped]

from audio.samples import Samples

_LIVE_QUALITY: Final = "QQ"


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Converts whole recordings: high quality, with the filter that going down needs.

    Args:
        samples: Audio at `from_hz` samples a second.
        from_hz: Its rate.
        to_hz: The rate wanted.

    Returns:
        The audio at `to_hz`; the very same array if the rates are equal.
    """
    if from_hz == to_hz or samples.size == 0:
        return samples
    return np.asarray(soxr.resample(samples, from_hz, to_hz, quality="HQ"), dtype=np.int16)


class LiveResampler:
    """Converts a live stream piece by piece.

    Going up it lags 0.2 ms (quick interpolation); going down it filters, which lags some tens of milliseconds.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        quality = _LIVE_QUALITY if to_hz >= from_hz else "LQ"
        self._stream = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, "int16", quality)

    def feed(self, samples: Samples, last: bool = False) -> Samples:
        """Takes the next piece and returns what is ready; with `last`, everything that is left."""
        if self._stream is None:
            return samples
        return np.asarray(self._stream.resample_chunk(samples, last=last), dtype=np.int16)
