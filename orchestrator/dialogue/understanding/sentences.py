"""Sentences as vectors: each is encoded once, and question sets once for all replicas."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from weakref import WeakValueDictionary

import numpy as np

from orchestrator.dialogue.ports.sentences import SentenceEncoder, Vectors, VectorStore
from orchestrator.domain.errors import EncoderUnavailable, StoreUnavailable

# Sentences kept in memory, about 1.5 KB each.
_MOST_SENTENCES = 4096
# Sentences that are kept, and read, as one.
_PIECE = 250
_NUMBER = np.dtype("<f4")


class Sentences:
    """Gives sentences their vectors; without an answer of the encoder there are none, and the words must do."""

    def __init__(self, encoder: SentenceEncoder, store: VectorStore | None = None) -> None:
        """Makes it.

        Args:
            encoder: makes the vectors.
            store: keeps those of question sets; None: each process computes them.
        """
        self._encoder = encoder
        self._store = store
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._encoding: WeakValueDictionary[tuple[str, ...], asyncio.Lock] = WeakValueDictionary()

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._encoder.name

    async def vectors(self, sentences: Sequence[str], *, timeout: float = 1.0) -> Vectors | None:
        """Returns a unit vector a sentence, shape (sentences, dimensions); None if the encoder does not answer.

        Args:
            sentences: what is said in calls, and what it is compared with; the latest are kept in memory.
            timeout: seconds it may take.
        """
        try:
            async with asyncio.timeout(timeout):
                found = await self._found(tuple(dict.fromkeys(sentences)), timeout)
        except (EncoderUnavailable, TimeoutError):
            return None
        return np.stack([found[sentence] for sentence in sentences]) if sentences else np.empty((0, 0), np.float32)

    async def _found(self, sentences: tuple[str, ...], timeout: float) -> dict[str, Vectors]:
        """Returns the vectors; of those who ask for the same sentences at the same time, one has them encoded."""
        async with self._encoding.setdefault(sentences, asyncio.Lock()):
            found = {sentence: self._known[sentence] for sentence in sentences if sentence in self._known}
            unknown = [sentence for sentence in sentences if sentence not in found]
            if unknown:
                found |= zip(unknown, await self._encoder.encode(unknown, timeout=timeout), strict=True)
            self._remember(found)
            return found

    async def index(self, sentences: Sequence[str], *, timeout: float = 30.0) -> Vectors | None:
        """Returns the vectors of a fixed set, from the store if they are there; None if the time was not enough.

        A set is made in pieces, each kept as soon as it is done: who asks again goes on where this one stopped. Small
        sets are in memory from then on, for `vectors` too.

        Args:
            sentences: the set, in order.
            timeout: seconds it may take; a sentence takes about 0.03.
        """
        pieces = [sentences[start : start + _PIECE] for start in range(0, len(sentences), _PIECE)]
        try:
            async with asyncio.timeout(timeout):
                vectors = [await self._piece(piece, timeout) for piece in pieces]
        except (EncoderUnavailable, TimeoutError):
            return None
        if not vectors:
            return np.empty((0, 0), np.float32)
        if len(sentences) > _MOST_SENTENCES // 4:
            return await asyncio.to_thread(np.concatenate, vectors)
        together = np.concatenate(vectors)
        self._remember(dict(zip(sentences, together, strict=True)))
        return together

    def _remember(self, found: Mapping[str, Vectors]) -> None:
        for sentence, vector in found.items():
            self._known[sentence] = vector
            self._known.move_to_end(sentence)
        while len(self._known) > _MOST_SENTENCES:
            self._known.popitem(last=False)

    async def _piece(self, sentences: Sequence[str], timeout: float) -> Vectors:
        async with self._encoding.setdefault(tuple(sentences), asyncio.Lock()):
            if all(sentence in self._known for sentence in sentences):
                return np.stack([self._known[sentence] for sentence in sentences])
            key = _key(self.name, sentences)
            if (kept := await self._kept(key, len(sentences))) is not None:
                return kept
            vectors = await self._encoder.encode(sentences, timeout=timeout)
            if len(sentences) < _PIECE:  # else it is a part of a set that would drive out everything else
                self._remember(dict(zip(sentences, vectors, strict=True)))
            await self._keep(key, vectors)
            return vectors

    async def _kept(self, key: str, count: int) -> Vectors | None:
        if self._store is None:
            return None
        try:
            content = await self._store.get(key)
        except StoreUnavailable:
            return None
        if not content or len(content) % (count * _NUMBER.itemsize):
            return None
        return np.frombuffer(content, _NUMBER).reshape(count, -1)

    async def _keep(self, key: str, vectors: Vectors) -> None:
        if self._store is None:
            return
        try:
            await self._store.put(key, vectors.astype(_NUMBER).tobytes())
        except StoreUnavailable:
            return  # the next process computes them again


def _key(name: str, sentences: Sequence[str]) -> str:
    digest = hashlib.sha256(name.encode())
    for sentence in sentences:
        content = sentence.encode(errors="surrogatepass")
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()
