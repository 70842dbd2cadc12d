"""Encodes speech while it is being made, in the pieces of a stream."""

from typing import Final

import numpy as np

from audio import Samples, mulaw
from audio.resample import LiveResampler
from audio.wav import Recording
from calling.v1.audio_pb2 import AudioFormat

_LONGEST_A_SECOND: Final = 10
_SHORTEST_A_SECOND: Final = 50


class LivePieces:
    """Takes speech of one rate and hands out pieces of 20 to 100 ms; only the last may be shorter.

    Args:
        audio_format: What the pieces shall be: raw, and resolved.

    Attributes:
        seconds: How much speech was taken.
    """

    def __init__(self, audio_format: AudioFormat) -> None:
        self._rate_hz = audio_format.sample_rate_hertz
        self._linear = audio_format.encoding == AudioFormat.ENCODING_LINEAR16
        width = 2 if self._linear else 1
        self._longest = width * (self._rate_hz // _LONGEST_A_SECOND)
        self._shortest = width * (self._rate_hz // _SHORTEST_A_SECOND)
        self._resampler: LiveResampler | None = None
        self._rest = b""
        self.seconds = 0.0

    def feed(self, speech: Recording) -> list[bytes]:
        """Takes the next speech and returns the pieces that are ready."""
        if self._resampler is None:
            self._resampler = LiveResampler(speech.rate_hz, self._rate_hz)
        self.seconds += speech.seconds
        self._rest += self._encoded(self._resampler.feed(speech.samples))
        return self._taken(self._shortest)

    def finish(self) -> list[bytes]:
        """Returns what is left."""
        if self._resampler is not None:
            self._rest += self._encoded(self._resampler.feed(np.zeros(0, np.int16), last=True))
        return self._taken(1)

    def _encoded(self, samples: Samples) -> bytes:
        return samples.astype("<i2").tobytes() if self._linear else mulaw.encode(samples)

    def _taken(self, shortest: int) -> list[bytes]:
        pieces = []
        while len(self._rest) >= shortest:
            pieces.append(self._rest[: self._longest])
            self._rest = self._rest[self._longest :]
        return pieces
