"""The receiving end of the subcarrier: reads the sandbox voice's words, from a recording or as they come.

Not speech recognition (see `audio.subcarrier`). It finds each frame by its sync sequence, takes phase and gain from it,
and believes only frames whose checksum holds, so noise makes words disappear and never makes them up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from audio.samples import TELEPHONE_HZ, Samples, Waveform
from audio.subcarrier import CARRIER_HZ, PULSE, SYMBOL_SAMPLES
from audio.word_frame import SYMBOLS_PER_BYTE, SYNC, Piece, Symbols, length_in_symbols, piece_of_symbols

_SYNC_THRESHOLD: Final = 0.65
_SYNC_SAMPLES: Final = (SYNC.size - 1) * SYMBOL_SAMPLES + 1
_LAG: Final = PULSE.size // 2
_MATCHED: Final = PULSE * np.exp(2j * np.pi * CARRIER_HZ / TELEPHONE_HZ * np.arange(-_LAG, _LAG + 1))


@dataclass(frozen=True)
class HeardWord:
    """Holds a word that was read, or the next piece of a long one.

    Attributes:
        text: The word.
        joined: True if it continues the word before without a space.
        last: True if the speaker ends here.
        end_ms: Where in the audio it ended, in milliseconds from the start.
    """

    text: str
    joined: bool
    last: bool
    end_ms: int


@dataclass(frozen=True)
class Reading:
    """Holds what was read from a recording.

    Attributes:
        words: In order.
        confidence: The share of the frames seen that arrived sound, 0 to 1; None if no frame was seen.
    """

    words: tuple[HeardWord, ...]
    confidence: float | None

    @property
    def text(self) -> str:
        """The words with a space between them."""
        return text_of(self.words)


def text_of(words: Sequence[HeardWord]) -> str:
    """Puts words together with a space between them, but for those that continue the one before."""
    return "".join(word.text if word.joined else f" {word.text}" for word in words).strip()


def read(samples: Samples) -> Reading:
    """Reads a whole recording at 8 kHz; silence, gain and other sounds around the words do not matter."""
    reader = SubcarrierReader()
    words: list[HeardWord] = []
    for start in range(0, samples.size, TELEPHONE_HZ):  # by the second, so that long recordings need no more memory
        words += reader.feed(samples[start : start + TELEPHONE_HZ])
    words += reader.finish()
    return Reading(tuple(words), reader.confidence)


class SubcarrierReader:
    """Reads words from 8 kHz audio as it comes, in pieces of any size, each about 10 ms after the word's end.

    Attributes:
        frames_seen: Frames that were complete, sound or not.
        frames_read: Frames that arrived sound.
    """

    def __init__(self) -> None:
        self.frames_seen = 0
        self.frames_read = 0
        self._history: Waveform = np.zeros(PULSE.size - 1)
        self._received: Symbols = np.zeros(SYMBOL_SAMPLES, dtype=np.complex128)  # the matched filter's output
        self._origin = -_LAG - SYMBOL_SAMPLES  # where in the audio its first sample lies
        self._searched = -_LAG  # where the next sync may begin
        self._begun: list[int] = []  # where syncs were found whose frames are not complete
        self._last: Piece | None = None

    @property
    def confidence(self) -> float | None:
        """The share of the frames seen that arrived sound; None if none was seen."""
        return self.frames_read / self.frames_seen if self.frames_seen else None

    @property
    def begun_ms(self) -> int | None:
        """Where in the audio the frame that is on its way began, in milliseconds from the start; None if none is."""
        return max(self._begun[0], 0) * 1000 // TELEPHONE_HZ if self._begun else None

    def feed(self, samples: Samples) -> list[HeardWord]:
        """Takes the next samples and returns the words whose frames they complete."""
        if samples.size == 0:
            return []
        signal = np.concatenate([self._history, samples])
        self._history = signal[samples.size :]
        filtered = np.convolve(signal, _MATCHED.real, "valid") + 1j * np.convolve(signal, _MATCHED.imag, "valid")
        self._received = np.concatenate([self._received, filtered])
        self._find_syncs()
        words = self._read_frames()
        self._forget()
        return words

    def finish(self) -> list[HeardWord]:
        """Returns the word that ended with the very last samples, if any. Nothing can be fed after."""
        return self.feed(np.zeros(_LAG + SYMBOL_SAMPLES, dtype=np.int16))

    def _find_syncs(self) -> None:
        """Finds syncs as far as the audio reaches: likeness above the threshold and the highest of a symbol around."""
        likeness = _likeness(self._received[self._searched - SYMBOL_SAMPLES - self._origin :])
        centre = likeness[SYMBOL_SAMPLES:-SYMBOL_SAMPLES]
        for offset in np.flatnonzero(centre > _SYNC_THRESHOLD):
            if centre[offset] == likeness[offset : offset + 2 * SYMBOL_SAMPLES + 1].max():
                self._begun.append(self._searched + int(offset))
        self._searched += centre.size

    def _read_frames(self) -> list[HeardWord]:
        """Reads the frames that are complete, in order; a likeness to the sync inside a sound frame is none."""
        words: list[HeardWord] = []
        incomplete: list[int] = []
        sound_until = self._origin
        for start in self._begun:
            if start < sound_until:
                continue
            symbols = self._symbols_from(start)
            if symbols is None:
                incomplete.append(start)
                continue
            self.frames_seen += 1
            piece = piece_of_symbols(symbols, self._last)
            if piece is not None:
                self.frames_read += 1
                self._last = piece
                end = start + (SYNC.size + symbols.size) * SYMBOL_SAMPLES
                words.append(HeardWord(piece.text, piece.joined, piece.last, end * 1000 // TELEPHONE_HZ))
                sound_until = end - SYMBOL_SAMPLES  # in noise the next frame may seem to begin a little early
        self._begun = [start for start in incomplete if start >= sound_until]
        return words

    def _symbols_from(self, start: int) -> Symbols | None:
        """Returns the symbols after the sync at `start`; None while some are missing."""
        received = self._received[start - self._origin :: SYMBOL_SAMPLES]
        if received.size < SYNC.size + SYMBOLS_PER_BYTE:
            return None
        channel = np.vdot(SYNC, received[: SYNC.size]) / SYNC.size
        after = received[SYNC.size :] / channel
        length = length_in_symbols(after[:SYMBOLS_PER_BYTE])
        return after[:length] if after.size >= length else None

    def _forget(self) -> None:
        """Drops what neither the search nor an incomplete frame needs any more."""
        first_needed = min([self._searched - SYMBOL_SAMPLES, *self._begun])
        self._received = self._received[first_needed - self._origin :]
        self._origin = first_needed


def _likeness(received: Symbols) -> NDArray[np.float64]:
    """Returns how much the symbols from each position on are like the sync sequence, 0 to 1, as far as it fits."""
    count = max(received.size - _SYNC_SAMPLES + 1, 0)
    correlation = np.zeros(count, dtype=np.complex128)
    energy = np.full(count, np.finfo(np.float64).eps)
    power = np.square(received.real) + np.square(received.imag)
    for index, symbol in enumerate(SYNC.real):
        part = slice(index * SYMBOL_SAMPLES, index * SYMBOL_SAMPLES + count)
        correlation += symbol * received[part]
        energy += power[part]
    return np.asarray(np.abs(correlation) / np.sqrt(SYNC.size * energy))
