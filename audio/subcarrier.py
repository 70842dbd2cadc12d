"""The words of the sandbox voice on a faint data subcarrier at 3 kHz: a test instrument, NOT speech recognition.

A recogniser for Korean that works offline and fits everywhere does not exist, yet a test call needs words that arrive
as real audio: with durations, cut-offs, noise and loss. So the sandbox's speakers carry each word a second time, as a
frame (`audio.word_frame`) that ends about when the spoken word ends, and its recogniser (`audio.subcarrier_reader`)
reads the frames. It understands nobody else: from any other sound it reads no words.

Four-phase modulation, 500 symbols a second: 16 samples and six whole turns of the carrier a symbol, so that a symbol's
phase does not depend on where it lies, and the receiver is a matched filter without an oscillator. The signal occupies
2650 to 3350 Hz.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from audio.samples import TELEPHONE_HZ, Waveform
from audio.word_frame import Symbols, frames_of_word

CARRIER_HZ: Final = 3000
SYMBOL_SAMPLES: Final = 16

_ROLLOFF: Final = 0.4
_PULSE_SYMBOLS: Final = 8


@dataclass(frozen=True)
class TimedWord:
    """Says when a word is spoken, in samples at 8 kHz from the start of the audio."""

    text: str
    start: int
    end: int


def modulate(words: Sequence[TimedWord], shortest: int) -> Waveform:
    """Makes the subcarrier for spoken words.

    Args:
        words: In order of time. Where they come faster than their frames, the frames queue up.
        shortest: The least number of samples to return.

    Returns:
        The subcarrier at 8 kHz, its root mean square 1 while a frame is sent; as long as its last frame needs.
    """
    scheduled = _schedule(words)
    end = max((start + frame.size for start, frame in scheduled), default=0)
    baseband = np.zeros(max(shortest, (end + _PULSE_SYMBOLS) * SYMBOL_SAMPLES) + PULSE.size, dtype=np.complex128)
    for start, frame in scheduled:
        shaped = _shaped(frame)
        baseband[start * SYMBOL_SAMPLES : start * SYMBOL_SAMPLES + shaped.size] += shaped
    baseband = baseband[PULSE.size // 2 : -PULSE.size // 2]  # the pulses are centred on their symbols
    turns = np.arange(baseband.size) * (CARRIER_HZ / TELEPHONE_HZ)
    return np.asarray((baseband * np.exp(2j * np.pi * turns)).real * np.sqrt(2 * SYMBOL_SAMPLES))


def _shaped(frame: Symbols) -> NDArray[np.complex128]:
    """Gives each symbol its pulse; the first symbol's centre lies half a pulse from the start."""
    pulse = np.append(PULSE, np.zeros(SYMBOL_SAMPLES - 1)).reshape(-1, SYMBOL_SAMPLES)
    reach = pulse.shape[0]
    overlapping = np.lib.stride_tricks.sliding_window_view(np.pad(frame, reach - 1), reach)
    return np.asarray((overlapping @ pulse[::-1]).ravel())


def _schedule(words: Sequence[TimedWord]) -> list[tuple[int, Symbols]]:
    """Places the words' frames: each ends with its word, or as soon after as the frame before it allows.

    Returns:
        First symbol (counted from the start of the audio) and symbols of each frame.
    """
    scheduled: list[tuple[int, Symbols]] = []
    free = 0
    for count, word in enumerate(words, start=1):
        frames = frames_of_word(word.text, last=count == len(words))
        for number, frame in enumerate(frames, start=1):
            end = word.start + (word.end - word.start) * number // len(frames)
            start = max(free, end // SYMBOL_SAMPLES - frame.size)
            scheduled.append((start, frame))
            free = start + frame.size
    return scheduled


def _root_raised_cosine() -> NDArray[np.float64]:
    """Returns the pulse of one symbol, of unit energy; filtered with itself it is 0 at every other symbol's centre."""
    half = _PULSE_SYMBOLS * SYMBOL_SAMPLES // 2
    time = np.arange(-half, half + 1) / SYMBOL_SAMPLES + 1e-9  # beside the formula's removable singularities
    numerator = np.sin(np.pi * time * (1 - _ROLLOFF)) + 4 * _ROLLOFF * time * np.cos(np.pi * time * (1 + _ROLLOFF))
    pulse = numerator / (np.pi * time * (1 - (4 * _ROLLOFF * time) ** 2))
    return np.asarray(pulse / np.sqrt(np.square(pulse).sum()))


PULSE: Final = _root_raised_cosine()
"""The shape of a symbol in baseband, centred, at 8 kHz."""
