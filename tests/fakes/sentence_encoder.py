"""A sentence encoder for which sentences that share letters mean the same."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence

import numpy as np

from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.domain.errors import EncoderUnavailable

_DIMENSIONS = 256


class ScriptedSentenceEncoder:
    """Encodes the pairs of characters of a sentence, so that those that share many are alike.

    Attributes:
        encoded: all sentences, in order.
        error: raised by every request.
        delay: seconds a sentence takes.
    """

    def __init__(self, *, delay: float = 0.0, name: str = "scripted") -> None:
        self.name = name
        self.delay = delay
        self.encoded: list[str] = []
        self.error: Exception | None = None

    async def encode(self, sentences: Sequence[str], *, timeout: float) -> Vectors:
        if self.error is not None:
            raise self.error
        try:
            async with asyncio.timeout(timeout):
                for sentence in sentences:
                    await asyncio.sleep(self.delay)
                    self.encoded.append(sentence)
        except TimeoutError:
            raise EncoderUnavailable from None
        return np.stack([_vector(sentence) for sentence in sentences]) if sentences else np.empty((0, 0), np.float32)


def _vector(sentence: str) -> Vectors:
    vector = np.ones(_DIMENSIONS, np.float32) / 10  # what all sentences have in common
    letters = "".join(sentence.split())
    for start in range(len(letters)):
        vector[zlib.crc32(letters[start : start + 2].encode(errors="replace")) % _DIMENSIONS] += 1
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit
