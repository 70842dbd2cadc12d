"""Pink noise, the stand-in for rooms, streets and poor lines."""

from typing import Final

import numpy as np

from audio.samples import TELEPHONE_HZ, Samples, Waveform, active_rms, to_samples

_LOWEST_HZ: Final = 50.0


def pink(count: int, seed: int) -> Waveform:
    """Makes pink noise (power falls with frequency) from 50 Hz up, with a root mean square of 1.

    Args:
        count: Samples at 8 kHz.
        seed: The same seed gives the same noise.
    """
    if count == 0:
        return np.zeros(0)
    white = np.random.default_rng(seed).standard_normal(count)
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(count, 1 / TELEPHONE_HZ)
    spectrum *= np.where(frequency >= _LOWEST_HZ, 1 / np.sqrt(np.maximum(frequency, _LOWEST_HZ)), 0.0)
    noise = np.fft.irfft(spectrum, count)
    return noise / max(float(np.sqrt(np.square(noise).mean())), np.finfo(np.float64).tiny)


def add_pink(samples: Samples, snr_db: float, seed: int) -> Samples:
    """Adds pink noise to telephone audio.

    Args:
        samples: Audio at 8 kHz.
        snr_db: How far the noise lies below the sounding parts of the audio, in dB. Silence stays silent.
        seed: The same seed gives the same noise.
    """
    level = active_rms(samples) * 10 ** (-snr_db / 20)
    return to_samples(samples + level * pink(samples.size, seed))
