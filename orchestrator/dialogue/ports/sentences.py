"""Sentences as vectors, and where they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class SentenceEncoder(Protocol):
    """Turns sentences into vectors whose products say how alike the sentences are."""

    @property
    def name(self) -> str:
        """Names model and form: vectors of different names are not comparable."""
        ...

    async def encode(self, sentences: Sequence[str], *, timeout: float) -> Vectors:
        """Returns a unit vector a sentence, shape (sentences, dimensions). Never blocks the event loop.

        Raises:
            EncoderUnavailable: no answer within `timeout` seconds, or the encoder failed.
        """
        ...


class VectorStore(Protocol):
    """Keeps the vectors of question sets, so that each is computed once for all replicas."""

    async def get(self, key: str) -> bytes | None:
        """Returns what was put under a key; None if nothing was, or it has expired.

        Raises:
            StoreUnavailable
        """
        ...

    async def put(self, key: str, content: bytes) -> None:
        """Keeps bytes under a key.

        Raises:
            StoreUnavailable
        """
        ...
