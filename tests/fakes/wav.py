"""Real, tiny WAV files."""

from __future__ import annotations

import struct

_MULAW = 7
_RATE = 8000
_SILENCE = b"\xff"


def tiny_wav(marker: str = "", *, seconds: float = 0.1) -> bytes:
    """Returns an 8 kHz mu-law WAV file; its first samples spell the marker, so that a fake recogniser knows it."""
    samples = marker.encode().ljust(int(_RATE * seconds), _SILENCE)
    form = struct.pack("<HHIIHHH", _MULAW, 1, _RATE, _RATE, 1, 8, 0)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(samples)) + samples
    chunks += b"\0" * (len(samples) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
