"""Telephone audio: mu-law, WAV, resampling, noise, and the sandbox voice. A leaf: imports nothing of the project.

Everywhere in this package `Samples` is a one-dimensional `int16` array of one channel; the telephone's rate is
`TELEPHONE_HZ`, 8000 samples a second.
"""

from audio.samples import TELEPHONE_HZ, Samples

__all__ = ["TELEPHONE_HZ", "Samples"]
