"""Reads a WAV file while it arrives."""

import struct
from typing import Final

import numpy as np

from audio import Samples, wav
from audio.wav import NotAudioError, Recording

_MAX_BYTES: Final = 64 * 1024 * 1024
_MAX_SECONDS: Final = 1800.0
_MAX_HEADER: Final = 64 * 1024
_RATES_HZ: Final = range(4000, 192_001)
_PCM, _EXTENSIBLE = 1, 0xFFFE
_UNKNOWN_SIZE: Final = 0x7FFFFFFF
"""A length from here on was written before the file had one; so was 0."""


class LiveWav:
    """Hands out the samples of a file of 16 bits and one channel as they come; of any other kind, at its end."""

    def __init__(self) -> None:
        self._unread = b""
        self._size = 0
        self._rate_hz: int | None = None
        self._left: int | None = None
        self._as_a_whole = False

    def feed(self, data: bytes) -> Recording | None:
        """Takes the next bytes and returns the audio in them; None if there is none yet.

        Raises:
            NotAudioError: This is no WAV file.
            AudioTooLongError: It is too long.
        """
        self._unread += data
        self._size += len(data)
        if self._size > _MAX_BYTES:
            raise wav.AudioTooLongError(f"the audio has more than {_MAX_BYTES} bytes")
        if self._rate_hz is None and not self._as_a_whole:
            self._read_header()
        return None if self._rate_hz is None else self._taken(self._rate_hz)

    def finish(self) -> Recording | None:
        """Returns what is left when the file has ended; None if nothing is.

        Raises:
            NotAudioError: This is no WAV file.
            AudioTooLongError: It is too long.
        """
        if self._rate_hz is not None:
            return None
        return wav.read(self._unread, max_bytes=_MAX_BYTES, max_seconds=_MAX_SECONDS)

    def _taken(self, rate_hz: int) -> Recording | None:
        usable = len(self._unread) if self._left is None else min(len(self._unread), self._left)
        usable -= usable % 2
        samples: Samples = np.frombuffer(self._unread[:usable], dtype="<i2").astype(np.int16, copy=False)
        self._unread = self._unread[usable:]
        if self._left is not None:
            self._left -= usable
        return Recording(samples, rate_hz) if usable else None

    def _read_header(self) -> None:
        """Reads up to the samples, if so much is there."""
        header = self._unread
        if len(header) < 12:
            return
        if header[:4] != b"RIFF" or header[8:12] != b"WAVE":
            raise NotAudioError("the audio is no WAV file")
        position, layout = 12, b""
        while position + 8 <= len(header):
            name, size = struct.unpack_from("<4sI", header, position)
            position += 8
            if name == b"data":
                self._begin(layout, size, position)
                return
            if name == b"fmt ":
                layout = header[position : position + size]
            position += size + size % 2
        if len(header) > _MAX_HEADER:
            raise NotAudioError("the WAV file has no samples")

    def _begin(self, layout: bytes, size: int, position: int) -> None:
        if len(layout) < 16:
            raise NotAudioError("the WAV file is damaged")
        kind, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", layout)
        if kind == _EXTENSIBLE and len(layout) >= 26:
            kind = struct.unpack_from("<H", layout, 24)[0]
        if (kind, channels, bits) != (_PCM, 1, 16) or rate_hz not in _RATES_HZ:
            self._as_a_whole = True
            return
        self._rate_hz = rate_hz
        self._left = size if 0 < size < _UNKNOWN_SIZE else None
        self._unread = self._unread[position:]
