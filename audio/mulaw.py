"""G.711 mu-law, the telephone's own encoding, by table look-up.

The standard library's `audioop` did this until Python 3.13.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from audio.samples import Samples

SILENCE: Final = 0xFF
"""The byte that decodes to 0."""

_BIAS: Final = 0x84
_CLIP: Final = 32635


def encode(samples: Samples) -> bytes:
    """Encodes samples as mu-law, one byte a sample."""
    return _ENCODED[samples.astype(np.int16, copy=False).view(np.uint16)].tobytes()


def decode(data: bytes | bytearray | memoryview) -> Samples:
    """Decodes mu-law bytes; any byte is a sample."""
    return _DECODED[np.frombuffer(data, dtype=np.uint8)]


def _decoding_table() -> Samples:
    """Returns the sample of every code: sign, exponent and mantissa are inverted on the line (ITU-T G.711)."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent = (code.astype(np.int32) >> 4) & 0x07
    magnitude = ((((code.astype(np.int32) & 0x0F) << 3) + _BIAS) << exponent) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encoding_table() -> NDArray[np.uint8]:
    """Returns the code of every 16 bit sample, indexed by the sample seen as unsigned."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    biased = np.minimum(np.abs(sample), _CLIP) + _BIAS
    exponent = np.floor(np.log2(biased)).astype(np.int32) - 7
    mantissa = (biased >> (exponent + 3)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0x00)
    return np.asarray(~(sign | (exponent << 4) | mantissa) & 0xFF, dtype=np.uint8)


_DECODED: Final = _decoding_table()
_ENCODED: Final = _encoding_table()
