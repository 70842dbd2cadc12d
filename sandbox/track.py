"""One direction of a call: sounds on a time axis."""

from dataclasses import dataclass, field, replace

import numpy as np

from audio.samples import TELEPHONE_HZ, Samples
from sandbox.line_audio import seconds_of, voiced_span


@dataclass(frozen=True, eq=False)
class Sound:
    """Holds a sound.

    Attributes:
        start: phone seconds since the call was answered.
        samples: int16, 8 kHz, shape (n,).
        text: the words in it; empty for noise and tones.
    """

    start: float
    samples: Samples
    text: str = ""

    @property
    def end(self) -> float:
        """When it is over, in phone seconds since the call was answered."""
        return self.start + seconds_of(self.samples)

    @property
    def voiced_span(self) -> tuple[float, float] | None:
        """From when to when it can be heard, in phone seconds since the call was answered; None: it cannot."""
        span = voiced_span(self.samples)
        return (round(self.start + span[0], 3), round(self.start + span[1], 3)) if span else None


@dataclass
class Track:
    """Holds the sounds of one direction, in order of their start."""

    sounds: list[Sound] = field(default_factory=list)

    def add(self, sound: Sound) -> Sound:
        """Adds a sound, which may lie in the future and may overlap others. Returns it."""
        self.sounds.append(sound)
        self.sounds.sort(key=lambda each: each.start)
        return sound

    def cut(self, at: float) -> None:
        """Removes everything from a moment on: the line went dead, or the speaker was stopped."""
        kept = [sound for sound in self.sounds if sound.start < at]
        self.sounds = [replace(sound, samples=sound.samples[: _samples(at - sound.start)]) for sound in kept]

    def between(self, start: float, end: float) -> Samples:
        """Returns what is heard from `start` to `end` (seconds): int16, 8 kHz, silence where there is no sound."""
        mix = np.zeros(max(0, _samples(end - start)), dtype=np.int32)
        for sound in self.sounds:
            if sound.start < end and sound.end > start:
                offset = _samples(sound.start - start)
                piece = sound.samples[max(0, -offset) : max(0, mix.size - offset)]
                mix[max(0, offset) : max(0, offset) + piece.size] += piece
        return np.clip(mix, -32768, 32767).astype(np.int16)


def _samples(seconds: float) -> int:
    return round(seconds * TELEPHONE_HZ)
