"""A word as symbols: what the subcarrier carries, and how a damaged frame is told from a sound one.

A frame is a sync sequence, then one byte of header (bit 7: belongs to the word before, without a space; bit 6: the
speaker ends here; the rest: length in bytes, less one), the word's UTF-8, and a CRC-32. Every four bits are a code word
of the extended Hamming code (8,4), two bits a symbol, so that noise must move four bits to be mistaken. Long words take
several frames; the checksum of each begins where that of the one before ended, so that a word with a lost beginning is
lost, never invented.
"""

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Symbols = NDArray[np.complex128]

SYNC: Final[Symbols] = np.array(
    [1.0 if bit == "1" else -1.0 for bit in "1000111100010001000100101101"], dtype=np.complex128
)
"""A binary sequence of 28 whose autocorrelation is at most 2 outside its peak."""

SYMBOLS_PER_BYTE: Final = 8
LONGEST_CHARACTERS: Final = 16

_JOINED: Final = 0x80
_LAST: Final = 0x40
_LENGTH: Final = 0x3F
_CHECKSUM_BYTES: Final = 4


@dataclass(frozen=True)
class Piece:
    """Holds the text of one frame.

    Attributes:
        text: A word or a part of one.
        joined: True if it continues the piece before without a space.
        last: True if the speaker ends here.
        checksum: The frame's CRC-32, which the next joined piece continues.
    """

    text: str
    joined: bool
    last: bool
    checksum: int


def frames_of_word(word: str, *, last: bool) -> list[Symbols]:
    """Encodes a word, the speaker's last or not, as one or more frames, each starting with `SYNC`."""
    frames: list[Symbols] = []
    checksum = 0
    for start in range(0, len(word), LONGEST_CHARACTERS):
        payload = word[start : start + LONGEST_CHARACTERS].encode("utf-8", "replace")
        ends = last and start + LONGEST_CHARACTERS >= len(word)
        header = len(payload) - 1 | (_JOINED if start else 0) | (_LAST if ends else 0)
        body = bytes([header]) + payload
        checksum = zlib.crc32(body, checksum)
        frames.append(np.concatenate([SYNC, _modulated(body + checksum.to_bytes(_CHECKSUM_BYTES))]))
    return frames


def length_in_symbols(header: Symbols) -> int:
    """Reads from the first `SYMBOLS_PER_BYTE` symbols after the sync how many follow the sync."""
    length = (_demodulated(header)[0] & _LENGTH) + 1
    return (1 + length + _CHECKSUM_BYTES) * SYMBOLS_PER_BYTE


def piece_of_symbols(symbols: Symbols, previous: Piece | None) -> Piece | None:
    """Decodes the symbols after the sync.

    Args:
        symbols: As many as `length_in_symbols` said, scaled so that the sync was received as sent.
        previous: The last piece that was read, which a joined one must continue.

    Returns:
        The piece, or None if its checksum does not hold.
    """
    frame = _demodulated(symbols)
    body, sent = frame[:-_CHECKSUM_BYTES], int.from_bytes(frame[-_CHECKSUM_BYTES:])
    joined = bool(body[0] & _JOINED)
    if joined and previous is None:
        return None
    if zlib.crc32(body, previous.checksum if joined and previous else 0) != sent:
        return None
    try:
        return Piece(body[1:].decode("utf-8"), joined, bool(body[0] & _LAST), sent)
    except UnicodeDecodeError:
        return None


def _code() -> NDArray[np.float64]:
    """Returns the 16 code words as rows of eight +1 and -1: data bits, their parities, and the overall parity."""
    data = (np.arange(16)[:, None] >> np.arange(3, -1, -1)) & 1
    parities = data @ np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]) % 2
    seven = np.hstack([data, parities])
    return np.hstack([seven, seven.sum(axis=1, keepdims=True) % 2]) * 2.0 - 1.0


_CODE: Final = _code()


def _modulated(data: bytes) -> Symbols:
    octets = np.frombuffer(data, dtype=np.uint8)
    chips = _CODE[np.stack([octets >> 4, octets & 0x0F], axis=1)].reshape(-1, 2)
    return np.asarray((chips[:, 0] + 1j * chips[:, 1]) / np.sqrt(2))


def _demodulated(symbols: Symbols) -> bytes:
    """Chooses for every eight received chips the likeliest code word."""
    chips = np.stack([symbols.real, symbols.imag], axis=1).reshape(-1, 8)
    nibbles = (chips @ _CODE.T).argmax(axis=1).astype(np.uint8).reshape(-1, 2)
    return bytes(nibbles[:, 0] << 4 | nibbles[:, 1])
