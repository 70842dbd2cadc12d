"""The sandbox voice, a test instrument: eSpeak's Korean with the words on a faint subcarrier."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from audio import espeak
from audio.resample import resample
from audio.samples import FULL_SCALE, TELEPHONE_HZ, Samples, Waveform, active_rms, to_samples
from audio.subcarrier import TimedWord, modulate

SPEECH_DBFS: Final = -20.0
PEAK_DBFS: Final = -3.0
SUBCARRIER_DB: Final = -17.0
"""How far the subcarrier lies below the speech."""

_PAUSE: Final = TELEPHONE_HZ // 20
_HIGHEST_SPEECH_HZ: Final = 2450
_LOW_PASS_TAPS: Final = 129
_QUIET: Final = 0.03


@dataclass(frozen=True)
class Voice:
    """Says how a speaker sounds.

    Attributes:
        pitch: 0 (deep) to 100 (high).
        speed: Words a minute, 80 to 450.
    """

    pitch: int = 50
    speed: int = 160

    def __post_init__(self) -> None:
        if not 0 <= self.pitch <= 100:
            raise ValueError("pitch must be from 0 to 100")
        if not 80 <= self.speed <= 450:
            raise ValueError("speed must be from 80 to 450 words a minute")


def speak(text: str, voice: Voice = Voice(), *, subcarrier: bool = True) -> Samples:
    """Speaks Korean text at a telephone's natural level. Blocks, briefly; call it from a thread.

    Args:
        text: What to say. A run of white space counts as one space.
        voice: Who says it.
        subcarrier: False for the bare voice, which the sandbox's recogniser does not understand.

    Returns:
        Speech at 8 kHz with 50 ms of silence before and after; a little longer where words come too fast for the
        subcarrier. Empty for a text without words.

    Raises:
        espeak.EspeakError: The synthesiser cannot be loaded or failed.
    """
    if not text.split():
        return np.zeros(0, dtype=np.int16)
    synthesis = espeak.synthesize(text, voice.pitch, voice.speed)
    speech = resample(synthesis.samples, synthesis.rate_hz, TELEPHONE_HZ)
    speech = np.pad(speech, _PAUSE)
    if not subcarrier:
        return to_samples(levelled(speech))
    audible = levelled(_low_passed(speech))
    level = (active_rms(audible) or _amplitude(SPEECH_DBFS)) * 10 ** (SUBCARRIER_DB / 20)
    carrier = level * modulate(_timed_words(text, synthesis, speech), audible.size)
    carrier[: audible.size] += audible
    return to_samples(carrier)


def levelled(samples: Samples | Waveform) -> Waveform:
    """Brings speech to -20 dBFS, or as near as peaks of -3 dBFS allow: a gain only, nothing is distorted."""
    signal = np.asarray(samples, dtype=np.float64)
    level = active_rms(signal)
    if level == 0.0:
        return signal
    gain = min(_amplitude(SPEECH_DBFS) / level, _amplitude(PEAK_DBFS) / float(np.abs(signal).max()))
    return np.asarray(signal * gain)


def _amplitude(dbfs: float) -> float:
    return FULL_SCALE * 10 ** (dbfs / 20)


def _timed_words(text: str, synthesis: espeak.Synthesis, speech: Samples) -> list[TimedWord]:
    """Finds where each word lies in `speech`: from what eSpeak told, between that by counting characters.

    A word ends with its last sound before the next word begins.
    """
    known = {0: 0}
    for anchor in synthesis.anchors:
        known.setdefault(anchor.position, anchor.sample)
    known.setdefault(len(text), synthesis.samples.size)
    positions = sorted(known)
    times = np.maximum.accumulate([known[position] for position in positions])
    words = list(re.finditer(r"\S+", text))
    starts = np.interp([word.start() for word in words], positions, times) * TELEPHONE_HZ / synthesis.rate_hz + _PAUSE
    bounds = [*starts.astype(int).tolist(), speech.size]
    loud = np.abs(speech.astype(np.int32)) > _QUIET * np.abs(speech.astype(np.int32)).max()
    timed = []
    for word, start, limit in zip(words, bounds, bounds[1:], strict=False):
        sounding = np.flatnonzero(loud[start:limit])
        timed.append(TimedWord(word.group(), start, start + int(sounding[-1]) + 1 if sounding.size else start))
    return timed


def _low_passed(samples: Samples) -> Waveform:
    """Clears the subcarrier's band of speech."""
    return np.convolve(samples, _LOW_PASS, "same")


def _windowed_sinc() -> Waveform:
    time = np.arange(_LOW_PASS_TAPS) - _LOW_PASS_TAPS // 2
    taps = np.sinc(2 * _HIGHEST_SPEECH_HZ / TELEPHONE_HZ * time) * np.kaiser(_LOW_PASS_TAPS, 6.0)
    return np.asarray(taps / taps.sum())


_LOW_PASS: Final = _windowed_sinc()
