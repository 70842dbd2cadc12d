"""Sentence vectors from OpenAI's embeddings, or any server that serves them: the port `SentenceEncoder`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx2
import numpy as np
import openai

from observability import log
from orchestrator.adapters.openai.parameters import OPENAI_URL
from orchestrator.dialogue.ports.sentences import Vectors
from orchestrator.domain.errors import EncoderUnavailable

logger = log.get(__name__)

_CONNECT_TIMEOUT = 2.0  # seconds
# Sentences a request; OpenAI takes 2048, smaller servers less.
_BATCH = 128
# What the client raises for an answer that is no JSON, or other JSON than OpenAI's; and what numpy does for no numbers.
_NO_VECTORS = (ValueError, TypeError, AttributeError)


class OpenAiSentenceEncoder:
    """Encodes in batches. Nothing is repeated: without vectors the words themselves are compared."""

    def __init__(self, *, api_key: str, model: str, base_url: str = OPENAI_URL) -> None:
        """Makes it.

        Args:
            api_key: the server's; one that wants none gets any word.
            model: the server's name of the model.
            base_url: of the server, with its version: `http://127.0.0.1:8080/v1`.
        """
        self.name = f"{model}@{base_url}"
        self._model = model
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=httpx2.Timeout(None, connect=_CONNECT_TIMEOUT),  # each request has its own deadline
        )

    async def close(self) -> None:
        """Closes all connections."""
        await self._client.close()

    async def encode(self, sentences: Sequence[str], *, timeout: float) -> Vectors:
        """Returns a unit vector a sentence."""
        if not sentences:
            return np.empty((0, 0), np.float32)
        try:
            async with asyncio.timeout(timeout):
                batches = [
                    await self._batch(sentences[start : start + _BATCH]) for start in range(0, len(sentences), _BATCH)
                ]
            return np.concatenate(batches)
        except (openai.OpenAIError, httpx2.HTTPError, TimeoutError, *_NO_VECTORS) as error:
            status = getattr(error, "status_code", None)
            logger.warning("sentence_encoder_failed", error=type(error).__name__, http_status=status)
            raise EncoderUnavailable from None  # its text may repeat what was said

    async def _batch(self, sentences: Sequence[str]) -> Vectors:
        # An empty sentence is refused by OpenAI; a half of a character cannot be sent at all.
        words = [sentence.encode(errors="ignore").decode() or " " for sentence in sentences]
        answer = await self._client.embeddings.create(model=self._model, input=words, encoding_format="float")
        rows = [entry.embedding for entry in sorted(answer.data, key=lambda entry: entry.index)]
        vectors = np.array(rows, np.float32)
        lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
        if vectors.shape[:1] != (len(sentences),) or vectors.ndim != 2 or not np.all(lengths > 0):  # NaN is not > 0
            raise ValueError("not a vector a sentence")
        unit: Vectors = vectors / lengths
        return unit
