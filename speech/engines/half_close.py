"""Recognises a stream as a whole, when its audio has ended: what engines do that only take recordings."""

from collections.abc import AsyncIterator

import numpy as np

from audio import Samples
from audio.wav import Recording


async def whole(rate_hz: int, pieces: AsyncIterator[Samples]) -> Recording:
    """Returns a stream's audio as one recording; the servicer bounds how much that is.

    Args:
        rate_hz: The stream's rate.
        pieces: Its audio.
    """
    collected = [piece async for piece in pieces]
    samples = np.concatenate(collected) if collected else np.zeros(0, np.int16)
    return Recording(samples, rate_hz)


def milliseconds(recording: Recording) -> int:
    """Returns where a recording ends, from its start."""
    return round(recording.seconds * 1000)
